"""Small projects with tests, run by the local sandbox with this interpreter and its pytest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfagent.tools.equivalence import HARNESS, TestRun, TestSelection, TestSite, run_tests
from perfagent.tools.sandbox import Environment, Limits, Mount, Sandbox, open_sandbox

TestRunner = Callable[..., TestRun]

FILES = {
    "pkg/__init__.py": "",
    "pkg/core.py": "def double(x):\n    return 2 * x\n",
    "tests/test_core.py": """
        import os, pytest
        from pkg.core import double
        def test_double():
            assert double(2) == 4
        def test_zero():
            assert double(0) == 0
        @pytest.mark.skip(reason="no")
        def test_skipped(): ...
        @pytest.mark.xfail
        def test_known(): assert False
        @pytest.fixture
        def broken(): raise ValueError("no fixture")
        def test_set_up(broken): ...
    """,
}


def write(root: Path, files: dict[str, str]) -> None:
    """Write files below a folder, without the indentation they have here."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.splitlines()
        path.write_text("\n".join(line.removeprefix("        ") for line in lines) + "\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A package with five tests of every outcome."""
    write(tmp_path / "tree", FILES)
    return tmp_path / "tree"


@pytest.fixture
def add(project: Path) -> Callable[[dict[str, str]], None]:
    """Adds files to the project."""
    return lambda files: write(project, files)


@pytest.fixture
def sandbox(project: Path, tmp_path: Path) -> Iterator[Sandbox]:
    """A local sandbox that sees the project, a scratch folder and the harness."""
    (tmp_path / "scratch").mkdir()
    mounts = [
        Mount(project, "/tree", True),
        Mount(tmp_path / "scratch", "/scratch", True),
        Mount(HARNESS, "/harness"),
    ]
    version = ".".join(str(part) for part in sys.version_info[:3])
    environment = Environment("local", "", Path(sys.prefix), sys.executable, version, "key", "", False)
    with open_sandbox("local", mounts=mounts, environment=environment, limits=Limits(), run_id="tests") as opened:
        yield opened


@pytest.fixture
def run(sandbox: Sandbox, project: Path, tmp_path: Path) -> TestRunner:
    """Runs the project's tests; takes what TestSelection takes, `hash_seed`, `timeout_s` and `plugins`."""

    def call(*, hash_seed: int = 0, timeout_s: float = 120.0, plugins: str = "", **selection: object) -> TestRun:
        site = TestSite(
            tree=sandbox.inside(project),
            python=sys.executable,
            harness=sandbox.inside(HARNESS),
            scratch=sandbox.inside(tmp_path / "scratch"),
            # Whatever else is installed beside pytest here takes seconds to load.
            env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": plugins},
        )
        chosen = TestSelection(**selection)  # type: ignore[arg-type]
        return run_tests(sandbox, site, chosen, timeout_s=timeout_s, hash_seed=hash_seed)

    return call
