"""Where trees are made and run: exported commits, edited copies, and sandboxes opened on them.

Inside a sandbox the sides stand at /perfagent/a, /perfagent/b, ... : paths of one length, because the length of a path
can shift a timing. Trees are mounted read-only while they are measured, so that one side cannot change another.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.prepared import Prepared
from perfagent.tools import equivalence, workload
from perfagent.tools.errors import BuildError, PerfagentError
from perfagent.tools.patch import apply_patch
from perfagent.tools.sandbox import Command, Completed, Limits, Mount, Sandbox, open_sandbox
from perfagent.tools.workload import Site, Workload, parse

if TYPE_CHECKING:
    from perfagent.agent.services import Services

#: Where things stand inside a sandbox.
INSIDE = "/perfagent"

#: The files that run inside, mounted read-only.
HARNESSES = {"workload": workload.HARNESS, "equivalence": equivalence.HARNESS}

#: How gcc, clang, rustc and tsc, and Python and node begin the line that says what is wrong.
_ERROR = re.compile(r"(^|[\s:])(fatal )?error(\[\w+\]| TS\d+)?: |^\w*Error: ")

#: Seconds a build of the target may take.
BUILD_TIMEOUT_S = 1800.0


class Laboratory:
    """Makes trees and opens benches on them.

    Args:
        services: the run's folder, target and settings.
        prepared: what `prepare` found out.
    """

    def __init__(self, services: Services, prepared: Prepared) -> None:
        self.folder = services.folder
        self.target = services.target
        self.settings = services.settings
        self.prepared = prepared
        self.environment = prepared.environment.restore()
        (self.folder.path / "work").mkdir(exist_ok=True)

    def tree(self, commit: str) -> Path:
        """The exported tree of a commit with what the build generated; made once."""
        return self._made(f"c-{commit[:16]}", lambda place: self._export(commit, place))

    def edited(self, parent: str, diff: str) -> Path:
        """The tree of `parent` with a diff applied and built; made once.

        Raises:
            EditError: `does_not_apply`.
            BuildError: the user's build command fails on it.
        """
        digest = hashlib.sha256(f"{parent}\n{diff}".encode("utf-8", "surrogateescape")).hexdigest()
        return self._made(f"e-{digest[:16]}", lambda place: self._edit(parent, diff, place))

    def writable_copy(self, tree: Path, name: str) -> Path:
        """A copy of a tree that may be written into; an older copy of that name is dropped."""
        place = self.folder.path / "work" / name
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(exist_ok=True)
        shutil.copytree(tree, place, symlinks=True)
        return place

    def discard(self, tree: Path) -> None:
        """Remove a tree that is not needed any more."""
        shutil.rmtree(tree, ignore_errors=True)

    @contextmanager
    def open(self, sides: Mapping[str, Path], *, writable: bool = False) -> Iterator[Bench]:
        """A bench with one tree a side.

        Args:
            sides: name of a side -> its tree on the host.
            writable: whether commands may write into the trees (unit tests need it; measuring must not).
        """
        trees = list(dict.fromkeys(sides.values()))
        mounts = [
            Mount(tree, f"{INSIDE}/{letter}", writable) for tree, letter in zip(trees, ascii_lowercase, strict=False)
        ]
        workloads = tuple(parse(spec) for spec in self.prepared.workloads)
        mounts += [Mount(path, f"{INSIDE}/scripts/{path.name}") for path in _outside_files(workloads)]
        mounts += [Mount(path, f"{INSIDE}/harness/{name}") for name, path in HARNESSES.items()]
        scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=self.folder.path / "work"))
        mounts.append(Mount(scratch, f"{INSIDE}/scratch", writable=True))
        try:
            with self._sandbox(mounts) as sandbox:
                sites = {side: self._site(sandbox, tree, scratch) for side, tree in sides.items()}
                bench = Bench(sandbox, sites, workloads, self.prepared.core, self.prepared.members)
                bench.timeout_s = self.settings.time_limit
                yield bench
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    @contextmanager
    def _sandbox(self, mounts: list[Mount], timeout_s: float = Limits().timeout_s) -> Iterator[Sandbox]:
        limits = Limits(
            memory_bytes=self.settings.memory_limit * 2**20,
            processes=self.settings.process_limit,
            disk_bytes=self.settings.disk_limit * 2**20,
            timeout_s=timeout_s,
        )
        with open_sandbox(
            self.environment.kind,
            mounts=mounts,
            environment=self.environment,
            limits=limits,
            run_id=self.folder.id,
        ) as sandbox:
            yield sandbox

    def _site(self, sandbox: Sandbox, tree: Path, scratch: Path) -> Site:
        return Site(
            tree=sandbox.inside(tree),
            python=self.environment.python,
            harness=sandbox.inside(HARNESSES["workload"]),
            scratch=sandbox.inside(scratch),
            source_roots=self.prepared.source_roots,
            env={"PYTHONPYCACHEPREFIX": posixpath.join(sandbox.inside(scratch), "pyc")},
            pytest_options=self.prepared.pytest_options,
            values_module=posixpath.join(sandbox.inside(HARNESSES["equivalence"]), "perfagent_values.py"),
        )

    def _made(self, name: str, make: Callable[[Path], None]) -> Path:
        """A tree by name: made in a folder beside it and moved into place when it is whole."""
        place = self.folder.path / "trees" / name
        if not place.exists():
            unfinished = place.with_name(f"{name}.part")
            shutil.rmtree(unfinished, ignore_errors=True)
            try:
                make(unfinished)
            except PerfagentError:
                shutil.rmtree(unfinished, ignore_errors=True)  # a build that fails may have left gigabytes
                raise
            unfinished.rename(place)
        return place

    def _export(self, commit: str, place: Path) -> None:
        self.target.checkout(commit, place)
        overlay = self.environment.overlay
        if overlay is not None:
            shutil.copytree(overlay, place, symlinks=True, dirs_exist_ok=True)
        try:
            self._build(place)
        except BuildError as error:
            raise BuildError(error.message, "mend --build: it runs in a copy of the tree, without a network") from error

    def _edit(self, parent: str, diff: str, place: Path) -> None:
        shutil.copytree(self.tree(parent), place, symlinks=True)
        apply_patch(place, diff)
        self._build(place)

    def _build(self, tree: Path) -> None:
        """Run the user's build command in a tree, without a network."""
        if not self.settings.build:
            return
        with self._sandbox([Mount(tree, f"{INSIDE}/a", writable=True)], BUILD_TIMEOUT_S) as sandbox:
            done = sandbox.execute(Command(argv=("sh", "-c", self.settings.build), cwd=sandbox.inside(tree)))
        if not done.ok:
            lines = (done.stdout + done.stderr).strip().splitlines()[-40:]
            raise BuildError(f"the build command fails: {_complaint(done, lines)}", "\n".join(lines))


def _complaint(done: Completed, lines: list[str]) -> str:
    """One line on why a build fails: the compiler's first error, rather than the last word of what started it."""
    if done.stopped_by:
        return f"it {done.stopped_by}"
    errors = [line.strip() for line in lines if _ERROR.search(line)]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    last = lines[-1] if lines else f"exit status {done.exit_code}"
    return f"{errors[0]}{more}" if errors else last


def _outside_files(workloads: tuple[Workload, ...]) -> list[Path]:
    """Scripts that stand outside the tree and must be shown to the sandbox."""
    targets = [Path(workload.target) for workload in workloads if workload.kind == "script"]
    return [target for target in targets if target.is_absolute()]
