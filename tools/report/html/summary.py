"""The top of a page: what came out, in one sentence and a few figures, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit

from perfagent.tools.measure.constants import ALPHA
from perfagent.tools.report.document import Result
from perfagent.tools.report.html.rendering import data_link
from perfagent.tools.report.material import Material
from perfagent.tools.report.story import (
    TITLES,
    Fact,
    Step,
    Tone,
    facts,
    headline,
    meaning,
    next_steps,
    told_verdict,
    tone,
)
from perfagent.tools.report.words import verdict_text


class Tile(NamedTuple):
    """One figure; a tone only where it is news."""

    value: str
    name: str
    tone: str = ""


class Section(NamedTuple):
    """A part of the page that its list of contents names."""

    id: str
    title: str


class Download(NamedTuple):
    """A document inside the page."""

    name: str
    link: str
    text: str


@dataclass(frozen=True)
class Summary:
    """The top of a page.

    Attributes:
        lead, rest: the headline, and what of it stands in brackets.
        verdict, tone: one word, and how it is to be taken.
    """

    kind: str
    subject: str
    lead: str
    rest: str
    verdict: str
    tone: Tone
    meaning: str
    tiles: Sequence[Tile]
    steps: Sequence[Step]
    rows: Sequence[Fact]
    messages: Sequence[str]
    sections: Sequence[Section]


def result_summary(material: Material) -> Summary:
    """The top of a result's page."""
    result = material.result
    lead, bracket, rest = headline(result).partition(" (")
    verdict = told_verdict(result)
    return Summary(
        kind=TITLES[result.command],
        subject=subject(result.repository),
        lead=lead,
        rest=f"{bracket}{rest}".strip(),
        verdict=verdict_text(verdict),
        tone=tone(verdict),
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


def json_download(name: str, text: str, what: str) -> Download:
    """A JSON document inside the page; `what` it is, in words."""
    return Download(f"{name}.json", data_link(text, "application/json"), what)


def plural(count: int, one: str, many: str) -> str:
    """The word that fits a count."""
    return one if count == 1 else many


def _tiles(result: Result) -> Iterator[Tile]:
    if result.command == "run":
        kept, judged = len(result.patches), sum(result.candidates.values())
        yield Tile(str(kept), plural(kept, "patch kept", "patches kept"))
        yield Tile(str(judged), plural(judged, "candidate judged", "candidates judged"))
    if result.benchmarks:
        count = len(result.benchmarks)
        slower = sum(figure.verdict == "slower" for figure in result.benchmarks)
        told = f"{slower} proved slower" if slower else "none proved slower"
        yield Tile(str(count), f"{plural(count, 'benchmark', 'benchmarks')}, {told}", "bad" if slower else "")
    passed, failed = result.tests.passed, result.tests.failed
    if failed:
        yield Tile(str(failed), plural(failed, "unit test fails", "unit tests fail"), "bad")
    elif passed:
        yield Tile(str(passed), plural(passed, "unit test passes", "unit tests pass"))
    yield Tile(f"≤ {ALPHA:.0%}", "of useless changes pass this gate")


def _sections(material: Material) -> Iterator[Section]:
    result = material.result
    parts = (
        ("benchmarks", "Benchmarks", result.benchmarks),
        ("change", "The change", material.judged_change),
        ("patches", "Patches", result.patches),
        ("time", "Where the time went", result.benchmarks or result.patches),
        ("growth", "Growth", result.growth),
        ("instructions", "Instructions", any(figure.instructions for figure in result.benchmarks)),
        ("checks", "Checks", result.checks),
        ("tried", "What was tried", result.tried),
        ("cost", "Cost", result.cost.models),
        ("method", "How this was decided", True),
    )
    yield from (Section(name, title) for name, title, there in parts if there)
