"""The verifier: a candidate's checks, cheapest first, and then its measurement.

Every finished step is kept in the run folder by the candidate's id, every finished round in a journal, so that a
resumed run repeats neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.looping import loops_at
from perfagent.agent.lab.present import hotspots_at, seconds_at
from perfagent.agent.lab.recording import pairs_journal, pairs_seed, recorded, seed_of
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Verdict
from perfagent.agent.verify.checks import Checked, Checker
from perfagent.agent.verify.evidence import with_evidence
from perfagent.agent.verify.figures import figures_of, headline_figure, overall_of
from perfagent.tools.measure import (
    ALPHA,
    Confirmation,
    PairSampler,
    Plan,
    Publication,
    Run,
    RunFailed,
    conclude,
    confirm,
    estimate,
    looks_for,
    publish,
    screen,
)
from perfagent.tools.patch import read_patch

#: Log units that two candidates' screened speedups may differ by and still count as equal: about one standard error of
#: six pairs on CPU time.
SCREEN_RESOLUTION = 0.015


class Verifier:
    """Judges candidates against the baseline they were made for.

    Args:
        services: the run's open things; `prepare` must have run.
    """

    def __init__(self, services: Services) -> None:
        self.services = services
        self.lab = services.lab
        self.prepared = services.lab.prepared

    def check(self, candidate: Candidate) -> Checked:
        """Everything that needs no timing: applies, guard, builds, unit tests, equal values."""
        checker = Checker(self.services)
        found = self.services.folder.step(f"check-{candidate.id}", lambda: checker.check(candidate).model_dump())
        return Checked(**found)

    def glance(self, candidate: Candidate) -> Checked:
        """The checks that run nothing."""
        return Checker(self.services).glance(candidate)

    def screen(self, candidates: Sequence[Candidate], checked: Mapping[str, Checked]) -> list[Candidate]:
        """Those of several candidates worth confirming, best first; their samples decide nothing else."""
        names = [candidate.id for candidate in candidates]
        every = tuple(plan.id for plan in self.prepared.benchmarks)
        targets = {candidate.id: candidate.targets or every for candidate in candidates}
        all_of_them = tuple(name for name in every if any(name in wanted for wanted in targets.values()))
        plan = self.plan_for(candidates[0].model_copy(update={"targets": all_of_them}), ALPHA)
        trees = {candidate.id: self.tree_of(candidate, checked[candidate.id]) for candidate in candidates}
        digest = self.services.folder.put(" ".join(names))[:16]
        parent = candidates[0].parent
        with self._timing({"baseline": self.lab.tree(parent), **trees}) as bench:
            run = self._run(bench, parent, f"screen-{digest}", frozenset(plan.targets))
            ranked = screen(run, names, plan, targets)
        for each in ranked:
            self.services.folder.event("screened", **asdict(each))
        by_name = {candidate.id: candidate for candidate in candidates}
        promising = [each for each in ranked if each.promising]
        best = max((each.log_speedup for each in promising), default=0.0)
        # Of edits that screening cannot tell apart the smaller one is the better one to review.
        near = [each for each in promising if each.log_speedup >= best - SCREEN_RESOLUTION]
        near.sort(key=lambda each: len(self.services.folder.get(by_name[each.candidate].diff)))
        rest = [each for each in promising if each not in near]
        return [by_name[each.candidate] for each in (*near, *rest)]

    def confirm(self, candidate: Candidate, checked: Checked, alpha: float) -> Verdict:
        """The sequential test on fresh pairs and, when it accepts, the figures from another fixed number of them."""
        plan = self.plan_for(candidate, alpha, self._touched(candidate, checked))
        trees = {"baseline": self.lab.tree(candidate.parent), "candidate": self.tree_of(candidate, checked)}
        with self._timing(trees) as bench:
            confirmation = self._confirm(candidate, bench, plan)
            if confirmation.verdict != "faster":
                return self._verdict(candidate, checked, confirmation, None, plan)
            publication = self._publish(candidate, bench, plan, confirmation)
        return self._verdict(candidate, checked, confirmation, publication, plan)

    def compare(self, candidate: Candidate, checked: Checked, head: Path) -> Verdict:
        """Like `confirm`, but the figures are measured whatever the test says: what two commits deserve."""
        plan = self.plan_for(candidate, ALPHA)
        trees = {"baseline": self.lab.tree(candidate.parent), "candidate": head}
        with self._timing(trees) as bench:
            confirmation = self._confirm(candidate, bench, plan)
            publication = self._publish(candidate, bench, plan, confirmation)
        return self._verdict(candidate, checked, confirmation, publication, plan)

    def whole(self, base: str, head: str, accepted: set[str]) -> Verdict:
        """The figures of a branch against the first baseline, from fresh pairs of its two ends."""
        targets = tuple(plan.id for plan in self.prepared.benchmarks if plan.id in accepted)
        branch = Candidate(
            id=f"branch-{head[:12]}", idea="", title="the branch", parent=base, diff="", origin="user", targets=targets
        )
        plan = self.plan_for(branch, ALPHA)
        confirmation = Confirmation(
            verdict="faster", reason="its patches were confirmed one by one", accepted=targets, decisions={}, pairs=0
        )
        with self._timing({"baseline": self.lab.tree(base), "candidate": self.lab.tree(head)}) as bench:
            publication = self._publish(branch, bench, plan, confirmation)
        return self._verdict(branch, Checked(), confirmation, publication, plan)

    def with_evidence(self, verdict: Verdict, base: str, head: Path) -> Verdict:
        """The verdict on a tree against a commit with what is shown beside it: growth, instruction counts."""
        return with_evidence(self.services, verdict, {"baseline": self.lab.tree(base), "candidate": head})

    def judge(self, candidate: Candidate, command: str, head: str = "") -> Verdict:
        """Checks and measurement of one candidate from outside: a patch, or another commit (`head`)."""
        if command == "compare":
            found = self.services.folder.step(
                f"check-{candidate.id}", lambda: Checker(self.services).check_tree(self.lab.tree(head)).model_dump()
            )
            checked = Checked(**found)
        else:
            checked = self.check(candidate)
        if checked.failed is not None:
            return refused(candidate, checked)
        tree = self.lab.tree(head) if command == "compare" else self.tree_of(candidate, checked)
        verdict = self.compare(candidate, checked, tree)
        return self.with_evidence(verdict, candidate.parent, tree)

    def measured(self, candidate: Candidate, verdict: Verdict, head: str = "") -> Path | None:
        """The tree of a verdict of `judge`; None where no pair of it was measured."""
        if not any(figure.interval for figure in verdict.benchmarks):
            return None
        return (
            self.lab.tree(head) if head else self.lab.edited(candidate.parent, self.services.folder.get(verdict.diff))
        )

    def plan_for(self, candidate: Candidate, alpha: float, guarded: frozenset[str] | None = None) -> Plan:
        """What is laid down before the first pair.

        Args:
            guarded: benchmarks measured besides the targets; all when None.
        """
        targets = candidate.targets or tuple(plan.id for plan in self.prepared.benchmarks)
        wanted = [p for p in self.prepared.benchmarks if guarded is None or p.id in guarded or p.id in targets]
        seconds = seconds_at(self.services, candidate.parent)
        longest = max((seconds[plan.id] * plan.loops for plan in wanted if plan.metric != "memory"), default=0.0)
        return Plan(
            metrics={plan.id: plan.metric for plan in wanted},
            targets=targets,
            alpha=alpha,
            min_speedup=self.services.settings.min_speedup,
            seed=seed_of(self.services, candidate.id),
            looks=looks_for(longest),
        )

    def _touched(self, candidate: Candidate, checked: Checked) -> frozenset[str] | None:
        """The benchmarks whose profile runs code of a changed file; None when no profile tells.

        The others are guarded when the whole branch is measured: code they never run can hardly slow them, but a class
        or a table of the changed file may reach them all the same.
        """
        spots = hotspots_at(self.services, candidate.parent)
        if spots is None:
            return None
        changed = set(read_patch(self.services.folder.get(checked.diff)).paths)
        return frozenset(name for spot in spots if spot.path in changed for name in spot.benchmarks)

    def tree_of(self, candidate: Candidate, checked: Checked) -> Path:
        """The tree of the candidate as the guard let it through."""
        return self.lab.edited(candidate.parent, self.services.folder.get(checked.diff))

    @contextmanager
    def _timing(self, sides: Mapping[str, Path]) -> Iterator[Bench]:
        """A bench on trees, while nothing else of the run goes on."""
        with self.services.turns.alone(), self.lab.open(sides) as bench:
            yield bench

    def _run(self, bench: Bench, parent: str, name: str, only: frozenset[str]) -> Run:
        return recorded(self.services, name, bench.reader(loops_at(self.services, bench, parent), only))

    def _confirm(self, candidate: Candidate, bench: Bench, plan: Plan) -> Confirmation:
        run = self._run(bench, candidate.parent, pairs_journal(candidate.id, "confirm"), frozenset(plan.targets))
        sampler = PairSampler(run, pairs_seed(self.services, candidate.id, "confirm"))
        taken: list[Any] = []
        return conclude(confirm(self._watched(sampler.pairs(), plan, taken), plan))

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
        pairs = self.services.settings.published_pairs
        self.services.progress.note(f"measuring {pairs} fresh pairs for the figures")
        run = self._run(bench, candidate.parent, pairs_journal(candidate.id, "publish"), frozenset(plan.metrics))
        sampler = PairSampler(run, pairs_seed(self.services, candidate.id, "publish"))
        return publish(sampler.pairs(), plan, confirmation, pairs)

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
            p_value=min((d.p_value for d in confirmation.decisions.values()), default=None),
            alpha=plan.alpha,
            benchmarks=figures_of(confirmation, publication, plan),
            overall=overall_of(publication),
            tests=checked.tests,
            checks=checked.checks,
            evidence=(ended.reason,),
            diff=checked.diff,
        )


def refused(candidate: Candidate, checked: Checked) -> Verdict:
    """The verdict of a candidate that failed a check."""
    assert checked.failed is not None
    return Verdict(
        candidate=candidate.id,
        verdict=checked.failed,
        detail=checked.detail,
        tests=checked.tests,
        checks=checked.checks,
        evidence=checked.evidence,
        diff=checked.diff,
    )
