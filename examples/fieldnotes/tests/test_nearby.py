import pytest

from fieldnotes import Place, close_pairs
from fieldnotes.nearby import metres_between

QUAY, SLIP, NESS = Place("Quay", 60.0, -1.0), Place("Slip", 60.0009, -1.0), Place("Ness", 60.0, -1.01)


def test_a_degree_of_latitude_is_111_kilometres():
    assert metres_between(Place("a", 0.0, 0.0), Place("b", 1.0, 0.0)) == pytest.approx(111_195, rel=1e-4)


def test_the_distance_is_the_same_both_ways():
    assert metres_between(QUAY, NESS) == pytest.approx(metres_between(NESS, QUAY))
    assert metres_between(QUAY, QUAY) == 0.0


def test_only_pairs_within_reach_are_named():
    assert close_pairs([QUAY, SLIP, NESS], 150) == [("Quay", "Slip")]
    assert close_pairs([NESS, SLIP, QUAY], 600) == [("Ness", "Slip"), ("Ness", "Quay"), ("Slip", "Quay")]


def test_two_names_for_one_spot_are_a_pair():
    assert close_pairs([QUAY, Place("Pier", 60.0, -1.0)], 0) == [("Quay", "Pier")]


@pytest.mark.parametrize("places", [[], [QUAY]])
def test_a_pair_needs_two(places):
    assert close_pairs(places, 1e6) == []


def test_the_date_line_is_no_wall():
    assert close_pairs([Place("west", 0.0, 179.9999), Place("east", 0.0, -179.9999)], 30) == [
        ("west", "east")
    ]
