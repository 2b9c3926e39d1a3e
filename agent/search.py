"""The search: which idea next, how many at once, when to repair, when to start afresh, when to stop.

A strategy is a pure function of what is planned and what became of it at the present baseline, so that a resumed run
decides as the killed one would have. What holds for all of them is measured elsewhere and stands in the constants.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from perfagent.agent.settings import FRESH_STARTS
from perfagent.agent.state import Idea, Task, Tried

#: Repairs of one attempt with the verdict's evidence. Repairs stop paying after two or three tries: most models lose
#: 60 to 80 % of their effectiveness within them ("Debugging Decay Index", 2025).
REPAIRS = 2

#: Rounds of combining what earlier candidates tried, at one baseline, without anything accepted.
GENERATIONS = 3

#: Measured candidates that an offspring is made of.
PARENTS = 2

#: Weight of curiosity against what was measured (UCB1, Auer et al. 2002), in log units of speedup: an idea tried once
#: less is worth about what a gain of 20 % is.
CURIOSITY = 0.2

#: Verdicts after which trying the same idea twice more has little hope when they come twice for the same reason.
_MEASURED = frozenset({"not_faster", "inconclusive", "slower_elsewhere"})


@dataclass(frozen=True, slots=True)
class View:
    """What a strategy decides by, all of it at the present baseline.

    Attributes:
        head: the baseline's commit.
        ideas: planned and not begun, best first.
        begun: those that were begun, in that order.
        tried: what became of them, oldest first.
        width: conversations that may run at once.
        starts: fresh starts an idea may have.
    """

    head: str
    ideas: tuple[Idea, ...] = ()
    begun: tuple[Idea, ...] = ()
    tried: tuple[Tried, ...] = ()
    width: int = 1
    starts: int = FRESH_STARTS

    def of(self, idea: Idea) -> list[Tried]:
        """What became of one idea."""
        return [entry for entry in self.tried if entry.idea == idea.id]

    def model_ideas(self) -> list[Idea]:
        """The ideas of a model that are not begun."""
        return [idea for idea in self.ideas if idea.origin == "model"]


class Strategy(Protocol):
    """A way to search.

    Attributes:
        name: as `--strategy` takes it.
        plans: whether ideas are asked for; without, the model works on the whole workload.
        refines: whether ideas are criticised before any is begun.
    """

    name: str
    plans: bool
    refines: bool

    def next(self, view: View) -> tuple[Task, ...]:
        """What to edit now, all of it side by side; nothing when further ideas are needed."""
        ...


class Shell:
    """One free conversation on the whole workload, repaired and started afresh: the baseline of all strategies."""

    name, plans, refines = "shell", False, False

    def next(self, view: View) -> tuple[Task, ...]:
        """The conversation, or what follows from its end."""
        idea = Idea(id=f"free-{view.head[:12]}", title="Make the workload faster", path="", origin="model", share=1.0,
                    expected_gain=1.0)  # fmt: skip
        return _one(_further(idea, view) if view.of(idea) else Task(idea=idea))


class Refine:
    """One idea after another, each repaired with its verdict's evidence and then started afresh."""

    name, plans, refines = "refine", True, False

    def next(self, view: View) -> tuple[Task, ...]:
        """The work on the idea begun last, or the next idea."""
        for idea in view.begun[-1:]:
            further = _further(idea, view)
            if further is not None:
                return (further,)
        return _one(Task(idea=view.ideas[0]) if view.ideas else None)


class BestOf:
    """Several different ideas side by side, once each; measuring chooses the best."""

    name, plans, refines = "best-of", True, True

    def next(self, view: View) -> tuple[Task, ...]:
        """As many ideas as there is room for."""
        return _first_attempts(view)


class Tree:
    """Scattered directions first, then repairs and fresh starts where measuring promises most (UCB1)."""

    name, plans, refines = "tree", True, True

    def next(self, view: View) -> tuple[Task, ...]:
        """Directions not begun, then the most promising of those that were."""
        first = tuple(Task(idea=idea) for idea in view.model_ideas()[: view.width])
        arms = sorted(self._open(view), key=lambda arm: -self._worth(view, arm[0]))
        # The catalogue's turn comes when no direction of a model is left.
        return (*first, *(task for _, task in arms[: view.width - len(first)])) or _first_attempts(view)

    def _open(self, view: View) -> list[tuple[Idea, Task]]:
        further = [(idea, _further(idea, view)) for idea in view.begun if not _hopeless(view.of(idea))]
        return [(idea, task) for idea, task in further if task is not None]

    def _worth(self, view: View, idea: Idea) -> float:
        """UCB1 of an idea: its best measured log speedup and how seldom it was tried."""
        entries = view.of(idea)
        best = max((math.log(entry.speedup) for entry in entries if entry.speedup), default=0.0)
        return best + CURIOSITY * math.sqrt(2 * math.log(max(len(view.tried), 2)) / max(len(entries), 1))


class Evolve:
    """Several ideas side by side, then offspring that join what the best of them did."""

    name, plans, refines = "evolve", True, True

    def next(self, view: View) -> tuple[Task, ...]:
        """The ideas, and after them generations of offspring."""
        return _first_attempts(view) if view.model_ideas() else self._offspring(view) or _first_attempts(view)

    def _offspring(self, view: View) -> tuple[Task, ...]:
        generation = len({idea.id.rsplit("-", 1)[0] for idea in view.begun if idea.id.startswith("evolve-")})
        measured = [entry for entry in view.tried if entry.speedup and entry.diff and entry.origin == "model"]
        best = sorted(measured, key=lambda entry: -(entry.speedup or 0.0))[:PARENTS]
        if generation >= GENERATIONS or not best:
            return ()
        # All of the best joined, and each of them alone made better.
        families = [tuple(best), *((parent,) for parent in best)] if len(best) > 1 else [tuple(best)]
        by_id = {idea.id: idea for idea in view.begun}
        tasks = []
        for number, parents in enumerate(families[: view.width]):
            of = by_id[parents[0].idea]
            title = f"Better: {of.title}" if len(parents) == 1 else "Join " + " and ".join(p.title for p in parents)
            child = of.model_copy(update={"id": f"evolve-{view.head[:12]}-{generation}-{number}", "title": title})
            tasks.append(Task(idea=child, parents=parents))
        return tuple(tasks)


def after_hint(view: View) -> tuple[Task, ...]:
    """What a person's hint asks for, before anything else: any strategy goes on with the patch that was sent back."""
    if not view.tried or view.tried[-1].verdict != "sent_back":
        return ()
    idea = next((idea for idea in view.begun if idea.id == view.tried[-1].idea), None)
    return _one(_further(idea, view) if idea else None)


STRATEGIES: dict[str, type[Strategy]] = {each.name: each for each in (Shell, Refine, BestOf, Tree, Evolve)}


def strategy_of(name: str) -> Strategy:
    """The strategy of that name; KeyError when there is none."""
    return STRATEGIES[name]()


def _one(task: Task | None) -> tuple[Task, ...]:
    return (task,) if task is not None else ()


def _first_attempts(view: View) -> tuple[Task, ...]:
    """First attempts at as many different ideas as there is room for; one of the catalogue's holds several edits."""
    fresh = view.model_ideas()[: view.width]
    return tuple(Task(idea=idea) for idea in fresh or view.ideas[:1])


def _further(idea: Idea, view: View) -> Task | None:
    """The next attempt at a model's idea: a repair, then a fresh start; None when neither has hope."""
    entries = view.of(idea)
    if idea.origin != "model" or not entries or not entries[-1].again:
        return None
    last = entries[-1]
    if last.feedback and last.attempt < REPAIRS:
        return Task(idea=idea, start=last.start, attempt=last.attempt + 1, feedback=last.feedback, history=last.history)
    if last.start < view.starts:
        return Task(idea=idea, start=last.start + 1)
    return None


def _hopeless(entries: Sequence[Tried]) -> bool:
    """Whether two whole attempts ended alike in measurement: the idea itself does not pay."""
    last = {entry.start: entry.verdict for entry in entries}
    return len(last) > 1 and len(set(last.values())) == 1 and set(last.values()) <= _MEASURED
