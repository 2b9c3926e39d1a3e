"""Spots that lie close together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import asin, cos, radians, sin, sqrt

from fieldnotes.records import Place

EARTH_RADIUS = 6_371_008.8
"""Mean radius in metres."""


def metres_between(one: Place, other: Place) -> float:
    """Return the great-circle distance of two places."""
    south, north = radians(one.latitude), radians(other.latitude)
    half_height = sin((north - south) / 2)
    half_width = sin(radians(other.longitude - one.longitude) / 2)
    chord = half_height * half_height + cos(south) * cos(north) * half_width * half_width
    return 2 * EARTH_RADIUS * asin(sqrt(chord))


def close_pairs(places: Sequence[Place], metres: float) -> list[tuple[str, str]]:
    """Return the names of every two places at most `metres` apart, in the order of `places`."""
    limit = sin(metres / (2 * EARTH_RADIUS)) ** 2
    spots = [
        (place.name, radians(place.latitude), radians(place.longitude), cos(radians(place.latitude)))
        for place in places
    ]
    return [
        (name, other)
        for (name, south, west, shrink), (other, north, east, narrow) in combinations(spots, 2)
        if sin((north - south) / 2) ** 2 + shrink * narrow * sin((east - west) / 2) ** 2 <= limit
    ]
