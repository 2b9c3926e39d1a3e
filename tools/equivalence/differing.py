"""The search for the first call that ends differently.

Up to six traced runs: who calls the functions; sketches of all calls on both sides; the calls whose sketches differ in
full, on both sides; and those once more at the baseline, to pass over what it answers differently itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from perfagent.tools.equivalence.call_traces import CallTrace, Look
from perfagent.tools.equivalence.calls import DifferingCall, differing_calls, first_difference, suspects, wanted
from perfagent.tools.profile import Place, SourceFile, locate

#: Functions that call the touched ones and are looked at with them, first come first.
MOST_CALLERS = 20

Trace = Callable[[str, Sequence[Place], Look], CallTrace | None]
"""Runs a side ("baseline" or "candidate") and traces some functions of it; None when nothing was seen."""

Pair = tuple[Place, Place]
"""One function in the baseline's tree and in the candidate's."""


def search(trace: Trace, touched: Sequence[Pair], base: Path, head: Path) -> DifferingCall | None:
    """The first call of a touched function, or of one that calls it, that ends differently at the candidate.

    A difference that the baseline shows against itself too, such as of a value drawn at random, is passed over.

    Args:
        touched: see `Touched.both`.
        base, head: the two trees on this machine.
    """
    if not touched:
        return None
    seen = trace("baseline", [one for one, _ in touched], Look("callers"))
    pairs = [*touched, *(_callers(seen, touched, base, head) if seen else ())]
    ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
    before, after = trace("baseline", ours, Look("sketches")), trace("candidate", theirs, Look("sketches"))
    partners = suspects(before, after) if before and after else {}
    if not partners:
        return None
    look = wanted(set(partners.values()), len(pairs))
    baseline, candidate = trace("baseline", ours, look), trace("candidate", theirs, wanted(partners, len(pairs)))
    if baseline is None or candidate is None:
        return None
    differing = list(differing_calls(baseline, candidate, partners))
    again = trace("baseline", ours, look) if differing else None
    if again is not None:
        itself = {call.name: call.name for call in again.calls}
        unsteady = {one.name for one, _ in differing_calls(baseline, again, itself)}
        differing = [pair for pair in differing if pair[0].name not in unsteady]
    return first_difference(theirs, candidate, differing) if differing else None


def _callers(seen: CallTrace, touched: Sequence[Pair], base: Path, head: Path) -> list[Pair]:
    """The functions that call the touched ones, where both trees have them; tests and modules answer nothing."""
    known = {(one.path, one.function.qualname) for one, _ in touched}
    pairs: list[Pair] = []
    for path, line, name in seen.callers:
        function = SourceFile(base / path).function(line, name)
        key = (path, function.qualname)
        ours, theirs = locate(base, *key), locate(head, *key)
        if name.startswith(("<", "test")) or key in known or ours is None or theirs is None:
            continue
        known.add(key)
        pairs.append((ours, theirs))
    return pairs[:MOST_CALLERS]
