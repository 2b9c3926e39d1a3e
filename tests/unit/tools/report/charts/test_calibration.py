"""A picture of a calibration: the same samples give the same file."""

from pathlib import Path

import pytest

from perfagent.tools.errors import UsageError
from perfagent.tools.measure import Calibration
from perfagent.tools.measure.calibration import Power
from perfagent.tools.report import CalibrationReport, calibration_chart, calibration_markdown, check_chart, write_chart


def report(**changes: object) -> CalibrationReport:
    known: dict[str, object] = {
        "benchmark": "a", "metric": "cpu", "noise": 0.02, "pairs": 4, "alpha": 0.01, "accepted": 1, "comparisons": 200,
        "smallest_gain": 1.04, "mean_runs": 18.0, "power": (Power(speedup=1.04, accepted=0.9),),
        "ratios": (1.01, 0.98, 1.0, 1.02),
    }  # fmt: skip
    noisy = Calibration(**(known | {"benchmark": "b", "noise": 0.3, "smallest_gain": None, "power": ()}))  # type: ignore[arg-type]
    return CalibrationReport(
        run_id="r", run_dir="/runs/r", repository="/repo", baseline="0" * 40, sandbox="local", python="3.11", pairs=4,
        benchmarks=(Calibration(**(known | changes)), noisy),  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_headline_adds_up_all_benchmarks_and_each_has_its_row() -> None:
    text = calibration_markdown(report())
    assert "here it was in 2 of 400 comparisons resampled from 4 pairs of identical code" in text.splitlines()[0]
    assert "| `a` | CPU time | 2.0% | 4% | 1 of 200 | 18 |" in text
    assert "| `b` | CPU time | 30.0% | too noisy to judge | 1 of 200 | 18 |" in text


def test_no_gain_tried_was_seen() -> None:
    assert "| `a` | CPU time | 2.0% | nothing tried | 1 of 200 | 18 |" in calibration_markdown(
        report(smallest_gain=None)
    )


@pytest.mark.parametrize(("ending", "start"), [("svg", b"<svg "), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_every_format_is_written(tmp_path: Path, ending: str, start: bytes) -> None:
    place = tmp_path / f"plot.{ending}"
    write_chart(calibration_chart(report()), place)
    assert place.read_bytes().startswith(start)


def test_the_same_samples_give_the_same_picture() -> None:
    assert calibration_chart(report()) == calibration_chart(report())


def test_each_benchmark_has_its_title_and_what_is_seen() -> None:
    drawn = calibration_chart(report())
    for text in (">noise ±2.0%; sees 4% and more<", ">noise ±30.0%; too noisy to judge<", ">too noisy to judge<"):
        assert text in drawn


def test_a_plot_into_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        check_chart(tmp_path / "none" / "a.svg")
