"""Line profiles of scripts and of pytest's benchmarks, and what is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from perfagent.agent.lab.bench import Bench
from perfagent.agent.telling.line_profile import table
from perfagent.tools.errors import WorkloadError
from perfagent.tools.profile import call_facts
from perfagent.tools.sandbox import Environment, Limits, Mount, SandboxKind, open_sandbox
from perfagent.tools.workload import HARNESS, Site, parse

LIBRARY = """\
def unique(words):
    out = []
    for word in words:
        if word not in out:
            out.append(word)
    return out


def first(words):
    return unique(words)[0]
"""
SUITE = """
from lib import first, unique

def test_first(benchmark):
    benchmark(first, list(range(2000)))

def test_small(benchmark):
    benchmark(unique, [])
"""
PLAIN = "from lib import first\n\ndef test_plain():\n    assert first(list(range(2000))) == 0\n"
TIMED = "import timeit\nfrom lib import unique\nprint(timeit.timeit(lambda: unique(list(range(2000))), number=1))\n"
SCRIPT = "from lib import unique\ndef workload():\n    return unique(list(range(2000))), unique(list(range(3)))\n"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """A bench with one side for a workload, in a sandbox of a kind."""
    with ExitStack() as stack:

        def make(spec: str, kind: SandboxKind = "local") -> Bench:
            tree, scratch = tmp_path / "tree", tmp_path / "scratch"
            for folder in (tree, scratch):
                folder.mkdir()
            texts = {"lib.py": LIBRARY, "test_suite.py": SUITE, "test_plain.py": PLAIN}
            for name, text in {**texts, "perf.py": SCRIPT, "timed.py": TIMED}.items():
                (tree / name).write_text(text)
            here = Environment(kind, "", Path(sys.prefix), sys.executable, "", "tests", "", cached=True)
            places = {tree: "/p/tree", HARNESS: "/p/harness", scratch: "/p/scratch"}
            mounts = [Mount(path, target, path == scratch) for path, target in places.items()]
            sandbox = stack.enter_context(
                open_sandbox(kind, mounts=mounts, environment=here, limits=Limits(), run_id="tests")
            )
            site = Site(
                sandbox.inside(tree),
                sys.executable,
                sandbox.inside(HARNESS),
                sandbox.inside(scratch),
                env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
                pytest_options=("-p", "pytest_benchmark.plugin"),
            )
            return Bench(sandbox, {"one": site}, (parse(spec),))

        yield make


KINDS: list[object] = ["local", pytest.param("bubblewrap", marks=pytest.mark.bubblewrap)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("spec", "hits"),
    [
        ("script:perf.py", 2003),
        ("script:timed.py", 2000),
        ("pytest-benchmark:test_suite.py", 2000),
        ("pytest:test_plain.py", 2000),
    ],
)
def test_the_line_that_takes_the_time_is_found(
    bench: Callable[..., Bench], tmp_path: Path, kind: SandboxKind, spec: str, hits: int
) -> None:
    profile = bench(spec, kind).lines("one", tmp_path / "tree", [("lib.py", "unique")])
    (unique,) = profile.functions
    dearest = max(unique.lines, key=lambda line: line.share)
    assert (dearest.number, dearest.hits) == (4, hits)
    assert dearest.share > 0.5 and unique.share > 0.5
    assert profile.overhead is not None and profile.overhead > 0.5


def test_a_benchmark_is_traced_alone_when_asked(bench: Callable[..., Bench], tmp_path: Path) -> None:
    suite, only = bench("pytest-benchmark:test_suite.py"), frozenset({"test_suite.py::test_small"})
    first, unique = suite.lines("one", tmp_path / "tree", [("lib.py", "first"), ("lib.py", "unique")], only).functions
    assert not first.lines
    assert unique.calls.calls == 1


def test_the_table_shows_dear_lines_and_what_the_calls_are_like(bench: Callable[..., Bench], tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    profile = bench("script:perf.py").lines("one", tree, [("lib.py", "unique"), ("lib.py", "first")])
    said = table(profile.functions[0], tree, profile.overhead)
    assert "`lib.py` unique, lines 1-6: " in said and "times as slow" in said
    assert "4 | 2003 | " in said and "        if word not in out:" in said
    assert "It is called 2 times.\n`words` holds 3 to 2000 items, median 2000." in said
    nothing = table(profile.functions[1], tree)
    assert nothing == "`lib.py` first, lines 9-10: no line of it runs as Python code in the workloads."
    assert [facts.qualname for facts in call_facts(profile)] == ["unique"]


def test_a_table_keeps_to_its_lines(bench: Callable[..., Bench], tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    profile = bench("script:perf.py").lines("one", tree, [("lib.py", "unique")])
    assert len(table(profile.functions[0], tree, most=3).splitlines()) == 2 + 5 + 2


@pytest.mark.parametrize(
    ("spec", "qualname", "why"),
    [
        ("command:true", "unique", "a command cannot be profiled"),
        ("script:perf.py", "nothing", "no Python function nothing in lib.py"),
        ("script:none.py", "unique", "script:none.py cannot be traced: FileNotFoundError"),
    ],
)
def test_what_cannot_be_traced_is_told(
    bench: Callable[..., Bench], tmp_path: Path, spec: str, qualname: str, why: str
) -> None:
    with pytest.raises(WorkloadError, match=why):
        bench(spec).lines("one", tmp_path / "tree", [("lib.py", qualname)])
