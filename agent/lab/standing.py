"""Trees stood up side by side in a sandbox, with our harness and a scratch folder: where anything of a target runs.

Inside a sandbox the sides stand at /perfagent/a, /perfagent/b, ... : paths of one length, because the length of a path
can shift a timing. Trees are mounted read-only while they are measured, with their bytecode, and the one folder that
may be written is emptied after each command, so that one side cannot change another, nor what its own next run finds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase

from perfagent.agent.lab.bytecode import Open, compile_trees
from perfagent.tools.sandbox import Environment, Limits, Mount, Sandbox, remove
from perfagent.tools.workload import Site

#: Where things stand inside a sandbox.
INSIDE = "/perfagent"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the trees of one target are stood up.

    Attributes:
        environment: what runs them.
        open: opens a sandbox on mounts with a limit in seconds.
        harness: what `copy_harnesses` made.
        work: folder on the host for what may be written.
        source_roots, pytest_options: of the target; see Site.
        compile: leaves bytecode in trees that will be read-only; `compile_trees` when None.
    """

    environment: Environment
    open: Open
    harness: Path
    work: Path
    source_roots: tuple[str, ...] = ()
    pytest_options: tuple[str, ...] = ()
    compile: Callable[[Sequence[Path]], object] | None = None

    @contextmanager
    def up(
        self, sides: Mapping[str, Path], outside: Sequence[Path] = (), *, writable: bool = False
    ) -> Iterator[tuple[Sandbox, dict[str, Site]]]:
        """An open sandbox, and where each side stands in it.

        Args:
            sides: name of a side -> its tree on the host.
            outside: files beside the trees that are shown too.
            writable: whether commands may write into the trees (unit tests need it; measuring must not).
        """
        trees = list(dict.fromkeys(sides.values()))
        mounts = [
            Mount(tree, f"{INSIDE}/{letter}", writable) for tree, letter in zip(trees, ascii_lowercase, strict=False)
        ]
        mounts += [Mount(path, f"{INSIDE}/scripts/{path.name}") for path in outside]
        mounts.append(Mount(self.harness, f"{INSIDE}/harness"))
        if not writable:
            self._compile([*trees, self.harness])
        scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=self.work))
        mounts.append(Mount(scratch, f"{INSIDE}/scratch", writable=True, fleeting=True))
        try:
            with self.open(mounts, Limits().timeout_s) as sandbox:
                yield sandbox, {side: self._site(sandbox, tree, scratch) for side, tree in sides.items()}
        finally:
            remove(scratch)

    def _compile(self, trees: Sequence[Path]) -> None:
        if self.compile is not None:
            self.compile(trees)
        else:
            compile_trees(trees, self.environment.python, self.open)

    def _site(self, sandbox: Sandbox, tree: Path, scratch: Path) -> Site:
        return Site(
            tree=sandbox.inside(tree),
            python=self.environment.python,
            harness=sandbox.inside(self.harness / "workload"),
            scratch=sandbox.inside(scratch),
            source_roots=self.source_roots,
            pytest_options=self.pytest_options,
            values_module=sandbox.inside(self.harness / "equivalence" / "perfagent_values.py"),
        )
