"""The verifier: a candidate's checks, cheapest first, and then its measurement.

Every finished step is kept in the run folder by the candidate's id, every finished sample in a journal, so that a
resumed run repeats neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfagent.agent.bench import Bench
from perfagent.agent.checks import Checked, Checker
from perfagent.agent.figures import figures_of, headline_figure
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Verdict
from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import (
    PUBLISHED_PAIRS,
    Confirmation,
    PairSampler,
    Plan,
    Publication,
    Reading,
    RunFailed,
    RunResult,
    confirm,
    estimate,
    looks_for,
    publish,
)


@dataclass(frozen=True, slots=True)
class Stream:
    """Where a measurement's samples come from and are kept.

    Attributes:
        name: of its journal; fresh samples need a fresh name.
        only: the benchmarks to run; all when None.
    """

    name: str
    only: frozenset[str] | None = None


class Verifier:
    """Judges candidates against the baseline they were made for.

    Args:
        services: the run's open things; `prepare` must have run.
    """

    def __init__(self, services: Services) -> None:
        self.services = services
        self.lab = services.lab
        self.prepared = services.lab.prepared
        self.loops = {plan.id: plan.loops for plan in self.prepared.benchmarks}

    def check(self, candidate: Candidate) -> Checked:
        """Everything that needs no timing: applies, guard, builds, unit tests, equal values."""
        checker = Checker(self.services)
        found = self.services.folder.step(f"check-{candidate.id}", lambda: checker.check(candidate).model_dump())
        return Checked(**found)

    def screen(self, candidates: Sequence[Candidate], checked: Sequence[Checked]) -> list[Candidate]:
        """Those of several candidates worth confirming, best first; their samples decide nothing else."""
        from perfagent.tools.measure import screen

        parent = self.lab.tree(candidates[0].parent)
        names = [candidate.id for candidate in candidates]
        targets = candidates[0].targets
        trees = {name: self.tree_of(c, k) for name, c, k in zip(names, candidates, checked, strict=True)}
        with self.lab.open({"baseline": parent, **trees}) as bench:
            run = self.recorded(bench, Stream(f"screen-{'-'.join(n[:6] for n in names)}"[:100], frozenset(targets)))
            metrics = {name: self.prepared.plan(name).metric for name in targets}
            ranked = screen(run, names, metrics, self.services.settings.min_speedup, self.seed_of(names[0]))
        by_name = dict(zip(names, candidates, strict=True))
        return [by_name[name] for name in ranked]

    def confirm(self, candidate: Candidate, checked: Checked, alpha: float) -> Verdict:
        """The sequential test on fresh pairs and, when it accepts, the figures from another fixed number of them."""
        plan = self.plan_for(candidate, alpha)
        trees = {"baseline": self.lab.tree(candidate.parent), "candidate": self.tree_of(candidate, checked)}
        with self.lab.open(trees) as bench:
            confirmation = self._confirm(candidate, bench, plan)
            if confirmation.verdict != "faster":
                return self._verdict(candidate, checked, confirmation, None, plan)
            publication = self._publish(candidate, bench, plan, confirmation)
        return self._verdict(candidate, checked, confirmation, publication, plan)

    def compare(self, candidate: Candidate, checked: Checked) -> Verdict:
        """Like `confirm`, but the figures are measured whatever the test says: what two commits deserve."""
        from perfagent.tools.measure import ALPHA

        plan = self.plan_for(candidate, ALPHA)
        trees = {"baseline": self.lab.tree(candidate.parent), "candidate": self.tree_of(candidate, checked)}
        with self.lab.open(trees) as bench:
            confirmation = self._confirm(candidate, bench, plan)
            publication = self._publish(candidate, bench, plan, confirmation)
        return self._verdict(candidate, checked, confirmation, publication, plan)

    def plan_for(self, candidate: Candidate, alpha: float) -> Plan:
        """What is laid down before the first pair."""
        longest = max((plan.baseline_s * plan.loops for plan in self.prepared.benchmarks), default=0.0)
        return Plan(
            metrics={plan.id: plan.metric for plan in self.prepared.benchmarks},
            targets=candidate.targets or tuple(plan.id for plan in self.prepared.benchmarks),
            alpha=alpha,
            min_speedup=self.services.settings.min_speedup,
            seed=self.seed_of(candidate.id),
            looks=looks_for(longest),
        )

    def tree_of(self, candidate: Candidate, checked: Checked) -> Path:
        """The tree of the candidate as the guard let it through."""
        return self.lab.edited(candidate.parent, self.services.folder.get(checked.diff))

    def seed_of(self, name: str) -> int:
        """A seed of its own for each candidate, the same again on resume."""
        import hashlib

        return int.from_bytes(hashlib.sha256(f"{self.services.settings.seed}:{name}".encode()).digest()[:4], "big")

    def recorded(self, bench: Bench, stream: Stream) -> Any:
        """A sampler's `run` that reads finished samples from the stream's journal and appends fresh ones."""
        journal = self.services.folder.journal(stream.name)

        def run(side: str, hash_seed: int) -> RunResult:
            if self.services.interrupted.is_set():
                raise KeyboardInterrupt
            entry = journal.replay(lambda: _to_json(bench.read(side, hash_seed, self.loops, stream.only)))
            return _from_json(entry)

        return run

    def _confirm(self, candidate: Candidate, bench: Bench, plan: Plan) -> Confirmation:
        stream = Stream(f"confirm-{candidate.id}", frozenset(plan.targets))
        sampler = PairSampler(self.recorded(bench, stream), plan.seed)
        taken: list[Any] = []
        for progress in confirm(self._watched(sampler.pairs(), plan, taken), plan):
            if progress.confirmation is not None:
                return progress.confirmation
        raise MeasurementError("the test ended without a decision")

    def _watched(self, series: Iterator[Any], plan: Plan, taken: list[Any]) -> Iterator[Any]:
        """The same pairs, shown to the user as they come."""
        first = plan.targets[0]
        for pairs in series:
            if not isinstance(pairs, RunFailed):
                taken.append(pairs[first])
                speedup = interval = None
                if len(taken) >= plan.looks[0].pairs:
                    so_far = estimate([taken], [plan.metrics[first]], "progress")
                    speedup, interval = so_far.speedup, (so_far.low, so_far.high)
                self.services.progress.measured(len(taken), plan.looks[-1].pairs, speedup, interval)
            yield pairs

    def _publish(self, candidate: Candidate, bench: Bench, plan: Plan, confirmation: Confirmation) -> Publication:
        self.services.progress.note(f"measuring {PUBLISHED_PAIRS} fresh pairs for the figures")
        # Another seed: coins and hash seeds of the published pairs are drawn anew.
        sampler = PairSampler(self.recorded(bench, Stream(f"publish-{candidate.id}")), plan.seed + 1)
        return publish(sampler.pairs(), plan, confirmation)

    def _verdict(
        self,
        candidate: Candidate,
        checked: Checked,
        confirmation: Confirmation,
        publication: Publication | None,
        plan: Plan,
    ) -> Verdict:
        ended = publication or confirmation
        speedup, interval, metric, pairs = headline_figure(confirmation, publication, plan)
        return Verdict(
            candidate=candidate.id,
            verdict=ended.verdict,
            detail=ended.reason,
            speedup=speedup,
            interval=interval,
            metric=metric,
            pairs=pairs,
            p_value=min(d.p_value for d in confirmation.decisions.values()),
            alpha=plan.alpha,
            benchmarks=figures_of(confirmation, publication, plan),
            tests=checked.tests,
            checks=checked.checks,
            evidence=(ended.reason,),
            diff=checked.diff,
        )


def _to_json(result: RunResult) -> dict[str, Any]:
    from dataclasses import asdict

    if isinstance(result, RunFailed):
        return {"failed": result.detail}
    return {"readings": {name: asdict(reading) for name, reading in result.items()}}


def _from_json(entry: Mapping[str, Any]) -> RunResult:
    if "failed" in entry:
        return RunFailed(entry["failed"])
    return {name: Reading(**reading) for name, reading in entry["readings"].items()}
