"""From pairs of several benchmarks to one verdict on a candidate: accepted when one of its targets passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from perfagent.tools.errors import MeasurementError, WorkloadError
from perfagent.tools.measure.constants import (
    ALPHA,
    LOOKS,
    MIN_SPEEDUP,
    Look,
)
from perfagent.tools.measure.records import Decision, MetricName, RunFailed
from perfagent.tools.measure.sampling import PairsById
from perfagent.tools.measure.sequential import SequentialTest


@dataclass(frozen=True, slots=True)
class Plan:
    """What was laid down before the first pair.

    Attributes:
        metrics: the metric of every benchmark, targets and guarded ones.
        targets: ids of the benchmarks that may earn an acceptance, named before editing.
        alpha: chance of accepting a candidate that speeds up none of its targets.
        min_speedup: smallest estimate accepted.
        seed: of all label swaps.
        looks: the schedule.

    Raises:
        WorkloadError: there is no target, or a target has no metric.
    """

    metrics: Mapping[str, MetricName]
    targets: tuple[str, ...]
    alpha: float = ALPHA
    min_speedup: float = MIN_SPEEDUP
    seed: int = 0
    looks: tuple[Look, ...] = LOOKS

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.targets) - self.metrics.keys()):
            raise WorkloadError(f"no such benchmark: {', '.join(unknown)}", code="PA404")
        if not self.targets:
            raise WorkloadError("no target benchmark was named", code="PA404")


class Confirmation(BaseModel):
    """How the sequential tests of a candidate ended.

    Attributes:
        verdict: `faster` when at least one target passed.
        reason: one sentence for a reader.
        accepted: the targets that passed, at Holm's levels.
        decisions: by target.
        pairs: pairs measured.
        failure: what the candidate died of; empty when it ran.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Literal["faster", "not_faster", "inconclusive"]
    reason: str
    accepted: tuple[str, ...]
    decisions: dict[str, Decision]
    pairs: int
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a confirmation stands after a pair; `confirmation` is set in the last one only."""

    pairs: int
    decisions: Mapping[str, Decision]
    confirmation: Confirmation | None = None


class TargetTests:
    """Sequential tests of several targets under Holm's procedure.

    A sequential p-value (see sequential.py) is valid at any time, so Holm's procedure on them is valid at any
    time. In other words: the first true null hypothesis that is rejected wrongly was held against alpha / T
    at most, T being the number of true ones, because Holm's level grows only with rejections and all earlier
    ones were right; over the T of them and over all looks these chances add up to at most alpha.
    """

    def __init__(self, plan: Plan) -> None:
        self._alpha = plan.alpha
        level = plan.alpha / len(plan.targets)
        self._tests = {
            name: SequentialTest(level, plan.min_speedup, plan.metrics[name], plan.seed, plan.looks)
            for name in plan.targets
        }

    @property
    def decisions(self) -> dict[str, Decision]:
        """By target."""
        return {name: test.decision() for name, test in self._tests.items()}

    @property
    def accepted(self) -> tuple[str, ...]:
        """Targets found faster."""
        return tuple(name for name, decision in self.decisions.items() if decision.verdict == "faster")

    @property
    def finished(self) -> bool:
        """Whether a target passed, or every one has stopped."""
        return bool(self.accepted) or all(decision.final for decision in self.decisions.values())

    def add(self, pairs: PairsById) -> None:
        """Take one pair of every target.

        Raises:
            MeasurementError: the baseline did not report a target.
        """
        for name, test in self._tests.items():
            if name not in pairs:
                raise MeasurementError(f"the baseline did not report benchmark {name}", code="PA503")
            if not test.decision().final:
                test.add(pairs[name])
        self._set_free()

    def _set_free(self) -> None:
        """Raise the levels of the rest until no further target passes."""
        passed = -1
        while passed < len(self.accepted):
            passed = len(self.accepted)
            for test in self._tests.values():
                test.raise_alpha(self._alpha / max(1, len(self._tests) - passed))


def confirm(series: Iterable[PairsById | RunFailed], plan: Plan) -> Iterator[Progress]:
    """Test a candidate on fresh pairs until a target passes or all have stopped.

    Args:
        series: such as `PairSampler.pairs()`; recorded pairs may come first when a run is resumed.

    Raises:
        MeasurementError: the baseline failed, or the series ended early.
    """
    tests = TargetTests(plan)
    for count, pairs in enumerate(series, start=1):
        if isinstance(pairs, RunFailed):
            yield Progress(count, tests.decisions, _failed(pairs, tests, count))
            return
        tests.add(pairs)
        yield Progress(count, tests.decisions, _concluded(tests, count) if tests.finished else None)
        if tests.finished:
            return
    raise MeasurementError("the pairs ended before the test did", code="PA504")


def conclude(steps: Iterable[Progress], on_progress: Callable[[Progress], None] | None = None) -> Confirmation:
    """Run `confirm` to its end.

    Args:
        on_progress: called after every pair.

    Raises:
        MeasurementError: the baseline failed, or the series ended early.
    """
    for step in steps:
        if on_progress is not None:
            on_progress(step)
        if step.confirmation is not None:
            return step.confirmation
    raise MeasurementError("the pairs ended before the test did", code="PA504")


def _failed(failure: RunFailed, tests: TargetTests, count: int) -> Confirmation:
    return Confirmation(
        verdict="not_faster",
        reason=f"the candidate failed while measured: {failure.detail}",
        accepted=(),
        decisions=tests.decisions,
        pairs=count,
        failure=failure.detail,
    )


def _concluded(tests: TargetTests, count: int) -> Confirmation:
    decisions = tests.decisions
    verdicts = {decision.verdict for decision in decisions.values()}
    verdict: Literal["faster", "not_faster", "inconclusive"] = "not_faster"
    if tests.accepted:
        verdict = "faster"
    elif "inconclusive" in verdicts:
        verdict = "inconclusive"
    telling = [name for name, decision in decisions.items() if decision.verdict == verdict]
    reason = "; ".join(f"{name}: {decisions[name].reason}" for name in telling)
    return Confirmation(verdict=verdict, reason=reason, accepted=tests.accepted, decisions=decisions, pairs=count)
