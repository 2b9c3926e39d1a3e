"""The text format: visits with a day and a place, indented sightings below them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from fieldnotes.names import canonical
from fieldnotes.records import Sighting


class JournalError(ValueError):
    """A line that is neither a visit, a sighting, the rest of a note, nor blank."""


def read_day(text: str) -> datetime.date:
    """Return the day meant by `2024-04-12` or `12 Apr 2024`."""
    months = {
        "jan": 1,
        "feb": 2,
        "mar": 3,
        "apr": 4,
        "may": 5,
        "jun": 6,
        "jul": 7,
        "aug": 8,
        "sep": 9,
        "oct": 10,
        "nov": 11,
        "dec": 12,
    }
    written = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]*\.? (\d{4})")
    match = written.fullmatch(text)
    if match is None:
        return datetime.date.fromisoformat(text)
    day, month, year = match.groups()
    return datetime.date(int(year), months[month.lower()], int(day))


def read_visit(line: str) -> tuple[datetime.date, str]:
    """Return the day and the place that open a visit."""
    day, at, place = line.partition("@")
    if not at or not place.strip():
        raise JournalError(f"a visit needs a day and a place: {line!r}")
    try:
        return read_day(day.strip()), place.strip()
    except (ValueError, KeyError) as error:
        raise JournalError(f"no such day: {day.strip()!r}") from error


def read_entry(line: str) -> tuple[str, int, bool, str]:
    """Return the species, the count, whether it is an estimate, and the note of a sighting's first line."""
    entry = re.compile(r"\s+([^\d~]+?)\s+(~?)(\d+)(?:\s+(\S.*))?")
    match = entry.fullmatch(line)
    if match is None:
        raise JournalError(f"a sighting needs a species and a count: {line!r}")
    name, tilde, count, note = match.groups()
    return canonical(name), int(count), bool(tilde), note or ""


def read_journal(text: str) -> list[Sighting]:
    """Return the sightings of a journal in the order they were written."""
    lines = text.splitlines()
    sightings = []
    visit = None
    while lines:
        line = lines.pop(0).rstrip()
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            visit = read_visit(line)
            continue
        if visit is None:
            raise JournalError(f"a sighting before any visit: {line!r}")
        species, count, estimated, note = read_entry(line)
        while lines and lines[0].startswith("    "):
            note += " " + lines.pop(0).strip()
        day, place = visit
        sightings.append(Sighting(day, place, species, count, estimated, note.strip()))
    return sightings


def write_journal(sightings: Iterable[Sighting]) -> str:
    """Return the journal text that reads back as these sightings, one visit for each run of day and place."""
    lines = []
    visit = None
    for sighting in sightings:
        if visit != (sighting.day, sighting.place):
            visit = (sighting.day, sighting.place)
            lines.append(f"{sighting.day.isoformat()} @ {sighting.place}")
        tilde = "~" if sighting.estimated else ""
        lines.append(f"  {sighting.species} {tilde}{sighting.count} {sighting.note}".rstrip())
    return "\n".join(lines) + "\n" if lines else ""
