"""The report as a page: the sentence to quote, what to do next, and everything that speaks for and against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from perfagent.tools.measure.constants import ALPHA
from perfagent.tools.report.calibration import CalibrationReport
from perfagent.tools.report.charts import charts_available
from perfagent.tools.report.document import PatchReport, Result
from perfagent.tools.report.evidence import ASIDE, growth_text
from perfagent.tools.report.html import bars as drawing
from perfagent.tools.report.html.bars import Forest, forest
from perfagent.tools.report.html.diffs import FileDiff, file_diffs
from perfagent.tools.report.html.figures import (
    WITHOUT_CHARTS,
    Figure,
    difference_figure,
    growth_figure,
    sample_figures,
)
from perfagent.tools.report.html.rendering import data_link, rendered
from perfagent.tools.report.material import Material, Setting
from perfagent.tools.report.story import (
    TITLES,
    Step,
    Tone,
    facts,
    headline,
    meaning,
    method,
    next_steps,
    overall_text,
    reproduce,
    told_verdict,
    tone,
)
from perfagent.tools.report.tables import (
    Table,
    figures_table,
    gate_table,
    instructions_table,
    models_table,
    patches_table,
    tried_table,
)
from perfagent.tools.report.words import quote, speedup_text, verdict_text

#: Patches whose pairs are drawn; those after them have their tables, so that a page of forty still opens at once.
MOST_DRAWN = 12

NO_SAMPLES = "This run kept no samples beside its result, so the pairs themselves cannot be shown."
NO_DIFFERENCE = "This run kept no profile of both sides, so where the time went cannot be shown."


@dataclass(frozen=True)
class Tile:
    """One figure of the summary."""

    value: str
    name: str
    tone: str = ""


@dataclass(frozen=True)
class Download:
    """A document inside the page."""

    name: str
    link: str
    text: str


@dataclass(frozen=True)
class Measured:
    """Benchmarks on one axis, and the samples behind them."""

    table: Table
    forest: Forest
    figures: Sequence[Figure] = ()


@dataclass(frozen=True)
class PatchView:
    """One patch as the page shows it."""

    number: int
    patch: PatchReport
    sentence: str
    files: Sequence[FileDiff]
    measured: Measured
    download: Download

    @property
    def changed(self) -> str:
        """The patch's size: `2 files, +14 −3`."""
        files = f"{len(self.files)} file{'s' if len(self.files) != 1 else ''}"
        return f"{files}, +{sum(f.added for f in self.files)} −{sum(f.removed for f in self.files)}"


@dataclass(frozen=True)
class Section:
    """A part of the page that the list of contents names."""

    id: str
    title: str


@dataclass(frozen=True)
class Summary:
    """The top of a page.

    Attributes:
        lead, rest: the headline, and what of it stands in brackets.
    """

    kind: str
    subject: str
    verdict: str
    tone: Tone
    lead: str
    rest: str
    meaning: str
    tiles: Sequence[Tile]
    steps: Sequence[Step] = ()
    rows: Sequence[object] = ()
    messages: Sequence[str] = ()
    sections: Sequence[Section] = field(default_factory=tuple)


def result_page(material: Material) -> str:
    """A finished run, verification or comparison as one HTML file."""
    result = material.result
    patches = [_patch_view(material, number, patch) for number, patch in enumerate(result.patches, 1)]
    values = {
        "top": _summary(material),
        "result": result,
        "overall": overall_text(result),
        "whole": _whole(material),
        "patches": patches,
        "patch_forest": forest(result.patches),
        "patches_table": patches_table(result.patches),
        "patch_links": [f"#patch-{view.number}" for view in patches],
        "growth": [(growth, growth_text(growth), growth_figure(growth)) for growth in result.growth],
        "instructions": [f for f in result.benchmarks if f.instructions is not None],
        "instructions_table": instructions_table(result.benchmarks),
        "difference": difference_figure(material.difference) if material.difference else None,
        "tried": tried_table(result.tried),
        "models": models_table(result.cost),
        "commands": reproduce(result),
        "downloads": list(_downloads(material)),
        "method": list(method(result)),
        "gate": gate_table(),
        "remarks": list(_remarks(material)),
        "no_difference": NO_DIFFERENCE,
        "aside": ASIDE,
        "most_drawn": MOST_DRAWN,
        "version": result.version,
    }
    return _rendered("result.html.jinja", values)


def calibration_page(report: CalibrationReport, setting: Setting | None = None) -> str:
    """What identical code looked like here, as one HTML file."""
    raise NotImplementedError


def _rendered(template: str, values: dict[str, object]) -> str:
    return rendered(
        str(__package__), template, {**values, "drawing": drawing}, {"words": verdict_text, "speedup": speedup_text}
    )


def _summary(material: Material) -> Summary:
    result = material.result
    lead, bracket, rest = headline(result).partition(" (")
    return Summary(
        kind=TITLES[result.command],
        subject=subject(result.repository),
        verdict=verdict_text(told_verdict(result)),
        tone=tone(told_verdict(result)),
        lead=lead,
        rest=f"{bracket}{rest}".strip(),
        meaning=meaning(result),
        tiles=list(_tiles(result)),
        steps=next_steps(material),
        rows=list(facts(material)),
        messages=result.messages,
        sections=list(_sections(material)),
    )


def subject(repository: str) -> str:
    """The last part of a folder or an address, by which people call a repository."""
    return PurePosixPath(urlsplit(repository).path or repository).name.removesuffix(".git") or repository


def _tiles(result: Result) -> Iterator[Tile]:
    if result.command == "run":
        yield Tile(str(len(result.patches)), "patches kept" if len(result.patches) != 1 else "patch kept")
        tried = sum(result.candidates.values())
        yield Tile(str(tried), "candidates judged" if tried != 1 else "candidate judged")
    if result.benchmarks:
        slower = sum(figure.verdict == "slower" for figure in result.benchmarks)
        name = "benchmark" if len(result.benchmarks) == 1 else "benchmarks"
        told = f"{name}, {slower} slower" if slower else f"{name}, none proved slower"
        yield Tile(str(len(result.benchmarks)), told, "bad" if slower else "")
    failed = result.tests.failed
    if result.tests.passed or failed:
        yield Tile(str(failed or result.tests.passed), "unit tests fail" if failed else "unit tests pass", "bad" * bool(failed))
    yield Tile(f"≤ {ALPHA:.0%}", "of useless changes pass this gate")


def _sections(material: Material) -> Iterator[Section]:
    result = material.result
    yield from (
        Section(name, title)
        for name, title, there in (
            ("benchmarks", "Benchmarks", result.benchmarks),
            ("patches", "Patches", result.patches),
            ("time", "Where the time went", result.benchmarks or result.patches),
            ("growth", "Growth", result.growth),
            ("instructions", "Instructions", any(f.instructions for f in result.benchmarks)),
            ("checks", "Checks", result.checks),
            ("tried", "What was tried", result.tried),
            ("cost", "Cost", result.cost.models),
            ("reproduce", "Reproduce it", True),
            ("method", "How this was decided", True),
        )
        if there
    )


def _whole(material: Material) -> Measured:
    result = material.result
    samples = sample_figures(material.series(material.whole), result.benchmarks, result.noise.spread)
    return Measured(figures_table(result.benchmarks), forest(result.benchmarks), samples)


def _patch_view(material: Material, number: int, patch: PatchReport) -> PatchView:
    noise = material.result.noise.spread
    samples = sample_figures(
        material.of_patch(patch), patch.benchmarks, noise, charted=number <= MOST_DRAWN
    )
    return PatchView(
        number=number,
        patch=patch,
        sentence=quote(patch.speedup, patch.interval, patch.pairs, patch.metric),
        files=file_diffs(patch.diff),
        measured=Measured(figures_table(patch.benchmarks), forest(patch.benchmarks), samples),
        download=Download(f"{number:04d}.patch", data_link(patch.diff, "text/x-patch"), "the patch"),
    )


def _downloads(material: Material) -> Iterator[Download]:
    result = material.result
    kind = "application/json"
    yield Download(f"{result.run_id}-result.json", data_link(result.to_json(), kind), "the result")
    if material.samples is not None:
        text = material.samples.model_dump_json(by_alias=True, indent=1)
        yield Download(f"{result.run_id}-samples.json", data_link(text, kind), "every timed pair")
    if material.difference is not None:
        text = material.difference.model_dump_json(by_alias=True, indent=1)
        yield Download(f"{result.run_id}-difference.json", data_link(text, kind), "the profiles of both sides")


def _remarks(material: Material) -> Iterator[str]:
    measured = chain(material.result.benchmarks, material.result.patches)
    if material.samples is None and any(True for _ in measured):
        yield NO_SAMPLES
    if material.samples is not None and not charts_available():
        yield WITHOUT_CHARTS
