"""The search for the first call that ends differently: who calls, both sides, and the baseline once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from perfagent.tools.equivalence.calls import CallTrace, DifferingCall, first_difference, unsteady_calls
from perfagent.tools.profile import Place, SourceFile, locate

#: Functions that call the touched ones and are looked at with them, first come first.
MOST_CALLERS = 20

Trace = Callable[[str, Sequence[Place], bool], CallTrace | None]
"""Runs a side ("baseline" or "candidate") and traces some functions of it, or, when true, only finds their callers;
None when nothing was seen."""

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
    seen = trace("baseline", [one for one, _ in touched], True)
    pairs = [*touched, *(_callers(seen, touched, base, head) if seen else ())]
    ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
    baseline, candidate = trace("baseline", ours, False), trace("candidate", theirs, False)
    if baseline is None or candidate is None or first_difference(theirs, baseline, candidate) is None:
        return None
    again = trace("baseline", ours, False)
    unsteady = unsteady_calls(baseline, again) if again else ()
    return first_difference(theirs, baseline, candidate, unsteady)


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
