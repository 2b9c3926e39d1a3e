"""From traces written by hand to line profiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perfagent.tools.profile import Place, call_facts, line_profile, locate
from perfagent.tools.profile.functions import Function
from perfagent.tools.profile.lines import TracedLines, median_trace

PLACE = Place("lib.py", Function("f", "f", 1, 9))


def calls(count: int, distinct: int | None = None, **sizes: list[int]) -> dict[str, Any]:
    return {"calls": count, "sampled": count, "distinct": distinct, "by_object": False, "sizes": sizes}


def trace(seconds: float, inside: float, lines: dict[str, list[Any]], called: Any = None) -> dict[str, Any]:
    function = {"seconds": inside, "lines": lines, "calls": called or calls(1)}
    return {"elapsed": 2 * seconds, "seconds": seconds, "threads": 1, "functions": [function]}


def test_every_benchmark_counts_alike() -> None:
    long, short = trace(100.0, 100.0, {"2": [5, 100.0]}), trace(0.1, 0.05, {"2": [1, 0.01], "3": [1, 0.04]})
    parts = [TracedLines({"long": long}, {"long": 50.0}), TracedLines({"short": short}, {"short": 0.1})]
    profile = line_profile([PLACE], parts)
    (function,) = profile.functions
    assert function.share == pytest.approx(0.75)
    assert [(line.number, line.hits) for line in function.lines] == [(2, 6), (3, 1)]
    assert [line.share for line in function.lines] == pytest.approx([(1 + 0.1) / 1.5, 0.4 / 1.5], abs=1e-5)
    assert profile.overhead == pytest.approx(200.2 / 50.1)


def test_a_function_that_never_ran_has_no_lines() -> None:
    (function,) = line_profile([PLACE], [TracedLines({"b": trace(1.0, 0.0, {}, calls(0))}, {})]).functions
    assert (function.lines, function.share, function.calls.calls) == ((), 0.0, 0)
    assert call_facts(line_profile([PLACE], [TracedLines({"b": trace(1.0, 0.0, {}, calls(0))}, {})])) == ()


def test_an_interruption_in_one_run_is_nobodys_time() -> None:
    quiet, hit = trace(1.0, 0.9, {"2": [3, 0.8], "3": [3, 0.1]}), trace(1.5, 1.4, {"2": [3, 0.8], "3": [3, 0.6]})
    (function,) = median_trace([hit, quiet, quiet])["functions"]
    assert (function["seconds"], function["lines"]) == (0.9, {"2": [3, 0.8], "3": [3, 0.1]})


def test_facts_of_several_benchmarks_come_together() -> None:
    many, few = calls(100, 10, words=[0, 3, 9]), calls(4, 4, words=[50, 60, 70], other=[1, 1, 1])
    parts = [
        TracedLines({name: trace(1.0, 1.0, {"2": [1, 1.0]}, each)}, {}) for name, each in (("a", many), ("b", few))
    ]
    (facts,) = call_facts(line_profile([PLACE], parts))
    assert (facts.calls, facts.distinct) == (104, 14)
    assert facts.repeated == pytest.approx(1 - 14 / 104)
    sizes = {size.name: (size.minimum, size.median, size.maximum) for size in facts.sizes}
    assert sizes == {"words": (0, 3, 70), "other": (1, 1, 1)}


def test_arguments_that_one_benchmark_cannot_compare_are_not_counted() -> None:
    parts = [TracedLines({"a": trace(1.0, 1.0, {}, calls(9, 3)), "b": trace(1.0, 1.0, {}, calls(9, None))}, {})]
    (facts,) = call_facts(line_profile([PLACE], parts))
    assert facts.distinct is facts.repeated is None


def test_functions_are_found_by_their_dotted_names(tmp_path: Path) -> None:
    (tmp_path / "lib.py").write_text(
        "class A:\n    @staticmethod\n    def f():\n        pass\n\ndef f(): pass\ndef f():\n  1\n"
    )
    method, twice = locate(tmp_path, "lib.py", "A.f"), locate(tmp_path, "lib.py", "f")
    assert method is not None and twice is not None
    assert (method.option, twice.option) == (["lib.py", 2, 4, "f"], ["lib.py", 7, 8, "f"])
    assert locate(tmp_path, "lib.py", "g") is locate(tmp_path, "none.py", "f") is None
