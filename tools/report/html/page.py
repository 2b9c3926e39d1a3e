"""The report as a page: the sentence to quote, what to do next, and everything that speaks for and against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfagent.tools.report.charts import charts_available
from perfagent.tools.report.document import PatchReport
from perfagent.tools.report.evidence import ASIDE, growth_text
from perfagent.tools.report.html import bars as drawing
from perfagent.tools.report.html.bars import Forest, forest
from perfagent.tools.report.html.code import ticks
from perfagent.tools.report.html.diffs import FileDiff, file_diffs
from perfagent.tools.report.html.figures import (
    WITHOUT_CHARTS,
    Figure,
    difference_figure,
    growth_figure,
    sample_figures,
)
from perfagent.tools.report.html.rendering import data_link, rendered
from perfagent.tools.report.html.summary import Download, json_download, plural, result_summary
from perfagent.tools.report.material import Material
from perfagent.tools.report.measured import BenchmarkFigure
from perfagent.tools.report.story import method, overall_text, rate_text, reproduce
from perfagent.tools.report.tables import (
    Table,
    figures_table,
    gate_table,
    instructions_table,
    models_table,
    patches_table,
    tried_table,
)
from perfagent.tools.report.words import quote, shared_prefix

#: Patches whose pairs are drawn; those after them have their tables, so that a page of forty still opens at once.
MOST_DRAWN = 12

NO_SAMPLES = "This run kept no samples beside its result, so the pairs themselves cannot be shown."
NO_DIFFERENCE = "This run kept no profile of both sides, so where the time went cannot be shown."


@dataclass(frozen=True)
class Measured:
    """Benchmarks on one axis, and the samples behind them; `prefix` is what all their names begin with."""

    prefix: str
    table: Table
    forest: Forest
    figures: Sequence[Figure]


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
        files = f"{len(self.files)} {plural(len(self.files), 'file', 'files')}"
        return f"{files}, +{sum(each.added for each in self.files)} −{sum(each.removed for each in self.files)}"


def result_page(material: Material) -> str:
    """A finished run, verification or comparison as one HTML file."""
    result = material.result
    patches = [_patch_view(material, number, patch) for number, patch in enumerate(result.patches, 1)]
    values = {
        "result": result,
        "overall": overall_text(result),
        "whole": _measured(material, material.whole, result.benchmarks),
        "change": file_diffs(material.judged_change),
        "patches": patches,
        "patches_table": patches_table(result.patches),
        "patches_forest": forest(result.patches),
        "patches_links": [f"#patch-{view.number}" for view in patches],
        "growth": [(growth, growth_text(growth), growth_figure(growth)) for growth in result.growth],
        "instructions": [figure for figure in result.benchmarks if figure.instructions is not None],
        "instructions_table": instructions_table(result.benchmarks),
        "difference": None if material.difference is None else difference_figure(material.difference),
        "difference_note": "" if material.difference is None else material.difference.note,
        "tried": tried_table(result.tried),
        "models": models_table(result.cost),
        "rate": rate_text(result.noise),
        "method": list(method(result)),
        "no_difference": NO_DIFFERENCE,
        "aside": ASIDE,
        "most_drawn": MOST_DRAWN,
    }
    common = {
        "top": result_summary(material),
        "version": result.version,
        "commands": reproduce(result),
        "beside": list(material.files),
        "downloads": list(_downloads(material)),
        "remarks": list(_remarks(material)),
    }
    return page("result.html.jinja", values | common)


def page(template: str, values: dict[str, object]) -> str:
    """One of this folder's pages; all of them show the gate's numbers and may draw bars."""
    return rendered(str(__package__), template, {**values, "gate": gate_table(), "drawing": drawing}, {"ticks": ticks})


def _measured(
    material: Material, subject: str, benchmarks: Sequence[BenchmarkFigure], *, charted: bool = True
) -> Measured:
    prefix = shared_prefix([figure.id for figure in benchmarks])
    noise = material.result.noise.spread
    figures = sample_figures(material.series(subject), benchmarks, noise, charted=charted)
    return Measured(prefix, figures_table(benchmarks, prefix), forest(benchmarks), figures)


def _patch_view(material: Material, number: int, patch: PatchReport) -> PatchView:
    return PatchView(
        number=number,
        patch=patch,
        sentence=quote(patch.speedup, patch.interval, patch.pairs, patch.metric),
        files=file_diffs(patch.diff),
        measured=_measured(material, patch.id, patch.benchmarks, charted=number <= MOST_DRAWN),
        download=Download(f"{number:04d}.patch", data_link(patch.diff, "text/x-patch"), "the patch"),
    )


def _downloads(material: Material) -> Iterator[Download]:
    for name, data in material.files.items():
        yield Download(name, data_link(data, "application/octet-stream"), "which the commands name")
    run = material.result.run_id
    yield json_download(f"{run}-result", material.result.to_json(), "the result")
    if material.samples is not None:
        yield json_download(f"{run}-samples", material.samples.to_json(), "every timed pair")
    if material.difference is not None:
        yield json_download(f"{run}-difference", material.difference.to_json(), "the profiles of both sides")


def _remarks(material: Material) -> Iterator[str]:
    result = material.result
    if material.samples is None and (result.benchmarks or result.patches):
        yield NO_SAMPLES
    if not charts_available() and (material.samples or material.difference or result.growth):
        yield WITHOUT_CHARTS
