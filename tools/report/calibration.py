"""The result of `perfagent calibrate`: what identical code looks like here, as JSON and Markdown."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from perfagent.tools.measure import Calibration
from perfagent.tools.report.document import Record
from perfagent.tools.report.words import METRICS

CALIBRATION_SCHEMA = "perfagent/calibration/1"


class CalibrationReport(Record):
    """What `calibrate --json` prints.

    Attributes:
        pairs: pairs of identical code that were measured.
        benchmarks: one calibration each, in the workloads' order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: str = Field(default=CALIBRATION_SCHEMA, alias="schema")
    run_id: str
    run_dir: str
    repository: str
    baseline: str
    sandbox: str
    python: str
    pairs: int
    benchmarks: tuple[Calibration, ...]
    messages: tuple[str, ...] = ()
    seconds: float = 0.0
    version: str = ""

    def to_json(self) -> str:
        """The document as text, by its published names."""
        return self.model_dump_json(by_alias=True, indent=2)


def calibration_headline(report: CalibrationReport) -> str:
    """One sentence: how often identical code passed, over all benchmarks."""
    accepted = sum(each.accepted for each in report.benchmarks)
    comparisons = sum(each.comparisons for each in report.benchmarks)
    alpha = max(each.alpha for each in report.benchmarks)
    return (
        f"Identical code is accepted in at most {alpha:.1%} of comparisons by design; here it was in {accepted} of "
        f"{comparisons} comparisons resampled from {report.pairs} pairs of identical code"
    )


def calibration_rows(report: CalibrationReport) -> list[tuple[str, ...]]:
    """One row a benchmark: name, metric, noise, smallest gain, false acceptances, processes for a useless change."""
    return [
        (
            each.benchmark,
            METRICS.get(each.metric, each.metric),
            f"{each.noise:.1%}",
            "too noisy to judge" if each.too_noisy else _gain(each),
            f"{each.accepted} of {each.comparisons}",
            f"{each.mean_runs:.0f}",
        )
        for each in report.benchmarks
    ]


CALIBRATION_COLUMNS = ("benchmark", "metric", "noise", "sees gains from", "identical accepted", "runs")


def calibration_markdown(report: CalibrationReport) -> str:
    """The whole report."""
    rows = ["| " + " | ".join(CALIBRATION_COLUMNS) + " |", "|---" * len(CALIBRATION_COLUMNS) + "|"]
    rows += ["| " + " | ".join(row) + " |" for row in calibration_rows(report)]
    facts = [
        f"- repository: {report.repository} at `{report.baseline[:12]}`",
        f"- sandbox: {report.sandbox}, Python {report.python}",
        *(f"- {message}" for message in report.messages),
    ]
    method = (
        "Noise is the robust standard deviation of a pair's log ratio. The pairs were resampled in blocks of "
        "neighbours with labels by coin, a gain was put into one side, and the same test that judges a patch judged "
        'them. "Sees gains from" is the smallest gain tried that passed in 80 % of them; "runs" are the processes a '
        "comparison of identical code costs."
    )
    return "\n\n".join([f"# {calibration_headline(report)}", "\n".join(facts), "\n".join(rows), method]) + "\n"


def _gain(calibration: Calibration) -> str:
    return "nothing tried" if calibration.smallest_gain is None else f"{calibration.smallest_gain - 1:.0%}"
