"""The two records everything else is about."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Sighting:
    """Some animals of one species, seen at one place on one day."""

    day: datetime.date
    place: str
    species: str
    count: int
    estimated: bool = False
    note: str = ""


@dataclass(frozen=True)
class Place:
    """A named spot, in degrees north and east."""

    name: str
    latitude: float
    longitude: float
    habitat: str = ""
