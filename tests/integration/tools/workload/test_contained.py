"""Workloads of every kind in every contained sandbox, the tree read-only and the real encoder at work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from perfagent.tools.equivalence import VALUES_MODULE
from perfagent.tools.sandbox import Environment, Limits, Mount, Sandbox, SandboxKind, open_sandbox
from perfagent.tools.workload import HARNESS, Request, RoundObserver, Site, calibrate_loops, observe, parse

KINDS = [
    "local",
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    pytest.param("docker", marks=pytest.mark.docker),
]
LIBRARY = "def work(n):\n    return [str(i) for i in range(n)]\n"
SCRIPT = "from lib import work\ndef setup(): return 2000\ndef workload(n): return work(n)\n"

Open = Callable[[SandboxKind], tuple[Sandbox, Site]]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree" / "src").mkdir(parents=True)
    (tmp_path / "scratch").mkdir(mode=0o777)
    (tmp_path / "scratch").chmod(0o777)
    (tmp_path / "tree" / "src" / "lib.py").write_text(LIBRARY)
    (tmp_path / "tree" / "perf.py").write_text(SCRIPT)
    return tmp_path / "tree"


@pytest.fixture
def opened(tmp_path: Path, tree: Path) -> Iterator[Open]:
    with ExitStack() as stack:

        def enter(kind: SandboxKind) -> tuple[Sandbox, Site]:
            docker = kind == "docker"
            image = "perfagent/base:bookworm" if docker else ""
            prefix = None if docker else Path(sys.prefix)
            python = "/usr/bin/python3" if docker else sys.executable
            here = Environment(kind, image, prefix, python, "", "tests", "", cached=True)
            encoder = VALUES_MODULE.parent
            mounts = [
                Mount(tree, "/tree"),
                Mount(HARNESS, "/harness"),
                Mount(encoder, "/encoder"),
                Mount(tmp_path / "scratch", "/scratch", writable=True),
            ]
            limits = Limits(timeout_s=60)
            sandbox = stack.enter_context(
                open_sandbox(kind, mounts=mounts, environment=here, limits=limits, run_id="tests")
            )
            inside = [sandbox.inside(path) for path in (tree, HARNESS, tmp_path / "scratch", VALUES_MODULE)]
            at, harness, scratch, values = inside
            return sandbox, Site(at, python, harness, scratch, ("src",), values_module=values)

        yield enter


@pytest.mark.parametrize("kind", KINDS)
def test_a_script_is_calibrated_timed_and_valued(kind: SandboxKind, opened: Open) -> None:
    sandbox, site = opened(kind)
    workload = parse("script:perf.py")
    loops = calibrate_loops(sandbox, site, workload, Request()).loops
    assert loops["perf"] > 1
    span = observe(sandbox, site, workload, Request(loops=loops)).spans["perf"]
    assert span.loops == loops["perf"]
    assert span.cpu_s > 0
    first, second = (observe(sandbox, site, workload, Request("values", hash_seed=seed)) for seed in (1, 2))
    assert first.values == second.values
    assert "1999" in str(first.values["perf"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_is_timed_with_its_children(kind: SandboxKind, opened: Open) -> None:
    sandbox, site = opened(kind)
    command = "python3 -c 'from lib import work; print(len(work(200000)))'"
    seen = observe(sandbox, site, parse(f"command:{command}"), Request())
    assert seen.ok, seen.output
    assert seen.spans[command].cpu_s > 0.01
    assert "200000" in seen.output


@pytest.mark.parametrize("kind", KINDS[:2])
def test_benchmarks_leave_a_read_only_tree_alone(kind: SandboxKind, tree: Path, opened: Open) -> None:
    (tree / "bench").mkdir()
    (tree / "bench" / "test_x.py").write_text("from lib import work\ndef test_x(benchmark): benchmark(work, 9)\n")
    sandbox, site = opened(kind)
    seen = observe(sandbox, site, parse("pytest-benchmark:bench"), Request(loops={"bench/test_x.py::test_x": 5}))
    assert seen.ok, seen.output
    assert seen.spans["bench/test_x.py::test_x"].loops == 5
    left = {path.name for path in tree.rglob("*") if "__pycache__" not in path.parts}
    assert left == {"src", "lib.py", "perf.py", "bench", "test_x.py"}


@pytest.mark.parametrize("kind", KINDS[:2])  # the base image has no pytest
def test_the_sides_of_a_round_are_forked_from_one_interpreter(kind: SandboxKind, tree: Path, opened: Open) -> None:
    (tree / "test_x.py").write_text("from lib import work\ndef test_x(benchmark): benchmark(work, 9)\n")
    sandbox, site = opened(kind)
    rounds = RoundObserver(sandbox, {"one": site, "two": site, "three": site})
    seen = rounds.observe(parse("pytest-benchmark:test_x.py"), Request(loops={"test_x.py::test_x": 5}), ("two", "one"))
    assert [side for side, each in seen.items() if each.spans["test_x.py::test_x"].loops == 5] == ["two", "one"]
    assert not rounds.unforkable


REACHES = """
import os

def test_x():
    others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    server = [name for name in others if b"serve" in open(f"/proc/{name}/cmdline", "rb").read().split(b"\\0")]
    assert len(server) == 1
    open("/proc/self/mem", "r+b").close()
    try:
        open(f"/proc/{server[0]}/mem", "r+b").close()
    except PermissionError:
        return
    raise AssertionError("the server's memory can be written")
"""


@pytest.mark.bubblewrap
def test_a_side_cannot_change_the_server_that_the_next_one_is_forked_from(tree: Path, opened: Open) -> None:
    (tree / "test_x.py").write_text(REACHES)
    sandbox, site = opened("bubblewrap")
    rounds = RoundObserver(sandbox, {"one": site, "two": site})
    seen = rounds.observe(parse("pytest:test_x.py"), Request(), ("two", "one"))
    assert not rounds.unforkable
    assert [each.failed for each in seen.values()] == [{}, {}]


@pytest.mark.docker
def test_without_pytest_a_round_says_so(tree: Path, opened: Open) -> None:
    sandbox, site = opened("docker")
    rounds = RoundObserver(sandbox, {"one": site, "two": site})
    seen = rounds.observe(parse("pytest:test_x.py"), Request(), ("two", "one"))
    assert {str(each.error) for each in seen.values()} == {
        "pytest cannot be imported: ModuleNotFoundError: No module named 'pytest'"
    }
