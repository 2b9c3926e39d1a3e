"""Places as a graph: which trails join them, and what that means on foot."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

Trails = Mapping[str, Sequence[tuple[str, float]]]


def walking_order(trails: Trails, start: str) -> list[str]:
    """Return the places that can be reached from the start, fewest trails first, then in the order of the map."""
    order = []
    waiting = [start]
    while waiting:
        name = waiting.pop(0)
        if name in order:
            continue
        order.append(name)
        for neighbour, _ in trails.get(name, ()):
            waiting.append(neighbour)
    return order


def distances(trails: Trails, start: str) -> dict[str, float]:
    """Return how far each place is from the start along the trails, in their unit, nearest first."""
    settled: dict[str, float] = {}
    frontier = [(0.0, start)]
    while frontier:
        walked, place = heapq.heappop(frontier)
        if place in settled:
            continue
        settled[place] = walked
        for neighbour, length in trails.get(place, ()):
            if neighbour not in settled:
                heapq.heappush(frontier, (walked + length, neighbour))
    return settled


def dead_ends(trails: Trails) -> list[str]:
    """Return the places that only one trail leads to, sorted."""
    reached = sum([[neighbour for neighbour, _ in ways] for ways in trails.values()], [])
    ends = []
    for name in set(reached):
        if reached.count(name) == 1:
            ends.append(name)
    return sorted(ends)
