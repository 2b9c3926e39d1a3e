"""Where instances run: histories, images of their environments, and containers to follow a protocol in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfagent.benchmarks.gso_swe_perf.places.place import TESTBED, Place

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.places.arena import Arena, DockerArena, Finished, open_arena
    from perfagent.benchmarks.gso_swe_perf.places.images import place_of
    from perfagent.benchmarks.gso_swe_perf.places.repositories import Repositories
    from perfagent.benchmarks.gso_swe_perf.places.trees import Planted

__all__ = ["TESTBED", "Arena", "DockerArena", "Finished", "Place", "Planted", "Repositories", "open_arena", "place_of"]

_HOMES = {
    "Arena": "arena",
    "DockerArena": "arena",
    "Finished": "arena",
    "Planted": "trees",
    "Repositories": "repositories",
    "open_arena": "arena",
    "place_of": "images",
}


def __getattr__(name: str) -> object:
    """Load a name with its file when it is first asked for."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
