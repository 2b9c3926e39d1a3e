"""Where trees are made and run: exported commits, edited copies, and sandboxes opened on them.

Inside a sandbox the sides stand at /perfagent/a, /perfagent/b, ... : paths of one length, because the length of a path can
shift a timing. Trees are mounted read-only while they are measured, so that one side cannot change another.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import ascii_lowercase

from perfagent.agent.bench import Bench
from perfagent.agent.prepared import Prepared
from perfagent.agent.run_folder import RunFolder
from perfagent.agent.settings import Settings
from perfagent.tools.errors import BuildError, EditError
from perfagent.tools.patch import apply_patch
from perfagent.tools.repository import Target
from perfagent.tools.sandbox import Command, Environment, Limits, Mount, Sandbox, open_sandbox
from perfagent.tools.workload import Site, harness_folder, parse

#: Where things stand inside a sandbox.
INSIDE = "/perfagent"


class Laboratory:
    """Makes trees and opens benches on them.

    Args:
        folder, target, settings: the run's.
        prepared: what `prepare` found out.
    """

    def __init__(self, folder: RunFolder, target: Target, settings: Settings, prepared: Prepared) -> None:
        self.folder = folder
        self.target = target
        self.settings = settings
        self.prepared = prepared

    @property
    def environment(self) -> Environment:
        """Where the target's code runs."""
        return self.prepared.environment.restore()

    def tree(self, commit: str) -> Path:
        """The exported tree of a commit with what the build generated; made once."""
        return self._made(commit[:16], lambda place: self._export(commit, place))

    def edited(self, parent: str, diff: str) -> Path:
        """The tree of `parent` with a diff applied; made once.

        Raises:
            EditError: `does_not_apply`.
            BuildError: the user's build command fails on it.
        """
        digest = hashlib.sha256(f"{parent}\n{diff}".encode("utf-8", "surrogateescape")).hexdigest()
        return self._made(digest[:16], lambda place: self._edit(parent, diff, place))

    def scratch_copy(self, commit: str, name: str) -> Path:
        """A fresh copy of a commit's tree to edit in; an older copy of that name is dropped."""
        place = self.folder.path / "work" / name
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(exist_ok=True)
        shutil.copytree(self.tree(commit), place, symlinks=True)
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
        mounts = [
            Mount(tree, f"{INSIDE}/{letter}", writable)
            for tree, letter in zip(dict.fromkeys(sides.values()), ascii_lowercase, strict=False)
        ]
        mounts += [Mount(path, f"{INSIDE}/harness/{name}") for name, path in harness_folder().items()]
        for script in self._outside_scripts():
            mounts.append(Mount(script, f"{INSIDE}/scripts/{script.name}"))
        with self._sandbox(mounts) as sandbox:
            sites = {
                side: Site(
                    tree=sandbox.inside(tree),
                    python=self.environment.python,
                    harness={name: sandbox.inside(path) for name, path in harness_folder().items()},
                    scratch=sandbox.scratch,
                    source_roots=self.prepared.source_roots,
                )
                for side, tree in sides.items()
            }
            yield Bench(sandbox, sites, self.prepared, self.settings)

    @contextmanager
    def _sandbox(self, mounts: list[Mount]) -> Iterator[Sandbox]:
        with open_sandbox(
            self.prepared.environment.kind,
            mounts=mounts,
            environment=self.environment,
            limits=Limits(),
            run_id=self.folder.id,
        ) as sandbox:
            yield sandbox

    def _outside_scripts(self) -> list[Path]:
        found = []
        for spec in self.prepared.workloads:
            workload = parse(spec)
            if workload.kind == "script" and Path(workload.target).is_absolute():
                found.append(Path(workload.target))
        return found
