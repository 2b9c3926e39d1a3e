"""Which of the catalogue's ideas are worth their checks: all of them timed side by side against one baseline stream.

A profile says where the time goes, not what an edit of the place will save; six rounds tell it well enough to put the
ideas in order and to leave out those that save nothing. These samples decide nothing else: what is confirmed later is
measured on fresh ones.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from perfagent.agent.ideas.catalogue import edits_for
from perfagent.agent.ideas.diffs import diff_of
from perfagent.agent.lab.looping import loops_at
from perfagent.agent.lab.recording import recorded
from perfagent.agent.services import Services
from perfagent.agent.state import Idea
from perfagent.tools.measure import LogCosts, RoundSampler, Run, RunFailed, log_speedup, pair_up
from perfagent.tools.measure.constants import SCREEN_MIN_SHARE, SCREEN_ROUNDS

#: Ideas timed in one stream: more sides would stretch a round so far that drift separates them.
MOST_SIDES = 10

_BASELINE = "baseline"


def ranked(services: Services, head: str, ideas: Sequence[Idea]) -> tuple[list[Idea], list[Idea]]:
    """The ideas worth trying, largest measured gain first, and the others.

    An idea that was timed at an earlier baseline keeps its figure as long as its edit is the same text.
    """
    if len(ideas) < 2:
        return list(ideas), []
    fresh = [idea for idea in ideas if services.folder.found(_step(idea)) is None]
    for start in range(0, len(fresh), MOST_SIDES):
        _measure(services, head, fresh[start : start + MOST_SIDES])
    needed = SCREEN_MIN_SHARE * math.log(services.settings.min_speedup)
    gains = {idea.id: float(services.folder.found(_step(idea))) for idea in ideas}
    for idea in ideas:
        services.folder.event("ranked", idea=idea.id, log_speedup=gains[idea.id])
    ordered = sorted(ideas, key=lambda idea: -gains[idea.id])
    worth = [
        idea.model_copy(update={"expected_gain": 1 - math.exp(-gains[idea.id])})
        for idea in ordered
        if gains[idea.id] >= needed
    ]
    return worth, [idea for idea in ordered if gains[idea.id] < needed]


def _measure(services: Services, head: str, ideas: Sequence[Idea]) -> None:
    """Time each idea's first edit for a few rounds and keep its log speedup as a step of the run."""
    services.progress.note(f"timing {len(ideas)} ideas side by side")
    lab = services.lab
    tree = lab.tree(head)
    sides = {_BASELINE: tree}
    for idea in ideas:
        edit = edits_for(tree, idea.path, idea.function)[0]
        before = (tree / idea.path).read_bytes().decode("utf-8")
        sides[idea.id] = lab.edited(head, diff_of(idea.path, before, edit.source))
    targets = frozenset(name for idea in ideas for name in idea.targets) or None
    name = f"rank-{hashlib.sha256(' '.join([head, *sides]).encode()).hexdigest()[:16]}"
    with lab.open(sides) as bench:
        run = recorded(services, name, bench.reader(loops_at(services, bench, head), targets))
        gains = _rounds(services, run, ideas)
    for idea in ideas:
        services.folder.step(_step(idea), lambda idea=idea: gains[idea.id])  # type: ignore[misc]


def _rounds(services: Services, run: Run, ideas: Sequence[Idea]) -> dict[str, float]:
    prepared = services.lab.prepared
    sampler = RoundSampler(run, (_BASELINE, *(idea.id for idea in ideas)), services.settings.seed)
    rounds = list(sampler.rounds(SCREEN_ROUNDS))
    gains = {}
    for idea in ideas:
        pairs = [pair_up(each, _BASELINE, idea.id) for each in rounds]
        whole = [each for each in pairs if not isinstance(each, RunFailed)]
        columns = [[each[target] for each in whole] for target in idea.targets or prepared.ids]
        metrics = [prepared.plan(target).metric for target in idea.targets or prepared.ids]
        failed = len(whole) < len(pairs)
        found = [log_speedup(LogCosts.of(c, m)) for c, m in zip(columns, metrics, strict=True)] if not failed else []
        gains[idea.id] = max(found, default=-1e9)
    return gains


def _step(idea: Idea) -> str:
    return f"rank-{hashlib.sha256(idea.id.encode()).hexdigest()[:20]}"
