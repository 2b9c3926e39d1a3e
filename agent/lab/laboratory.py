"""Where trees are made and run: exported commits, edited copies, and benches opened on them."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.agent.accounting import TimedSandbox
from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.building import TreeBuilder
from perfagent.agent.lab.bytecode import CACHE, compile_trees, copy_harnesses, forget
from perfagent.agent.lab.findings import harness_digest
from perfagent.agent.lab.kept_trees import kept_trees
from perfagent.agent.lab.prepared import Prepared
from perfagent.agent.lab.shell import Setting, Shell
from perfagent.agent.lab.standing import INSIDE, Standing
from perfagent.agent.once import Once
from perfagent.agent.run_folder import state_home
from perfagent.tools.errors import BuildError, PerfagentError
from perfagent.tools.patch import Policy, apply_patch, read_patch
from perfagent.tools.sandbox import Limits, Mount, Sandbox, open_sandbox, owner_inside, remove
from perfagent.tools.workload import Workload, parse

if TYPE_CHECKING:
    from perfagent.agent.services import Services


class Laboratory:
    """Makes trees and opens benches on them; safe under threads.

    Args:
        services: the run's folder, target and settings.
        prepared: what `prepare` found out.
    """

    def __init__(self, services: Services, prepared: Prepared) -> None:
        self.folder = services.folder
        self.copies = services.copies
        self.target = services.target
        self.settings = services.settings
        self.prepared = prepared
        self.interrupted = services.interrupted
        self.environment = prepared.environment.restore()
        (self.folder.path / "work").mkdir(exist_ok=True)
        cache = state_home() / "cache" / "built"
        self.kept = kept_trees()
        self.progress = services.progress
        self._accounting = services.accounting
        self._bin = services.bin
        self.unbuildable = ""
        self._trees = Once()
        self._compiling = threading.Lock()
        self.builder = TreeBuilder(self.settings.build, self.environment, self._sandbox, cache)

    def tree(self, commit: str) -> Path:
        """The exported tree of a commit with what the build generated; made once."""
        return self._made(self._commits_place(commit).name, lambda place: self._export(commit, place))

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
        """Remove a tree that is not needed any more, without waiting for it."""
        self._bin.drop(tree)

    @contextmanager
    def lent(self, tree: Path) -> Iterator[Path]:
        """A copy of a tree that tests may write into while the block lasts: one used before, mended where it can be."""
        kind = self.environment.kind
        if kind != "local":
            with self.copies.lend(tree, owner_inside(kind)) as copy:
                yield copy
            return
        # Code that runs as we do could make a copy look as it was.
        place = Path(tempfile.mkdtemp(prefix="tests-", dir=self.folder.path / "work"))
        try:
            yield Path(shutil.copytree(tree, place, symlinks=True, dirs_exist_ok=True))
        finally:
            remove(place)

    @contextmanager
    def open(self, sides: Mapping[str, Path], *, writable: bool = False) -> Iterator[Bench]:
        """A bench with one tree a side.

        Args:
            sides: name of a side -> its tree on the host.
            writable: whether commands may write into the trees (unit tests need it; measuring must not).
        """
        workloads = tuple(parse(spec) for spec in self.prepared.workloads)
        standing = Standing(
            environment=self.environment,
            open=self._sandbox,
            harness=self._made(f"harness-{harness_digest()[:16]}", copy_harnesses),
            work=self.folder.path / "work",
            source_roots=self.prepared.source_roots,
            pytest_options=self.prepared.pytest_options,
            compile=self._compile,
        )
        with standing.up(sides, _outside_files(workloads), writable=writable) as (sandbox, sites):
            apart = self.settings.metric == "memory"
            # A resumed run may have been given another core than the one it was prepared on.
            core = self.prepared.core if self.settings.core is None else self.settings.core
            bench = Bench(sandbox, sites, workloads, core, self.prepared.members, apart=apart)
            bench.timeout_s = self.settings.time_limit
            yield bench

    def _compile(self, trees: Sequence[Path]) -> None:
        # By one thread at a time: a second one would find half of a tree's bytecode, and its files another's.
        with self._compiling:
            compiled = compile_trees(trees, self.environment.python, self._sandbox)
            base = self.prepared.base
            if self._keeps(base) and self._commits_place(base) in compiled:
                self.kept.keep(self._facts(base), self._commits_place(base))

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

    def _made(self, name: str, make: Callable[[Path], None]) -> Path:
        """A tree by name: made in a folder beside it and moved into place when it is whole."""
        place = self.folder.path / "trees" / name
        with self._trees.making(name):
            if not place.exists():
                unfinished = place.with_name(f"{name}.part")
                remove(unfinished)
                try:
                    make(unfinished)
                except PerfagentError:
                    remove(unfinished)  # a build that fails may have left gigabytes
                    raise
                unfinished.rename(place)
        return place

    def _export(self, commit: str, place: Path) -> None:
        plain = self.folder.path / "trees" / "plain"
        if self._keeps(commit) and self.kept.bring(self._facts(commit), place):
            return
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
                raise BuildError(error.message, remedy, code=error.code) from error
            # What the environment's own build made stands there already: only patches to native sources are lost.
            self.unbuildable = f"compiled parts cannot be built again here ({error.message})"
            self.progress.warn(f"{self.unbuildable}: patches to their sources fail; name a --build to have them tried")

    def _commits_place(self, commit: str) -> Path:
        return self.folder.path / "trees" / f"c-{commit[:16]}"

    def _keeps(self, commit: str) -> bool:
        """Whether a commit's tree may be kept for later runs: it is the user's, and nothing writes into its files."""
        return commit == self.prepared.base and not self.builder.builds and self.environment.kind != "local"

    def _facts(self, commit: str) -> list[str]:
        """All that a commit's tree with its bytecode depends on."""
        where = self.environment
        return ["compiled", self.target.info(commit).tree, where.kind, where.key, where.image, where.log]

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
            raise BuildError(self.unbuildable, "name a --build that works in a copy of the tree, offline", code="PA305")
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
