"""Charge the time of library and builtin code to the repository functions that called for it.

Between repository functions the profile's own edges are exact. Where library code calls library code, a
profile of edges cannot tell whose call it was, and a caller is charged in proportion to the time it spent in
the calls, the assumption of gprof (Graham, Kessler and McKusick, "gprof: a Call Graph Execution Profiler",
1982, section 4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from perfagent.tools.profile.collect import Edge, Row

MAX_PUSHES = 200
"""Steps up the library's call graph; only a cycle in it needs more than its depth, and sheds time with
each.
"""
NEGLIGIBLE = 1e-6
"""Share of the moving time below which pushing on changes no figure that is printed."""


def _split(row: int, edges: Sequence[Edge], seconds: Callable[[Edge], float]) -> list[tuple[int, float]]:
    """The callers of a row with their shares of it: by time, by calls where no time was seen; recursion left
    out.
    """
    outside = [edge for edge in edges if edge.caller != row]
    weights = [seconds(edge) for edge in outside]
    if not sum(weights):
        weights = [float(edge.calls) for edge in outside]
    total = sum(weights)
    return [(edge.caller, weight / total) for edge, weight in zip(outside, weights, strict=True) if total]


def push(rows: Sequence[Row], mass: dict[int, float], absorbs: Sequence[bool]) -> dict[int, float]:
    """Move mass from rows that do not absorb it to their callers, until what still moves is negligible.

    Returns:
        The mass that each absorbing row received; what reached a row without callers is lost.
    """
    received: dict[int, float] = {}
    limit = NEGLIGIBLE * sum(mass.values())
    for _ in range(MAX_PUSHES):
        moved: dict[int, float] = {}
        for row, amount in mass.items():
            for caller, share in _split(row, rows[row].callers, lambda edge: edge.cumulative_s):
                target = received if absorbs[caller] else moved
                target[caller] = target.get(caller, 0.0) + amount * share
        mass = moved
        if sum(mass.values()) <= limit:
            break
    return received


def charged_seconds(rows: Sequence[Row], absorbs: Sequence[bool]) -> list[float]:
    """Seconds charged to each absorbing row: its own and those of the code below it that does not absorb."""
    charged = [row.self_s if absorbs[index] else 0.0 for index, row in enumerate(rows)]
    mass: dict[int, float] = {}
    for index, row in enumerate(rows):
        if absorbs[index]:
            continue
        # The first step is exact: the profile knows a function's own time under each of its direct callers.
        for caller, share in _split(index, row.callers, lambda edge: edge.self_s):
            if absorbs[caller]:
                charged[caller] += row.self_s * share
            else:
                mass[caller] = mass.get(caller, 0.0) + row.self_s * share
    for index, seconds in push(rows, mass, absorbs).items():
        charged[index] += seconds
    return charged


def calling(rows: Sequence[Row], index: int, absorbs: Sequence[bool]) -> dict[int, float]:
    """Absorbing rows that call a row, directly or through code that does not absorb, with their seconds of
    its time.
    """
    found: dict[int, float] = {}
    through: dict[int, float] = {}
    for edge in rows[index].callers:
        if edge.caller != index:
            target = found if absorbs[edge.caller] else through
            target[edge.caller] = target.get(edge.caller, 0.0) + edge.cumulative_s
    for caller, seconds in push(rows, through, absorbs).items():
        if caller != index:
            found[caller] = found.get(caller, 0.0) + seconds
    return found
