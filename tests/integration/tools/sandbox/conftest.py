from __future__ import annotations

import functools
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from perfagent.tools.sandbox import (
    Command,
    Completed,
    Environment,
    Limits,
    Mount,
    Sandbox,
    SandboxKind,
    open_sandbox,
)

SMALL = Limits(memory_bytes=256 * 2**20, processes=32, timeout_s=30, output_bytes=10_000)
CONTAINED = [
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    pytest.param("docker", marks=pytest.mark.docker),
]


def environment(kind: SandboxKind) -> Environment:
    """The base image's Python, or the one that runs the tests."""
    image, prefix, python = ("perfagent/base:bookworm", None, "/usr/bin/python3")
    if kind != "docker":
        image, prefix, python = "", Path(sys.prefix), sys.executable
    return Environment(kind, image, prefix, python, "3", "test", "", cached=True)


@dataclass
class Box:
    """An open sandbox with one writable folder."""

    sandbox: Sandbox
    tree: Path
    python: str

    def fresh(self) -> Box:
        """The same sandbox with an empty folder."""
        tree = self.tree / uuid.uuid4().hex
        tree.mkdir()
        tree.chmod(0o777)
        return Box(self.sandbox, tree, self.python)

    def run(self, *argv: str, **rest: object) -> Completed:
        command = Command(argv, self.sandbox.inside(self.tree), **rest)  # type: ignore[arg-type]
        return self.sandbox.execute(command)

    def sh(self, script: str, **rest: object) -> Completed:
        return self.run("sh", "-c", script, **rest)

    def py(self, script: str, **rest: object) -> Completed:
        return self.run(self.python, "-I", "-c", script, **rest)


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Box]]:
    """Opens sandboxes, each with a writable folder of its own, and closes them at the end."""
    with ExitStack() as stack:

        def make(kind: SandboxKind, limits: Limits = SMALL, run_id: str = "test", **rest: object) -> Box:
            tree = tmp_path_factory.mktemp("tree")
            where = environment(kind)
            mounts = [Mount(tree, "/mnt/tree", writable=True)]
            setting = {"mounts": mounts, "environment": where, "limits": limits, "run_id": run_id, **rest}
            sandbox = open_sandbox(kind, **setting)  # type: ignore[arg-type]
            return Box(stack.enter_context(sandbox), tree, where.python)

        yield make


@pytest.fixture(scope="session")
def shared(opened: Callable[..., Box]) -> Callable[[SandboxKind], Box]:
    """One sandbox of each kind for all the tests that need no other."""
    return functools.cache(opened)


@pytest.fixture
def box(kind: SandboxKind, shared: Callable[[SandboxKind], Box]) -> Box:
    return shared(kind).fresh()


@pytest.fixture(params=CONTAINED)
def contained(request: pytest.FixtureRequest, shared: Callable[[SandboxKind], Box]) -> Box:
    return shared(request.param).fresh()
