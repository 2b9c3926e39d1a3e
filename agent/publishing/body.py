"""What a pull request says: what and how much, the proof, what was not checked, and how to repeat it.

Nobody who reads it asked for it, so the claim stands first and everything a decision does not need is folded away.
Whatever a model or the repository wrote goes through `defusing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from perfagent import __version__
from perfagent.agent.publishing.defusing import code, fenced, prose
from perfagent.agent.publishing.identity import BODY_END, Mark
from perfagent.agent.publishing.records import Offer, Proof
from perfagent.tools.patch import read_patch
from perfagent.tools.report import (
    BenchmarkFigure,
    GrowthFigure,
    Result,
    interval_text,
    pairs_text,
    seconds_text,
    speedup_text,
)
from perfagent.tools.report.evidence import growth_text
from perfagent.tools.report.words import size_text

if TYPE_CHECKING:
    from jinja2 import Template

#: What GitHub takes as a body, in characters; GitLab takes more.
BODY_LIMIT = 65_536
#: Rows of the table at most, and the fewer ones tried when a body comes out too long; losers are the last to go.
ROWS = (40, 12, 4)
#: Longest commands that stand in sight, in characters; those that set up an environment are pages long.
COMMANDS_LENGTH = 500
#: Remarks that speak against merging; who has read so many has decided.
MOST_MINDS = 8
#: Names of functions in the first sentence.
MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """An image in a body: where it is, and what it shows in words."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a body says beside offer and proof.

    Attributes:
        commit: full id of what the branch points to.
        commands: that repeat the verdict.
        chart: None where there is none, or nowhere to put it.
    """

    commit: str
    commands: tuple[str, ...]
    chart: Picture | None = None


def body(offer: Offer, proof: Proof, told: Told) -> str:
    """The body of a patch's pull request, at most BODY_LIMIT characters long."""
    made = ""
    for rows in ROWS:
        made = _template().render(_values(offer, proof, told, rows)).strip() + "\n"
        if len(made) <= BODY_LIMIT:
            break
    return made


def sentence(offer: Offer, result: Result) -> str:
    """What became how much faster, with its interval."""
    paths = read_patch(offer.patch.diff).paths
    names = [code(name.replace(".<locals>", "")) for name in offer.names[:MOST_NAMES]]
    more = f" and {len(offer.names) - MOST_NAMES} more" if len(offer.names) > MOST_NAMES else ""
    place = code(paths[0]) if len(paths) == 1 else f"{len(paths)} files"
    what = f"{', '.join(names)}{more} in {place}" if names else place
    gain = f"{speedup_text(result.speedup)} {'less memory' if result.metric == 'memory' else 'faster'}"
    return (
        f"**{gain}** on {_headline_benchmark(result)} by changing {what} "
        f"(95 % interval {interval_text(result.interval)}, {pairs_text(result.pairs, result.metric)})."
    )


def _headline_benchmark(result: Result) -> str:
    """The benchmark whose figure the sentence gives."""
    best = next((f for f in result.benchmarks if f.speedup == result.speedup), None)
    found = best or next((f for f in result.benchmarks if f.target), None)
    return code(found.id) if found else "the benchmarks"


def _values(offer: Offer, proof: Proof, told: Told, most: int) -> dict[str, Any]:
    result = proof.result
    shown = _shown(result.benchmarks, most)
    left_out = len(result.benchmarks) - len(shown)
    minds = _minds(result)
    return {
        "mark": Mark(offer.patch.id, offer.diff_key, offer.idea_key, told.commit),
        "sentence": sentence(offer, result),
        "chart": told.chart,
        "rows": [_row(figure, all(each.target for each in result.benchmarks)) for figure in shown],
        "left_out": f"{left_out} more benchmarks are left out here." if left_out else "",
        "why": _capital(prose(offer.patch.rationale)),
        "growth": _growth(result),
        "checked": _checked(result),
        "unchecked": _unchecked(result),
        "minds": minds[:MOST_MINDS] + [f"{len(minds) - MOST_MINDS} more such remarks."] * (len(minds) > MOST_MINDS),
        "commands": fenced("\n".join(told.commands), "sh"),
        "fold": sum(map(len, told.commands)) > COMMANDS_LENGTH,
        "scripts": [(code(name), fenced(text, "python")) for name, text in proof.scripts],
        "method": _method(result),
        "details": _details(result, proof),
        "provenance": _provenance(offer, result),
        "end": BODY_END,
    }


def _shown(figures: Sequence[BenchmarkFigure], most: int) -> list[BenchmarkFigure]:
    """As many as there is room for, targets and losers before others; in the chart's order."""
    needed = [figure for figure in figures if figure.target or figure.verdict == "slower"]
    others = [figure for figure in figures if figure not in needed]
    room = max(most, min(len(needed), 4 * most))
    return sorted([*needed, *others][:room], key=lambda f: (not f.target, -(f.speedup or 0.0)))


def _row(figure: BenchmarkFigure, all_are_targets: bool) -> dict[str, str]:
    verdict = figure.verdict.replace("_", " ")
    return {
        "name": code(figure.id, cell=True) + (" (target)" if figure.target and not all_are_targets else ""),
        "speedup": speedup_text(figure.speedup),
        "interval": interval_text(figure.interval),
        "before": seconds_text(figure.baseline_s),
        "after": seconds_text(figure.candidate_s),
        "verdict": f"**{verdict}**" if verdict == "slower" else verdict,
    }


def _checked(result: Result) -> list[str]:
    """What the gate looked at, in its own words where they say more than a name."""
    told = []
    if result.tests.passed:
        told.append(f"{result.tests.passed} unit tests pass as before")
    for check in result.checks:
        if not check.ok or check.name in ("unit tests", "applies"):
            continue
        # The details of these two are sentences of their own.
        plainly = check.name in ("guard", "same values") and check.detail
        told.append(
            prose(check.detail if plainly else f"{check.name} ({check.detail})" if check.detail else check.name, 200)
        )
    slower = any(figure.verdict == "slower" for figure in result.benchmarks)
    if len(result.benchmarks) > 1 and not slower:
        told.append(f"none of the {len(result.benchmarks)} benchmarks is proved slower")
    return told or ["that the change applies"]


def _unchecked(result: Result) -> list[str]:
    """What a reviewer has to judge alone."""
    told = ["behaviour that neither the tests nor the benchmarks reach"]
    if not result.tests.passed:
        told.insert(0, "unit tests, as none passed stably before the change")
    if result.tests.flaky:
        told.append(f"{result.tests.flaky} tests that fail now and then without the change too")
    told.append(f"interpreters other than Python {code(result.python, 40)}, and other machines than the one it ran on")
    return told


def _growth(result: Result) -> list[str]:
    """The speedup at every size, for the first benchmarks that take one."""
    told = []
    for growth in [each for each in result.growth if each.sizes][:MOST_NAMES]:
        at = [f"{speedup_text(each.speedup)} at {size_text(each.size, growth.multiples)}" for each in growth.sizes]
        told.append(f"{code(growth.benchmark)} {', '.join(at)}" + (" its size" if growth.multiples else ""))
    return told


def _growth_text(growth: GrowthFigure) -> str:
    return f"{code(growth.benchmark)} {prose(growth_text(growth), 120)}"


def _capital(text: str) -> str:
    """As a sentence begins; a name from the code, such as `re.sub`, keeps its small letter."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.isalpha() else text


def _minds(result: Result) -> list[str]:
    """What speaks against merging."""
    told = [f"{code(f.id)} is proved slower: {speedup_text(f.speedup)} ({interval_text(f.interval)})."
            for f in result.benchmarks if f.verdict == "slower"]  # fmt: skip
    told += [f"{code(growth.benchmark)} {prose(growth.mixed, 200)}." for growth in result.growth if growth.mixed]
    for figure in result.benchmarks:
        if figure.instructions is not None and figure.instructions.alarm:
            told.append(f"{code(figure.id)}: {prose(figure.instructions.note, 200)}.")
    return told


def _method(result: Result) -> str:
    from perfagent.tools.report import rate_text

    return (
        "The base and this change ran interleaved in fresh processes, in an order drawn by coin within each pair, and "
        "a sequential label-swap test decided; the figures come from further pairs that decided nothing. "
        + prose(rate_text(result.noise), 400)
    )


def _details(result: Result, proof: Proof) -> list[str]:
    told = [f"measured on `{proof.base}`, Python {code(result.python, 40)}, {prose(result.sandbox, 120)}"]
    if result.noise.spread is not None:
        told.append(f"identical code varied by {result.noise.spread:.1%} a pair here")
    if result.noise.smallest_gain is not None:
        told.append(f"at that noise gains from about {result.noise.smallest_gain - 1:.0%} are seen")
    told += [
        f"growth with the size of the input: {_growth_text(growth)}" for growth in result.growth if growth.baseline
    ]
    told += [
        f"{'passed' if c.ok else '**failed**'}: {prose(c.name, 60)}, {prose(c.detail, 200)}" for c in result.checks
    ]
    return told


def _provenance(offer: Offer, result: Result) -> str:
    """Who made it, in one line; how to be rid of it is part of that."""
    patch = offer.patch
    made = f"the model {code(result.model or 'unknown')}" if patch.origin == "model" else "the catalogue of rewrites"
    return (
        f"Found by {made} and measured by perfagent {__version__}, run {code(offer.run_id)}, patch {code(patch.id)}. "
        "Closing this is enough: the same change is not proposed again."
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    text = resources.files("perfagent.agent.publishing").joinpath("body.md.jinja").read_text("utf-8")
    # Markdown, not HTML: what is not ours is made harmless by `defusing`.
    return Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(text)
