"""Figures about a season, and tables of them as text."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from fieldnotes.records import Sighting


def totals_by_place(sightings: Sequence[Sighting]) -> list[tuple[str, int, int]]:
    """Return, for each place in order of name, how many sightings it had and how many animals."""
    visited = [sighting.place for sighting in sightings]
    animals = {}
    for sighting in sightings:
        animals[sighting.place] = animals.get(sighting.place, 0) + sighting.count
    rows = []
    for place in sorted(set(visited)):
        rows.append((place, visited.count(place), animals[place]))
    return rows


def first_arrivals(sightings: Sequence[Sighting]) -> dict[str, datetime.date]:
    """Return the day on which each species was first seen, for species in order of name."""
    arrivals = {}
    for species in sorted({sighting.species for sighting in sightings}):
        days = sorted(sighting.day for sighting in sightings if sighting.species == species)
        arrivals[species] = days[0]
    return arrivals


def month_table(sightings: Sequence[Sighting]) -> list[list[object]]:
    """Return a row for each species in order of name: its name, and the animals seen in each of the twelve months."""
    rows = []
    for species in sorted({sighting.species for sighting in sightings}):
        row: list[object] = [species]
        for month in range(1, 13):
            row.append(sum(s.count for s in sightings if s.species == species and s.day.month == month))
        rows.append(row)
    return rows


def render_table(header: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    """Return the rows below the header in columns; numbers stand to the right."""
    table = [header, *rows]
    text = ""
    for row in table:
        line = ""
        for column, cell in enumerate(row):
            width = max([len(str(other[column])) for other in table])
            if isinstance(cell, (int, float)):
                line += str(cell).rjust(width) + "  "
            else:
                line += str(cell).ljust(width) + "  "
        text += line.rstrip() + "\n"
    return text
