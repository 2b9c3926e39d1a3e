"""Charge the time of library and builtin code to the repository functions that called for it.

Between repository functions the profile's own edges are exact. Where library code calls library code, a
profile of edges cannot tell whose call it was, and a caller is charged in proportion to the time it spent in
the calls, the assumption of gprof (Graham, Kessler and McKusick, "gprof: a Call Graph Execution Profiler",
1982, section 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from perfagent.tools.profile.collect import Edge, Row

MAX_PUSHES = 200
"""Steps up the library's call graph; only a cycle in it needs more than its depth."""
NEGLIGIBLE = 1e-6
"""Share of the moving time below which pushing on changes no figure that is printed."""

Mass = dict[int, float]
"""Seconds, or shares of a whole, by row number."""


def _add(masses: Mass, row: int, amount: float) -> None:
    masses[row] = masses.get(row, 0.0) + amount


def _split(edges: Iterable[Edge], row: int, seconds: Callable[[Edge], float]) -> list[tuple[int, float]]:
    """The callers of a row with their shares: by time, by calls where no time was seen; recursion left out."""
    outside = [edge for edge in edges if edge.caller != row]
    weights = [seconds(edge) for edge in outside]
    if not sum(weights):
        weights = [float(edge.calls) for edge in outside]
    total = sum(weights)
    return [(edge.caller, weight / total) for edge, weight in zip(outside, weights, strict=True) if total]


class CallGraph:
    """One profile's rows, of which some absorb what is charged to them and the others hand it on to their
    callers.

    Args:
        rows: the profile.
        absorbs: for each row, whether it is the repository's.
    """

    def __init__(self, rows: Sequence[Row], absorbs: Sequence[bool]) -> None:
        self.rows, self.absorbs = rows, absorbs
        self._callers: dict[int, list[tuple[int, float]]] = {}
        self._origins: dict[int, Mass] = {}

    def _hand_on(self, row: int) -> list[tuple[int, float]]:
        if row not in self._callers:
            self._callers[row] = _split(self.rows[row].callers, row, lambda edge: edge.cumulative_s)
        return self._callers[row]

    def push(self, mass: Mass) -> Mass:
        """Move mass from rows that do not absorb it to their callers, until what still moves is negligible.

        What a slow cycle has not let go of by then goes where the rest of it went, as it would in the long run.

        Returns:
            The mass that each absorbing row received; what reached a row without callers is lost.
        """
        received: Mass = {}
        whole = sum(mass.values())
        for _ in range(MAX_PUSHES):
            moved: Mass = {}
            for row, amount in mass.items():
                for caller, share in self._hand_on(row):
                    _add(received if self.absorbs[caller] else moved, caller, amount * share)
            mass = moved
            if sum(mass.values()) <= NEGLIGIBLE * whole:
                break
        left = sum(mass.values())
        settled = whole - left
        scale = 1 + left / settled if settled > 0 else 1.0
        return {row: amount * scale for row, amount in received.items()}

    def charged(self) -> list[float]:
        """Seconds charged to each absorbing row: its own and those of the code below it that does not absorb."""
        seconds = [row.self_s if self.absorbs[index] else 0.0 for index, row in enumerate(self.rows)]
        mass: Mass = {}
        for index, row in enumerate(self.rows):
            if self.absorbs[index]:
                continue
            # The first step is exact: a function's own time is known for each of its direct callers.
            for caller, share in _split(row.callers, index, lambda edge: edge.self_s):
                if self.absorbs[caller]:
                    seconds[caller] += row.self_s * share
                else:
                    _add(mass, caller, row.self_s * share)
        for index, amount in self.push(mass).items():
            seconds[index] += amount
        return seconds

    def callers(self, row: int) -> Mass:
        """Absorbing rows that call a row, directly or through others that do not absorb, with their seconds of it."""
        found: Mass = {}
        for edge in self.rows[row].callers:
            if self.absorbs[edge.caller]:
                _add(found, edge.caller, edge.cumulative_s)
                continue
            if edge.caller not in self._origins:
                self._origins[edge.caller] = self.push({edge.caller: 1.0})
            for origin, share in self._origins[edge.caller].items():
                _add(found, origin, share * edge.cumulative_s)
        found.pop(row, None)
        return found
