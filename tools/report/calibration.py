"""The result of `perfagent calibrate`: what identical code looks like here, as JSON and Markdown."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from perfagent.tools.measure import Calibration
from perfagent.tools.measure.constants import TARGET_POWER
from perfagent.tools.report.measured import Record
from perfagent.tools.report.tables import Table, markdown_table
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


def calibration_table(report: CalibrationReport) -> Table:
    """One row a benchmark: name, metric, noise, smallest gain, false acceptances, processes for a useless change."""
    columns = ("benchmark", "metric", "noise", "sees gains from", "identical accepted", "runs")
    rows = tuple(
        (
            each.benchmark,
            METRICS.get(each.metric, each.metric),
            f"{each.noise:.1%}",
            "too noisy to judge" if each.too_noisy else _gain(each),
            f"{each.accepted} of {each.comparisons}",
            f"{each.mean_runs:.0f}",
        )
        for each in report.benchmarks
    )
    return Table("Noise, and gains that are seen in spite of it", columns, rows, frozenset({0, 1}), frozenset({0}))


def power_table(report: CalibrationReport) -> Table:
    """One row a benchmark and gain: how often a true gain of that size is accepted."""
    rows = tuple(
        (each.benchmark, f"{power.speedup - 1:.0%}", f"{power.accepted:.0%}")
        for each in report.benchmarks
        for power in each.power
    )
    return Table("How often a gain is accepted", ("benchmark", "true gain", "accepted"), rows, code=frozenset({0}))


def identical_table(calibration: Calibration) -> Table:
    """One row a pair of identical code."""
    rows = tuple((str(number), f"{ratio - 1:+.2%}") for number, ratio in enumerate(calibration.ratios, 1))
    return Table(f"Pairs of identical code, {calibration.benchmark}", ("pair", "difference"), rows, frozenset())


METHOD = (
    "Noise is the robust standard deviation of a pair's log ratio.",
    "The pairs were resampled in blocks of neighbours with labels by coin, a gain was put into one side, and the same "
    "test that judges a patch judged them.",
    f'"Sees gains from" is the smallest gain tried that passed in {TARGET_POWER:.0%} of them; "runs" are the processes '
    "a comparison of identical code costs.",
)


def calibration_markdown(report: CalibrationReport) -> str:
    """The whole report."""
    facts = [
        f"- repository: {report.repository} at `{report.baseline[:12]}`",
        f"- sandbox: {report.sandbox}, Python {report.python}",
        *(f"- {message}" for message in report.messages),
    ]
    parts = [f"# {calibration_headline(report)}", "\n".join(facts), markdown_table(calibration_table(report))]
    return "\n\n".join([*parts, " ".join(METHOD)]) + "\n"


def _gain(calibration: Calibration) -> str:
    return "nothing tried" if calibration.smallest_gain is None else f"{calibration.smallest_gain - 1:.0%}"
