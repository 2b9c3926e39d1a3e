"""What the model's tools do beside reading and editing: run tests and commands, measure a few pairs, profile.

Results are kept in a journal: a resumed conversation sees the same text again, so that its recorded replies still fit,
and the tree and the scratch folder are what they were. Only what no file can be kept of is lost, and said to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perfagent.agent.acting.figures import measured_text, profile_text
from perfagent.agent.acting.shelling import Shelling, ShellRecord
from perfagent.agent.dialogue import Actions
from perfagent.agent.lab.looping import loops_at
from perfagent.agent.services import Services
from perfagent.tools.errors import PerfagentError
from perfagent.tools.measure import PairSampler, RunFailed
from perfagent.tools.patch import diff_trees
from perfagent.tools.profile import Hotspot

#: Pairs of a quick measurement: the smallest number that has an interval; it sees gains of ten per cent and more.
QUICK_PAIRS = 6


@dataclass(frozen=True, slots=True)
class Known:
    """What a conversation begins with.

    Attributes:
        spots: the baseline's profile, for who was seen to call what.
        scratch: files that earlier editors left in their scratch folders, path to digest.
        head: the commit whose tree the baseline's is; the run's first baseline when empty.
    """

    spots: Sequence[Hotspot] = ()
    scratch: Mapping[str, str] = field(default_factory=dict)
    head: str = ""


def actions_for(
    services: Services, parent: Path, tree: Path, name: str, known: Known | None = None, *, edits: bool = True
) -> Actions:
    """The actions on one edited tree; close them at the end (`edit` and `plan` do).

    Args:
        parent: the baseline's tree.
        tree: the edited one.
        name: of the journal their results are kept in; of one conversation alone.
        known: what it begins with; nothing when None.
        edits: whether what the shell changes in the tree is kept; a planner's is not.
    """
    known = known or Known()
    shelling = Shelling(services, parent, tree, edits=edits, scratch=known.scratch)
    return _Doing(services, parent, tree, name, known, shelling).actions()


class _Doing:
    """The actions of one conversation, used by one thread at a time."""

    def __init__(
        self,
        services: Services,
        parent: Path,
        tree: Path,
        name: str,
        known: Known,
        shelling: Shelling,
    ) -> None:
        self.services, self.parent, self.tree, self.name = services, parent, tree, name
        self.spots, self.head = known.spots, known.head or services.lab.prepared.base
        self.journal = services.folder.journal(f"tools-{services.folder.put(name)[:16]}")
        self.shelling = shelling
        self.spent_s = 0.0
        self.variant: tuple[str, Path] | None = None

    def actions(self) -> Actions:
        """What a workbench offers."""
        turns = self.services.turns

        def done(told: list[Any], turn: Callable[[], AbstractContextManager[None]], act: Callable[[], str]) -> str:
            return str(self.kept(told, turn, lambda: {"text": act()})["text"])

        tests = None
        if self.services.lab.prepared.stable:
            tests = lambda ids: done(["run_tests", list(ids)], turns.shared, lambda: self.run_tests(ids))  # noqa: E731
        return Actions(
            run_tests=tests,
            quick_measure=lambda pairs: done(["quick_measure", pairs], turns.alone, lambda: self.measure(pairs)),
            profile=lambda function: done(["profile", function], turns.alone, lambda: self.profile(function)),
            callers=lambda name: measured_callers(name, self.spots),
            shell=self.shell,
            evidence=self.shelling.evidence,
            seconds=lambda: self.spent_s,
            close=self.close,
        )

    def kept(
        self,
        told: list[Any],
        turn: Callable[[], AbstractContextManager[None]],
        act: Callable[[], dict[str, Any]],
        failed: Callable[[str], dict[str, Any]] = lambda text: {"text": text},
    ) -> dict[str, Any]:
        """The journal's entry of an action, else what it does now, within its turn.

        Args:
            told: what was asked for: an entry of something else ends what can be replayed.
            failed: the entry for an action that could not be done, by its text.
        """

        def compute() -> dict[str, Any]:
            began = self.services.clock()
            try:
                with turn():
                    entry = act()
            except PerfagentError as error:
                entry = failed(f"That could not be done: {error}")
            return {**entry, "told": told, "seconds": round(self.services.clock() - began, 3)}

        upcoming = self.journal.upcoming
        if upcoming is not None and not (isinstance(upcoming, dict) and upcoming.get("told") == told):
            self.journal.diverge()
        entry: dict[str, Any] = self.journal.replay(compute)
        self.spent_s += entry["seconds"]
        return entry

    def shell(self, command: str, timeout_s: int) -> str:
        """Run a command, or bring back what it left when it was run before."""
        ran: list[ShellRecord] = []

        def act() -> dict[str, Any]:
            ran.append(self.shelling.run(command, timeout_s))
            return ran[0].model_dump()

        def failed(text: str) -> dict[str, Any]:
            return self.shelling.broken(text).model_dump()

        entry = self.kept(["shell", command, timeout_s], self.services.turns.shared, act, failed)
        record = ShellRecord.model_validate({key: entry[key] for key in ShellRecord.model_fields})
        if not ran:
            self.shelling.replay(record)
        self.shelling.note(command, record)
        return record.text

    def run_tests(self, ids: tuple[str, ...]) -> str:
        """The verdict of the tests on the tree as it is."""
        from perfagent.agent.verify.checks import judged_tests, tests_text

        verdict = judged_tests(self.services, self.built(), ids)
        self.services.progress.tested(verdict.passed)
        if ids and not verdict.passed and not verdict.evidence:
            return (
                "None of these tests was run: they do not belong to the run's own selection of tests that pass stably "
                "before your change. Run them with pytest in the shell, on old/ too."
            )
        if verdict.ok:
            outside = " Tests outside of the run's own selection were left out." if ids else ""
            return f"{verdict.passed} tests pass.{outside}"
        return f"{tests_text(verdict)}\n\n" + "\n".join(verdict.evidence)

    def measure(self, asked: int | None) -> str:
        """Speedups over the baseline with their intervals, and what so few pairs cannot see."""
        lab, count = self.services.lab, asked or QUICK_PAIRS
        tree = self.built()
        if tree == self.parent:
            return "Nothing is changed yet, so there is nothing to measure."
        pairs = []
        with lab.open({"baseline": self.parent, "candidate": tree}) as bench:
            sampler = PairSampler(bench.reader(loops_at(self.services, bench, self.head)), self.services.settings.seed)
            for index in range(count):
                if self.services.interrupted.is_set():
                    raise KeyboardInterrupt
                pair = sampler.pair(index)
                if isinstance(pair, RunFailed):
                    return f"The benchmark fails with your change: {pair.detail}"
                pairs.append(pair)
        return measured_text(lab.prepared.benchmarks, pairs, self.name, self.services.settings.min_speedup)

    def profile(self, function: str | None) -> str:
        """Where the time goes in the tree as it is: by function, or by line of one function."""
        tree = self.built()
        if function:
            return self.lines(tree, function)
        with self.services.lab.open({"candidate": tree}) as bench:
            return profile_text(bench.hotspots("candidate", tree))

    def lines(self, tree: Path, function: str) -> str:
        """The line profile of `path:qualname`, or of a bare name that the baseline's profile knows."""
        from perfagent.agent.telling.line_profile import line_table

        path, _, qualname = function.rpartition(":")
        known = [spot for spot in self.spots if spot.qualname == qualname or spot.qualname.endswith(f".{qualname}")]
        if not path and len(known) != 1:
            found = ", ".join(f"{spot.path}:{spot.qualname}" for spot in known)
            return f"Name it as path:qualname{f'; it may be one of {found}' if found else ''}."
        return line_table(self.services, tree, path or known[0].path, qualname if path else known[0].qualname)

    def built(self) -> Path:
        """A tree with the present change and its compiled parts; the baseline's own when nothing is changed.

        The edited tree itself is never run: it has no compiled parts of its sources, and bytecode in it could be older
        than a source edited within the same second.
        """
        diff = diff_trees(self.parent, self.tree)
        if not diff:
            return self.parent
        if self.variant is None or self.variant[0] != diff:
            self.drop_variant()
            self.variant = diff, self.services.lab.variant(self.parent, diff)
        return self.variant[1]

    def drop_variant(self) -> None:
        """Remove the tree that was built last."""
        if self.variant is not None:
            self.services.lab.discard(self.variant[1])
            self.variant = None

    def close(self) -> None:
        """End the shell and remove what was made to run code in."""
        self.shelling.close()
        self.drop_variant()


def measured_callers(name: str, spots: Sequence[Hotspot]) -> str:
    """Who called a function in the profiled run, one line a function of that name; empty when nothing is known."""
    last = name.replace("::", ".").rpartition(".")[2].strip("()")
    seen = [spot for spot in spots if spot.callers and spot.qualname.rpartition(".")[2] == last]
    return "\n".join(
        f"In the profiled run {spot.path}:{spot.qualname} was called {spot.calls} times, by {', '.join(spot.callers)}."
        for spot in seen
    )
