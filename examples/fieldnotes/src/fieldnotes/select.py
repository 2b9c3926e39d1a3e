"""Choosing sightings and joining them with what is known about places and species."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from fieldnotes.records import Place, Sighting


def drop_repeats(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Keep the first sighting of each species for each day and place; two observers often write down the same bird."""
    seen = []
    kept = []
    for sighting in sightings:
        label = f"{sighting.day} {sighting.place}: {sighting.species}"
        if label not in seen:
            seen.append(label)
            kept.append(sighting)
    return kept


def between(sightings: Sequence[Sighting], first: datetime.date, last: datetime.date) -> Sequence[Sighting]:
    """Return the sightings from the first to the last day, both included; `sightings` must be in order of day."""
    days = [sighting.day for sighting in sightings]
    return sightings[bisect_left(days, first) : bisect_right(days, last)]


def by_species(sightings: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    """Return the sightings of each species, in their order."""
    index = defaultdict(list)
    for sighting in sightings:
        index[sighting.species].append(sighting)
    return dict(index)


def with_places(sightings: Iterable[Sighting], places: Sequence[Place]) -> list[tuple[Sighting, Place]]:
    """Pair each sighting with its place; sightings at places nobody has mapped are left out."""
    pairs = []
    for sighting in sightings:
        for place in places:
            if place.name == sighting.place:
                pairs.append((sighting, place))
                break
    return pairs


def newcomers(season: Iterable[Sighting], known: Sequence[str]) -> list[Sighting]:
    """Return the sightings of species that are not yet on the list of known ones."""
    return [sighting for sighting in season if sighting.species not in set(known)]


def unmapped(sightings: Iterable[Sighting], places: Iterable[Place]) -> list[str]:
    """Return the names of places that sightings mention but nobody has mapped, sorted."""
    mapped = {place.name for place in places}
    return sorted({sighting.place for sighting in sightings} - mapped)
