"""The chart of a pull request: what proves it, at a glance."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from perfagent.agent.publishing.defusing import plain
from perfagent.agent.publishing.records import Offer, Proof
from perfagent.tools.report import BenchmarkFigure, charts_available, interval_text, speedup_text
from perfagent.tools.report.samples import SampleSeries

#: Rows that can still be read in a page as narrow as a pull request's.
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as a file.

    Attributes:
        path: where it stands on the branch of charts: by its content, so that it is pushed once.
        alt: what it shows, in words.
    """

    path: str
    png: bytes
    alt: str


def drawing(offer: Offer, proof: Proof) -> Drawing | None:
    """The pairs behind a single benchmark, the speedups of several; None where charts cannot be drawn."""
    figures = [figure for figure in proof.result.benchmarks if figure.speedup is not None]
    if not figures or not charts_available():
        return None
    from perfagent.tools.report.charts import forest_chart, pairs_chart, png

    series = _published(proof, figures[0]) if len(figures) == 1 else None
    if series is not None:
        svg = pairs_chart(series, figures[0], noise=proof.result.noise.spread)
        alt = f"Speedup of each of {len(series.baseline)} pairs; all together {_said(figures[0])}"
    else:
        # Targets and losers are what a reader looks for; the table beside it has the rest.
        shown = sorted(figures, key=lambda f: (not f.target, f.verdict != "slower"))[:MOST_ROWS]
        svg = forest_chart(shown)
        slower = sum(figure.verdict == "slower" for figure in figures)
        alt = f"Speedups of {len(shown)} benchmarks with 95 % intervals, {slower or 'none'} slower"
        alt = _said(figures[0]) if len(figures) == 1 else alt
    content = png(svg)
    digest = hashlib.sha256(content).hexdigest()[:16]
    return Drawing(f"{offer.diff_key}/{digest}.png", content, plain(alt, 200))


def _published(proof: Proof, figure: BenchmarkFigure) -> SampleSeries | None:
    """The pairs that a figure was computed from; None where they were not kept."""
    judged = proof.samples.judged if proof.samples else ()
    stages = sorted(judged, key=lambda one: one.stage != "publish")
    found = (series for one in stages for series in one.series if series.benchmark == figure.id)
    return next(found, None)


def _said(figure: BenchmarkFigure) -> str:
    return f"{speedup_text(figure.speedup)}, 95 % interval {interval_text(figure.interval)}"
