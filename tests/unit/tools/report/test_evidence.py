"""Growth and instructions in words."""

from __future__ import annotations

from perfagent.tools.report import (
    BenchmarkFigure,
    ExponentFigure,
    GrowthFigure,
    InstructionFigure,
    Result,
    SizeFigure,
    result_markdown,
)
from perfagent.tools.report.evidence import growth_line, instruction_lines


def size(multiple: int, speedup: float) -> SizeFigure:
    bounds = (speedup - 0.02, speedup + 0.02)
    return SizeFigure(
        size=multiple, speedup=speedup, interval=bounds, baseline_s=1e-3 * multiple, candidate_s=2e-3, pairs=6
    )


def growth(**changes: object) -> GrowthFigure:
    values: dict[str, object] = {
        "benchmark": "bench", "multiples": True, "metric": "cpu", "sizes": (size(1, 1.2), size(8, 0.7)),
        "baseline": ExponentFigure(value=1.02, interval=(0.98, 1.06)),
        "candidate": ExponentFigure(value=1.4, interval=None), "mixed": "wins at 1x, loses at 8x",
    }  # fmt: skip
    return GrowthFigure(**(values | changes))  # type: ignore[arg-type]


def counted(alarm: bool) -> BenchmarkFigure:
    counts = InstructionFigure(
        baseline=12_345_678, candidate=12_345_999, change=3e-5, first_change=0.0, alarm=alarm, note="look"
    )
    return BenchmarkFigure(id="bench", speedup=1.2, interval=(1.1, 1.3), verdict="faster", instructions=counts)


def report(**changes: object) -> str:
    values: dict[str, object] = {
        "command": "verify", "run_id": "r", "run_dir": "/r", "repository": "/x", "status": "completed",
        "verdict": "faster",
    }  # fmt: skip
    return result_markdown(Result(**(values | changes)))  # type: ignore[arg-type]


def test_a_growth_is_one_line_on_the_terminal() -> None:
    assert growth_line(growth()) == "bench: n^1.02 (0.98–1.06) → n^1.40  1x 1.20x  8x 0.70x"
    bare = growth(sizes=(), baseline=None, candidate=None, note="not measured: the candidate failed")
    assert growth_line(bare) == "bench: not measured: the candidate failed"


def test_a_report_shows_every_size_and_the_loss() -> None:
    text = report(growth=(growth(note="4x is left out"),))
    assert "| 8x | 0.70x | 0.68–0.72 | 8 ms | 2 ms |" in text
    assert "**The change wins at 1x, loses at 8x.**" in text
    assert "4x is left out." in text


def test_memory_is_told_in_bytes() -> None:
    text = report(growth=(growth(metric="memory", sizes=(size(2**30, 1.0),)),))
    assert "| 1.0 MiB | 0.0 MiB |" in text


def test_instructions_have_a_table_and_an_alarm_a_sentence() -> None:
    text = report(benchmarks=(counted(alarm=True),))
    assert "| `bench` | 12.3 M | 12.3 M | +0.0% |" in text
    assert "`bench`: look." in text
    assert list(instruction_lines([counted(alarm=True)])) == [("bench: 12.3 M → 12.3 M, +0.0%; look", True)]


def test_without_evidence_there_is_no_section() -> None:
    text = report(benchmarks=(counted(alarm=True).model_copy(update={"instructions": None}),))
    assert "Instructions" not in text and "Growth" not in text
