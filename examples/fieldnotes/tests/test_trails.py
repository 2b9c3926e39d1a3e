import pytest

from fieldnotes import distances, walking_order
from fieldnotes.trails import dead_ends

TRAILS = {
    "Quay": [("Mill", 1.0), ("Ness", 5.0)],
    "Mill": [("Quay", 1.0), ("Loch", 1.5)],
    "Ness": [("Quay", 5.0), ("Loch", 0.5)],
    "Loch": [("Mill", 1.5), ("Ness", 0.5), ("Holm", 2.0)],
    "Holm": [("Loch", 2.0)],
    "Skerry": [],
}


def test_places_come_by_the_number_of_trails():
    assert walking_order(TRAILS, "Quay") == ["Quay", "Mill", "Ness", "Loch", "Holm"]


def test_a_place_without_trails_reaches_itself():
    assert walking_order(TRAILS, "Skerry") == ["Skerry"]
    assert walking_order(TRAILS, "Atlantis") == ["Atlantis"]


def test_the_shorter_way_counts():
    walked = distances(TRAILS, "Quay")
    assert walked == pytest.approx({"Quay": 0.0, "Mill": 1.0, "Loch": 2.5, "Ness": 3.0, "Holm": 4.5})
    assert list(walked) == ["Quay", "Mill", "Loch", "Ness", "Holm"]


def test_a_dead_end_has_one_trail():
    assert dead_ends(TRAILS) == ["Holm"]
    assert dead_ends({}) == []
