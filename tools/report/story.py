"""What a report says, in the order it says it: the page, its Markdown and the terminal tell the same story."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from perfagent.tools.measure.constants import ALPHA, GUARD_ALPHA, TARGET_POWER
from perfagent.tools.report.document import Noise, Result
from perfagent.tools.report.material import Material
from perfagent.tools.report.words import (
    interval_text,
    pairs_text,
    quote,
    speedup_text,
    spent_text,
    time_text,
    verdict_text,
)

Tone = Literal["good", "bad", "open"]

TITLES = {"run": "Optimization run", "verify": "Verification of a patch", "compare": "Comparison of two commits"}

#: What each verdict means to somebody who has to decide.
MEANINGS: Mapping[str, str] = {
    "faster": f"The gain is proved: a change without effect would pass this test in at most {ALPHA:.0%} of cases.",
    "not_faster": "No gain was proved, so there is nothing to merge.",
    "inconclusive": "The measurements leave it open: if there is a gain, it is too small to be seen here.",
    "does_not_apply": "The patch does not apply to this commit, so nothing was measured.",
    "guarded": "The patch touches what a verdict rests on, or what it may not touch, so it was not measured.",
    "build_failed": "The repository does not build with the change, so nothing was measured.",
    "tests_failed": "Unit tests that pass without the change fail with it, so it was not judged by its speed.",
    "not_equivalent": "The change computes something else than the code before it, so it was not judged by its speed.",
    "slower_elsewhere": "A benchmark looks slower with the change, which the guard says of identical code in at most "
    f"{GUARD_ALPHA:.0%} of cases; so it is not accepted.",
    "slower": f"A benchmark looks slower; of identical code this is said in at most {GUARD_ALPHA:.0%} of comparisons.",
}

METHOD = (
    "Baseline and candidate ran interleaved in fresh processes, the order inside each pair by coin, timed by a clock "
    "outside the code under test; a sequential label-swap test decides."
)


class Fact(NamedTuple):
    """One fact of a run; `code` where the text is a name from the code rather than words."""

    name: str
    text: str
    code: bool = False


class Step(NamedTuple):
    """Something to do next, and the command that does it; without one it is advice."""

    text: str
    command: str = ""


def headline(result: Result) -> str:
    """One sentence a person can quote."""
    if result.command == "run" and not result.patches:
        return "No change was proved faster"
    if result.verdict == "faster":
        return quote(result.speedup, result.interval, result.pairs, result.metric)
    slower = [figure for figure in result.benchmarks if figure.verdict == "slower"]
    if result.command == "compare" and slower:
        worst = min(slower, key=lambda figure: figure.speedup or 0.0)
        figure = quote(worst.speedup, worst.interval, worst.pairs, worst.metric)
        if len(result.benchmarks) == 1:
            return f"Slower: {figure}"
        return f"{len(slower)} of {len(result.benchmarks)} benchmarks slower, most of all {worst.id}: {figure}"
    words = verdict_text(result.verdict).capitalize()
    if result.speedup is None:
        return words
    return f"{words} (measured {quote(result.speedup, result.interval, result.pairs, result.metric)})"


def told_verdict(result: Result) -> str:
    """The verdict of the whole as a reader meets it: a comparison with a loser is `slower`."""
    slower = any(figure.verdict == "slower" for figure in result.benchmarks)
    return "slower" if result.command == "compare" and slower else result.verdict


def tone(verdict: str) -> Tone:
    """Whether a verdict is good news, bad news, or none."""
    if verdict == "faster":
        return "good"
    return "open" if verdict in ("not_faster", "inconclusive") else "bad"


def meaning(result: Result) -> str:
    """What the verdict means to somebody who has to decide."""
    return MEANINGS.get(told_verdict(result), "")


def facts(material: Material) -> Iterator[Fact]:
    """Where, when, on what and by whom; without those that are not known."""
    result, setting = material.result, material.setting
    found = (
        Fact("repository", result.repository, True),
        Fact("commit", _commits(result), True),
        Fact("branch", result.branch or "", True),
        Fact("when", setting.when),
        Fact("machine", setting.machine),
        Fact("sandbox", result.sandbox),
        Fact("Python", result.python),
        Fact("unit tests", _tests(result)),
        Fact("candidates", _candidates(result)),
        Fact("model", _model(result)),
        Fact("prompts", ", ".join(f"{name.removesuffix('.md')} {d}" for name, d in result.prompts.items())),
        Fact("time", time_text(result.time).removeprefix("time: ") if result.time.wall_s else ""),
        Fact("the run ended", result.stop),
        Fact("perfagent", result.version),
    )
    yield from (fact for fact in found if fact.text)


def _commits(result: Result) -> str:
    return " → ".join(dict.fromkeys(commit[:12] for commit in (result.baseline, result.head) if commit))


def _tests(result: Result) -> str:
    if not result.tests.passed and not result.tests.failed:
        return ""
    flaky = f", {result.tests.flaky} flaky ones left out" if result.tests.flaky else ""
    return f"{result.tests.passed} passed, {result.tests.failed} failed{flaky}"


def _candidates(result: Result) -> str:
    """How many met which verdict; a single patch or commit that was judged has the verdict in the headline."""
    if result.command != "run":
        return ""
    return ", ".join(f"{count} {verdict_text(name)}" for name, count in sorted(result.candidates.items()))


def _model(result: Result) -> str:
    if result.command != "run" and result.model is None:
        return ""
    return f"{result.model or 'none (the catalogue of rewrites)'}; {_spent(result)}"


def _spent(result: Result) -> str:
    return spent_text(result.cost.usd, result.cost.input_tokens + result.cost.output_tokens)


def next_steps(material: Material) -> list[Step]:
    """What a person does now, most useful first."""
    result, run = material.result, shlex.quote(material.run)
    if result.command == "run" and result.branch:
        return [
            Step("Bring the branch into the repository; nothing is checked out", f"perfagent apply {run}"),
            Step("Or open one draft pull request a patch", f"perfagent pr {run}"),
        ]
    if result.command == "run":
        return list(_after_nothing(material))
    if result.command == "verify":
        if result.verdict == "faster":
            return [Step("Apply the patch and commit it", "git apply FILE")]
        failed = [check.name for check in result.checks if not check.ok]
        return [Step(f"Mend what the check `{failed[0]}` says, and verify again")] if failed else []
    if told_verdict(result) == "slower":
        return [Step("See what the two commits differ in", f"git diff {_range(result)}")]
    return []


def _range(result: Result) -> str:
    return f"{result.baseline[:12]} {result.head[:12]}"


def _after_nothing(material: Material) -> Iterator[Step]:
    result, repository = material.result, shlex.quote(material.result.repository)
    yield Step("See where the time goes", f"perfagent hotspots {repository}")
    if result.model is None:
        text = "Only the catalogue of rewrites looked for changes; let a model do it"
        yield Step(text, f"perfagent run {repository} --model NAME")
    if result.noise.smallest_gain is not None:
        gain = f"{result.noise.smallest_gain - 1:.0%}"
        text = "gains are hard to see here: a quieter machine or a longer benchmark shows smaller ones"
        yield Step(f"Below about {gain} {text}")


def rate_text(noise: Noise) -> str:
    """The false-acceptance rate as a sentence: by design, and as resampled here where that was done."""
    said = noise.false_acceptance or f"identical code is accepted in at most {ALPHA:.0%} of comparisons by design"
    return f"{said[:1].upper()}{said[1:]}."


def overall_text(result: Result) -> str:
    """All benchmarks together as a sentence; empty for a single one."""
    overall = result.overall
    if overall is None:
        return ""
    return (
        f"All {len(result.benchmarks)} benchmarks: geometric mean {speedup_text(overall.geometric_mean)} "
        f"({interval_text(overall.interval)}), total time {speedup_text(overall.total_speedup)}."
    )


def method(result: Result) -> Iterator[str]:
    """How the verdict came about, one sentence each."""
    yield METHOD
    yield rate_text(result.noise)
    if result.noise.spread is not None:
        yield f"Comparing the baseline with itself varied by {result.noise.spread:.1%} a pair."
    if result.noise.smallest_gain is not None:
        gain = f"{result.noise.smallest_gain - 1:.0%}"
        yield f"At that noise gains from about {gain} are seen with {TARGET_POWER:.0%} power."
    if result.interval is not None:
        yield f"The figures come from {pairs_text(result.pairs, result.metric)}, measured afresh after the decision."


def reproduce(result: Result) -> tuple[str, ...]:
    """Commands that repeat the verdict; older results name none, so theirs are made from what they say."""
    if result.reproduce:
        return result.reproduce
    repository = shlex.quote(result.repository)
    if result.command == "compare":
        return (f"perfagent compare {repository} {_range(result)}",)
    if result.command == "run" and not result.patches:
        return (f"perfagent run {repository}",)
    return (f"perfagent verify {repository} --patch FILE",)
