"""Where trees are made and run: exported commits, edited copies, and sandboxes opened on them.

Inside a sandbox the sides stand at /perfagent/a, /perfagent/b, ... : paths of one length, because the length of a path
can shift a timing. Trees are mounted read-only while they are measured, with their bytecode, and the one folder that
may be written is emptied after each command, so that one side cannot change another, nor what its own next run finds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from perfagent.agent.accounting import TimedSandbox
from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.building import TreeBuilder
from perfagent.agent.lab.bytecode import CACHE, compile_trees, copy_harnesses, forget
from perfagent.agent.lab.findings import harness_digest
from perfagent.agent.lab.prepared import Prepared
from perfagent.agent.lab.shell import Setting, Shell
from perfagent.agent.once import Once
from perfagent.agent.run_folder import state_home
from perfagent.tools.errors import BuildError, PerfagentError
from perfagent.tools.patch import Policy, apply_patch, read_patch
from perfagent.tools.sandbox import Limits, Mount, Sandbox, open_sandbox
from perfagent.tools.workload import Site, Workload, parse

if TYPE_CHECKING:
    from perfagent.agent.services import Services

#: Where things stand inside a sandbox.
INSIDE = "/perfagent"


class Laboratory:
    """Makes trees and opens benches on them; safe under threads.

    Args:
        services: the run's folder, target and settings.
        prepared: what `prepare` found out.
    """

    def __init__(self, services: Services, prepared: Prepared) -> None:
        self.folder = services.folder
        self.target = services.target
        self.settings = services.settings
        self.prepared = prepared
        self.interrupted = services.interrupted
        self.environment = prepared.environment.restore()
        (self.folder.path / "work").mkdir(exist_ok=True)
        cache = state_home() / "cache" / "built"
        self.progress = services.progress
        self._accounting = services.accounting
        self.unbuildable = ""
        self._trees = Once()
        self._compiling = threading.Lock()
        self.builder = TreeBuilder(self.settings.build, self.environment, self._sandbox, cache)

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
        return self._made(f"e-{digest[:16]}", lambda place: self._edit(self.tree(parent), diff, place))

    def variant(self, parent_tree: Path, diff: str) -> Path:
        """The tree of a baseline with a diff applied and built, to be measured and then discarded.

        Raises:
            EditError: `does_not_apply`.
            BuildError: the build fails on it.
        """
        # As long a path as a kept tree's, which `local` shows to what is timed.
        place = Path(tempfile.mkdtemp(prefix="variant----", dir=self.folder.path / "work"))
        place.rmdir()
        try:
            self._edit(parent_tree, diff, place)
        except PerfagentError:
            self.discard(place)
            raise
        return place

    def writable_copy(self, tree: Path, name: str) -> Path:
        """A copy of a tree that may be written into, in a folder of its own whose name begins with `name`."""
        work = self.folder.path / "work"
        work.mkdir(exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=work))
        shutil.copytree(tree, place, symlinks=True, dirs_exist_ok=True)
        return place

    def shell(self, parent: Path, tree: Path, policy: Policy) -> Shell:
        """A shell beside an edited tree, its baseline and a scratch folder; to be closed.

        Args:
            parent: the baseline's tree, which it cannot change.
            tree: the edited one, which takes what the shell changes in its own copy, as far as `policy` lets it.
        """
        workloads = tuple(parse(spec) for spec in self.prepared.workloads)
        scripts = [Mount(path, f"{INSIDE}/scripts/{path.name}") for path in _outside_files(workloads)]
        folder = Path(tempfile.mkdtemp(prefix="shell-", dir=self.folder.path / "work"))
        setting = Setting(self.environment.kind, self.prepared.source_roots, tuple(scripts), self.interrupted)
        return Shell(folder, (parent, tree), policy, self._sandbox, setting)

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
        harness = self._made(f"harness-{harness_digest()[:16]}", copy_harnesses)
        mounts.append(Mount(harness, f"{INSIDE}/harness"))
        if not writable:
            self._compile([*trees, harness])
        scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=self.folder.path / "work"))
        mounts.append(Mount(scratch, f"{INSIDE}/scratch", writable=True, fleeting=True))
        try:
            with self._sandbox(mounts) as sandbox:
                sites = {side: self._site(sandbox, tree, harness, scratch) for side, tree in sides.items()}
                apart = self.settings.metric == "memory"
                bench = Bench(sandbox, sites, workloads, self.prepared.core, self.prepared.members, apart=apart)
                bench.timeout_s = self.settings.time_limit
                yield bench
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _compile(self, trees: list[Path]) -> None:
        # By one thread at a time: a second one would find half of a tree's bytecode, and its files another's.
        with self._compiling:
            compile_trees(trees, self.environment.python, self._sandbox)

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
            yield TimedSandbox(sandbox, self._accounting)

    def _site(self, sandbox: Sandbox, tree: Path, harness: Path, scratch: Path) -> Site:
        return Site(
            tree=sandbox.inside(tree),
            python=self.environment.python,
            harness=sandbox.inside(harness / "workload"),
            scratch=sandbox.inside(scratch),
            source_roots=self.prepared.source_roots,
            pytest_options=self.prepared.pytest_options,
            values_module=sandbox.inside(harness / "equivalence" / "perfagent_values.py"),
        )

    def _made(self, name: str, make: Callable[[Path], None]) -> Path:
        """A tree by name: made in a folder beside it and moved into place when it is whole."""
        place = self.folder.path / "trees" / name
        with self._trees.making(name):
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
        plain = self.folder.path / "trees" / "plain"
        if commit == self.prepared.base and plain.exists() and not self.builder.builds:
            shutil.copytree(plain, place, symlinks=True, copy_function=os.link)
        else:
            self.target.checkout(commit, place)
        if self.environment.overlay is not None:
            shutil.copytree(
                self.environment.overlay, place, symlinks=True, dirs_exist_ok=True, copy_function=_copy_instead
            )
        if not self.builder.builds:
            return
        try:
            self.builder.build_commit(place, self.target.info(commit).tree)
        except BuildError as error:
            if self.settings.build:
                remedy = "mend --build: it runs in a copy of the tree, without a network"
                raise BuildError(error.message, remedy) from error
            # What the environment's own build made stands there already: only patches to native sources are lost.
            self.unbuildable = f"compiled parts cannot be built again here ({error.message})"
            self.progress.warn(f"{self.unbuildable}: patches to their sources fail; name a --build to have them tried")

    def _edit(self, parent_tree: Path, diff: str, place: Path) -> None:
        builds = self.builder.concerns(parent_tree, diff)
        # A patch replaces files, so their names may be shared; but a build writes into any, and `local` stops nobody.
        shared = not builds and self.environment.kind != "local"
        # Bytecode may stay with the files it was made of, which are those that no patch and no build writes.
        left_out = shutil.ignore_patterns(CACHE) if builds else None
        link = os.link if shared else shutil.copy2
        shutil.copytree(parent_tree, place, symlinks=True, ignore=left_out, copy_function=link)
        apply_patch(place, diff)
        forget(place, read_patch(diff).paths)
        if builds and self.unbuildable:
            raise BuildError(self.unbuildable, "name a --build that works in a copy of the tree, offline")
        if builds:
            self.builder.rebuild(place, diff)


def _copy_instead(source: str, target: str) -> None:
    """Copy a file to a place whose own file may be shared with another tree."""
    Path(target).unlink(missing_ok=True)
    shutil.copy2(source, target)


def _outside_files(workloads: tuple[Workload, ...]) -> list[Path]:
    """Scripts that stand outside the tree and must be shown to the sandbox."""
    targets = [Path(workload.target) for workload in workloads if workload.kind == "script"]
    return [target for target in targets if target.is_absolute()]
