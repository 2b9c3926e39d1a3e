"""What two comparisons come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.agent.ci.checkout import Sides
from perfagent.agent.ci.gate import IGNORED, Gated, concluded, gate
from perfagent.tools.report import BenchmarkFigure, Result

RUNS = (Path("/comparison"), Path("/again"))


def compared(verdict: str = "inconclusive", detail: str = "", **verdicts: str) -> Result:
    """A result whose benchmarks have these verdicts, each a little faster than the one before."""
    figures = tuple(
        BenchmarkFigure(id=name, speedup=0.8 + 0.1 * number, interval=(0.7, 1.2), verdict=each, pairs=20, metric="cpu")
        for number, (name, each) in enumerate(verdicts.items())
    )
    return Result(
        command="compare", run_id="r", run_dir="/r", repository="/x", status="completed", verdict=verdict,
        detail=detail, benchmarks=figures,
    )  # fmt: skip


def verdicts(gated: Gated) -> list[str]:
    assert gated.result is not None
    return [figure.verdict for figure in gated.result.benchmarks]


def test_two_comparisons_prove_a_slowdown() -> None:
    found = concluded(compared("slower_elsewhere", a="slower"), compared("faster", a="faster"), RUNS)
    assert (found.verdict, found.figure and found.figure.id, verdicts(found)) == ("slower", "a", ["slower"])
    assert found.sentence == "Slower: a is 0.80x as fast (95 % CI 0.70–1.20, 20 pairs, CPU time)"
    assert "Two independent comparisons prove it." in found.markdown


def test_one_comparison_proves_nothing() -> None:
    found = concluded(compared("slower_elsewhere", a="slower"), compared(a="inconclusive"), RUNS)
    assert (found.verdict, verdicts(found)) == ("inconclusive", ["inconclusive"])
    assert "looked slower at first" in found.markdown


def test_each_comparison_must_prove_the_same_benchmark() -> None:
    first = compared("slower_elsewhere", a="slower", b="inconclusive")
    assert concluded(first, compared("faster", a="inconclusive", b="faster"), RUNS).verdict == "inconclusive"


def test_what_only_looked_slower_is_not_said_to_be() -> None:
    first = compared("slower_elsewhere", a="slower", b="slower", c="faster")
    found = concluded(first, compared("faster", a="not_faster", b="faster", c="slower"), RUNS)
    assert (found.verdict, verdicts(found)) == ("slower", ["inconclusive", "slower", "faster"])
    assert "prove it of `b`, not of the others" in found.markdown


def test_a_gain_beside_what_only_looked_slower_is_a_gain() -> None:
    found = concluded(compared("slower_elsewhere", a="slower", b="faster"), compared(a="not_faster"), RUNS)
    assert (found.verdict, found.figure and found.figure.id) == ("faster", "b")


def test_what_could_not_be_measured_again_passes() -> None:
    found = concluded(compared("slower_elsewhere", a="slower"), None, RUNS, ["Why."])
    assert (found.verdict, verdicts(found)) == ("inconclusive", ["inconclusive"])
    assert "\n\nWhy.\n\n" in found.markdown


@pytest.mark.parametrize("verdict", ["tests_failed", "not_equivalent", "build_failed", "not_faster"])
def test_a_change_that_cannot_be_compared_passes_without_figures(verdict: str) -> None:
    found = concluded(compared(verdict, detail="t.py::`x`\n# y"), None, RUNS)
    assert (found.verdict, found.figure) == ("not_measured", None)
    assert "`t.py::'x' # y`. This is no verdict on the change's speed." in found.markdown


@pytest.mark.parametrize(
    "name", ["README.md", "a/b/notes.rst", "docs/conf.py", "docs/a/b.png", ".github/workflows/x.yml", "LICENSE.txt"]
)
def test_documentation_is_skipped(tmp_path: Path, name: str) -> None:
    sides = Sides(tmp_path, "b", "a", (name,))
    assert gate(sides, {}, tmp_path.joinpath, IGNORED).verdict == "skipped"


@pytest.mark.parametrize("name", ["a.py", "src/docs/a.py", "requirements.txt", "a.c", "md", "data/words.txt"])
def test_all_else_may_change_the_speed(tmp_path: Path, name: str) -> None:
    sides = Sides(tmp_path, "b", "a", ("README.md", name))
    assert gate(sides, {}, tmp_path.joinpath, IGNORED).verdict == "no_workload"
