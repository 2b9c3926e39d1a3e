"""Two versions of a module traced in a real sandbox: the call that first ends differently is found, or none is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfagent.tools import equivalence, workload
from perfagent.tools.equivalence import (
    CallTrace,
    DifferingCall,
    Look,
    TestSelection,
    TestSite,
    call_options,
    search,
    touched_functions,
    trace_tests,
    trace_workload,
)
from perfagent.tools.patch import diff_trees
from perfagent.tools.profile import Place
from perfagent.tools.sandbox import Environment, Limits, Mount, Sandbox, SandboxKind, open_sandbox
from perfagent.tools.workload import Request, Site, parse

LIBRARY = """\
import random


def keep(word, longest=4):
    return len(word) <= longest


def fill(words, out):
    for word in words:
        if keep(word):
            out.append(word)


def numbers(n):
    for index in range(n):
        yield index


def tally(words):
    out = []
    fill(words, out)
    return {"kept": out, "sum": sum(numbers(5)), "drawn": drawn()}


def drawn():
    return random.SystemRandom().random() < 2
"""
SCRIPT = "from lib import tally\ndef workload():\n    return tally(['a', 'abcd', 'abcde', ''])\n"
TEST = "from lib import tally\ndef test_tally():\n    assert tally(['abcd', 'b'])['kept'] == ['abcd', 'b']\n"

Find = Callable[..., DifferingCall | None]


@pytest.fixture(params=["local", pytest.param("bubblewrap", marks=pytest.mark.bubblewrap)])
def sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sandbox]:
    kind: SandboxKind = request.param
    here = Environment(kind, "", Path(sys.prefix), sys.executable, "", "tests", "", cached=True)
    for name in ("base", "head", "scratch"):
        (tmp_path / name).mkdir()
    mounts = [Mount(tmp_path / name, f"/p/{name}", name == "scratch") for name in ("base", "head", "scratch")]
    mounts += [Mount(workload.HARNESS, "/p/workload"), Mount(equivalence.HARNESS, "/p/equivalence")]
    with open_sandbox(kind, mounts=mounts, environment=here, limits=Limits(), run_id="tests") as opened:
        yield opened


@pytest.fixture
def find(sandbox: Sandbox, tmp_path: Path) -> Find:
    """Replaces text of the library and looks for the first call that differs, under the script or the test."""
    base, head = tmp_path / "base", tmp_path / "head"
    scratch = sandbox.inside(tmp_path / "scratch")

    def tests(side: Path, options: dict[str, object]) -> CallTrace | None:
        alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        harness = sandbox.inside(equivalence.HARNESS)
        site = TestSite(sandbox.inside(side), sys.executable, harness, scratch, env=alone)
        name = "test_lib.py::test_tally"
        return trace_tests(sandbox, site, TestSelection(select=(name,)), options, timeout_s=60, hash_seed=1).get(name)

    def script(side: Path, options: dict[str, object]) -> CallTrace | None:
        values = sandbox.inside(equivalence.VALUES_MODULE)
        harness = sandbox.inside(workload.HARNESS)
        site = Site(sandbox.inside(side), sys.executable, harness, scratch, values_module=values)
        return trace_workload(sandbox, site, parse("script:perf.py"), Request(timeout_s=60), options).get("perf")

    def find(
        *replacements: tuple[str, str], both: tuple[str, str] = ("", ""), under: str = "script"
    ) -> DifferingCall | None:
        before = text = LIBRARY.replace(*both) if both[0] else LIBRARY
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        for tree, library in ((base, before), (head, text)):
            for name, content in {"lib.py": library, "perf.py": SCRIPT, "test_lib.py": TEST}.items():
                (tree / name).write_text(content)
        run = script if under == "script" else tests

        def trace(side: str, places: list[Place], look: Look) -> CallTrace | None:
            tree = base if side == "baseline" else head
            return run(tree, call_options(places, sandbox.inside(tree), look))

        return search(trace, touched_functions(base, head, diff_trees(base, head)).both(), base, head)  # type: ignore[arg-type]

    return find


@pytest.mark.parametrize(("under", "arguments", "number"), [("script", "'abcd'", 2), ("test", "'abcd'", 1)])
def test_the_call_that_answers_differently_is_told(find: Find, under: str, arguments: str, number: int) -> None:
    found = find(("<= longest", "< longest"), under=under)
    assert found is not None
    assert (found.qualname, found.path, found.line, found.number) == ("keep", "lib.py", 4, number)
    assert found.arguments == f"word={arguments}, longest=4"
    assert (found.baseline, found.candidate) == ("returned True", "returned False")
    assert found.lines()[-2:] == [
        "  at result: True became False (value)",
        "  calls that end differently after it: of fill (lib.py)",
    ]


def test_what_a_call_does_to_its_arguments_is_compared(find: Find) -> None:
    found = find(("out.append(word)", "out.insert(0, word)"))
    assert found is not None and found.qualname == "fill"
    assert found.baseline == "returned None and left words=['a', 'abcd', 'abcde', ''], out=['a', 'abcd', '']"
    assert found.difference == "arguments['out'][0]: 'a' became '' (value)"


def test_an_exception_is_another_end(find: Find) -> None:
    found = find(("return len(word) <= longest", "return word[0] and len(word) <= longest"))
    assert found is not None
    assert (found.arguments, found.candidate) == (
        "word='', longest=4",
        "raised IndexError('string index out of range')",
    )


def test_generators_are_compared_by_what_they_yield(find: Find) -> None:
    found = find(("yield index", "yield index + (index == 3)"))
    assert found is not None and found.qualname == "numbers"
    assert found.baseline == "yielded [0, 1, 2, 3, 4, None]"


def test_callers_show_a_difference_that_the_touched_function_does_not(find: Find) -> None:
    found = find(("def fill(words, out):", "def fill(words, out, keep=lambda word: True):"))
    assert found is not None
    assert found.qualname == "tally"


def test_equal_code_differs_nowhere(find: Find) -> None:
    assert find(("for index in range(n):", "for index in list(range(n)):")) is None


def test_what_the_baseline_itself_answers_differently_is_passed_over(find: Find) -> None:
    drawing = ("random() < 2", "random()")
    assert find(("return random", "return 1 and random"), both=drawing) is None


def test_fewer_calls_are_compared_by_their_arguments(find: Find) -> None:
    found = find(("        if keep(word):", "        if len(word) > 1 and keep(word):"), ("<= longest", "< longest"))
    assert found is not None
    assert (found.qualname, found.arguments, found.number) == ("keep", "word='abcd', longest=4", 1)
