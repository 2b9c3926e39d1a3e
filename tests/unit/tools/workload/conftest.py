"""Trees of a few files, in a real sandbox without containment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfagent.tools.sandbox import Environment, Limits, Mount, Sandbox, open_sandbox
from perfagent.tools.workload import HARNESS, Observation, Request, Site, Workload, observe, parse

ENCODER = """
def encode(value):
    if hasattr(value, "__next__"):
        return list(value)
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    return value if isinstance(value, (str, int, list)) else repr(value)
"""


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One for all tests: a sample is a process of its own in any case."""
    here = Environment("local", "", Path(sys.prefix), sys.executable, "", "tests", "", cached=True)
    mounts = [Mount(path, str(path)) for path in (tmp_path_factory.getbasetemp(), HARNESS)]
    with open_sandbox("local", mounts=mounts, environment=here, limits=Limits(), run_id="tests") as opened:
        yield opened


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An empty checkout."""
    root = tmp_path / "tree"
    root.mkdir()
    return root


@pytest.fixture
def write(tree: Path) -> Callable[[str, str], Path]:
    """Write a file of the tree, making its folders."""

    def write(name: str, text: str) -> Path:
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.fixture
def site(tmp_path: Path, tree: Path) -> Site:
    """The tree with this interpreter and a trivial encoder."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    encoder = tmp_path / "encoder.py"
    encoder.write_text(ENCODER)
    # Other plugins that happen to be installed would triple the time of every test that starts pytest.
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugins = ("-p", "pytest_benchmark.plugin")
    paths = (str(tree), sys.executable, str(HARNESS), str(scratch))
    return Site(*paths, env=alone, pytest_options=plugins, values_module=str(encoder))


@pytest.fixture
def seen(sandbox: Sandbox, site: Site) -> Callable[..., Observation]:
    """Observe a workload of the tree: `seen("script:x.py", mode="values")`."""

    def seen(spec: str, **request: object) -> Observation:
        workload: Workload = parse(spec)
        return observe(sandbox, site, workload, Request(**request))  # type: ignore[arg-type]

    return seen
