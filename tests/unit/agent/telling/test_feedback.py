"""What the numbers of a verdict say to whoever repairs the candidate."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from perfagent.agent.services import Services
from perfagent.agent.state import Verdict, VerdictName
from perfagent.agent.telling.feedback import bar_text, feedback_from_review, kept_for_repair, numbers
from perfagent.tools.report import BenchmarkFigure


def figure(name: str, speedup: float | None, verdict: str = "not_faster", low: float = 0.0) -> BenchmarkFigure:
    interval = (low, 2 * (speedup or 0) - low) if low else None
    return BenchmarkFigure(id=name, speedup=speedup, interval=interval, verdict=verdict, pairs=30)


def verdict(name: VerdictName, speedup: float | None, *figures: BenchmarkFigure) -> Verdict:
    interval = None if speedup is None else (speedup - 0.014, speedup + 0.014)
    return Verdict(candidate="c", verdict=name, speedup=speedup, interval=interval, pairs=30, benchmarks=figures)


def test_the_way_to_the_bar_is_told_as_time_that_must_go() -> None:
    told = numbers(verdict("not_faster", 1.012), 1.03)
    assert told == {
        "speedup (baseline time / candidate time)": "1.012x after 30 pairs",
        "95 % interval": "0.998–1.026",
        "the bar": "1.03x: another 1.7% of the present time must go",
    }


@pytest.mark.parametrize(
    ("speedup", "interval", "said"),
    [
        (0.5, None, "1.03x: another 51.5% of the present time must go"),
        (1.05, (0.99, 1.1), "1.03x: reached by the estimate, but the pairs do not prove it (it may be 0.990x)"),
        (1.03, None, "1.03x: reached by the estimate, but the pairs do not prove it; only a larger gain will"),
    ],
)
def test_an_estimate_above_the_bar_is_no_proof(speedup: float, interval: tuple[float, float] | None, said: str) -> None:
    assert bar_text(speedup, interval, 1.03).startswith(said)


def test_the_worst_benchmark_comes_first_and_the_rest_are_few() -> None:
    figures = [figure(f"b{number}", 1 + number / 100, low=0.9) for number in range(9, -1, -1)]
    told = list(numbers(verdict("not_faster", 1.09, *figures), 1.1).items())[3:]
    assert told[0] == ("the worst of 10 benchmarks, `b0`", "1.000x, 95 % interval 0.900–1.100: not faster")
    assert [name for name, _ in told[1:]] == ["`b1`", "`b2`", "`b3`", "`b4`"]


def test_what_was_not_measured_is_not_told() -> None:
    assert numbers(verdict("tests_failed", None, figure("b", None)), 1.03) == {}


def test_no_bar_where_others_lost() -> None:
    lost = verdict("slower_elsewhere", 1.4, figure("a", 1.4, "faster"), figure("b", 0.8, "slower"))
    told = numbers(lost, 1.03)
    assert "the bar" not in told
    assert told["the worst of 2 benchmarks, `b`"] == "0.800x: slower"


def test_a_repair_begins_with_what_was_said_and_the_diff(open_services: Callable[..., Services]) -> None:
    services = open_services()
    sent_back = verdict("faster", 1.2).model_copy(update={"diff": "digest"})
    said = feedback_from_review("keep the order", sent_back)
    kept = services.folder.get_json(kept_for_repair(services, said, sent_back))
    assert kept == {"feedback": said.model_dump(mode="json"), "diff": "digest"}
    assert (said.evidence, said.reason_code) == ("keep the order", "sent_back")
