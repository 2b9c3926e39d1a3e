"""A calibration as a page."""

from __future__ import annotations

import shlex

from perfagent.tools.report.calibration import (
    METHOD,
    CalibrationReport,
    calibration_headline,
    calibration_table,
)
from perfagent.tools.report.charts import charts_available
from perfagent.tools.report.html.figures import WITHOUT_CHARTS, calibration_figure
from perfagent.tools.report.html.page import page
from perfagent.tools.report.html.summary import Section, Summary, Tile, json_download, plural, subject
from perfagent.tools.report.material import Setting
from perfagent.tools.report.story import Fact, Step


def calibration_page(report: CalibrationReport, setting: Setting | None = None) -> str:
    """What identical code looked like here, as one HTML file."""
    setting = setting or Setting()
    values = {
        "top": _summary(report, setting),
        "version": report.version,
        "downloads": [json_download(f"{report.run_id}-calibration", report.to_json(), "the calibration")],
        "remarks": [] if charts_available() else [WITHOUT_CHARTS],
        "table": calibration_table(report),
        "shown": calibration_figure(report),
        "commands": (),
        "beside": (),
        "method": METHOD,
    }
    return page("calibration.html.jinja", values)


def _summary(report: CalibrationReport, setting: Setting) -> Summary:
    lead, rest = calibration_headline(report).split("; ")
    noisy = sum(each.too_noisy for each in report.benchmarks)
    facts = (
        Fact("repository", report.repository, True),
        Fact("commit", report.baseline[:12], True),
        Fact("when", setting.when),
        Fact("machine", setting.machine),
        Fact("sandbox", report.sandbox),
        Fact("Python", report.python),
        Fact("perfagent", report.version),
    )
    return Summary(
        kind="Calibration",
        subject=subject(report.repository),
        lead=lead,
        rest=f"{rest[:1].upper()}{rest[1:]}.",
        verdict=f"{noisy} too noisy to judge" if noisy else "fit to judge",
        tone="bad" if noisy else "good",
        meaning="The baseline was compared with itself, so every difference is noise of this machine.",
        tiles=list(_tiles(report)),
        steps=_steps(report.repository, noisy),
        rows=[fact for fact in facts if fact.text],
        messages=report.messages,
        sections=[
            Section("benchmarks", "Benchmarks"),
            Section("method", "How this was measured"),
        ],
    )


def _tiles(report: CalibrationReport) -> list[Tile]:
    count = len(report.benchmarks)
    quietest = min(each.noise for each in report.benchmarks)
    loudest = max(each.noise for each in report.benchmarks)
    noise = " to ".join(dict.fromkeys((f"{quietest:.1%}", f"{loudest:.1%}")))
    accepted = sum(each.accepted for each in report.benchmarks)
    return [
        Tile(str(count), plural(count, "benchmark", "benchmarks")),
        Tile(str(report.pairs), "pairs of identical code"),
        Tile(noise, "noise of a pair"),
        Tile(str(accepted), plural(accepted, "comparison of it accepted", "comparisons of it accepted")),
    ]


def _steps(repository: str, noisy: int) -> list[Step]:
    if noisy:
        return [Step("Use a quieter machine, a longer benchmark, or one that computes instead of waiting")]
    return [Step("Gains of the size below can be seen here: look for some", f"perfagent run {shlex.quote(repository)}")]
