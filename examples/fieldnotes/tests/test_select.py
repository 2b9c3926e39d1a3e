import datetime

from fieldnotes import Place, Sighting, between, by_species, drop_repeats, newcomers, with_places
from fieldnotes.select import unmapped


def seen(day, place, species, count=1):
    return Sighting(datetime.date(2024, 5, day), place, species, count)


SEASON = [
    seen(1, "Quay", "eider", 4),
    seen(1, "Quay", "shag", 2),
    seen(1, "Quay", "eider", 5),
    seen(2, "Quay", "eider", 1),
    seen(2, "Ness", "eider", 3),
]


def test_the_first_of_repeated_sightings_is_kept():
    assert drop_repeats(SEASON) == [SEASON[0], SEASON[1], SEASON[3], SEASON[4]]


def test_repeats_are_dropped_from_any_iterable():
    assert drop_repeats(iter(SEASON[:1] * 3)) == SEASON[:1]
    assert drop_repeats([]) == []


def test_a_range_of_days_holds_both_ends():
    assert between(SEASON, datetime.date(2024, 5, 2), datetime.date(2024, 5, 9)) == SEASON[3:]
    assert between(SEASON, datetime.date(2024, 5, 1), datetime.date(2024, 5, 1)) == SEASON[:3]


def test_species_keep_their_sightings_in_order():
    index = by_species(SEASON)
    assert list(index) == ["eider", "shag"]
    assert [s.count for s in index["eider"]] == [4, 5, 1, 3]


def test_sightings_meet_their_places():
    quay, ness = Place("Quay", 60.1, -1.2), Place("Ness", 60.2, -1.3)
    assert [place for _, place in with_places(SEASON, [ness, quay])] == [quay, quay, quay, quay, ness]


def test_the_first_place_of_a_name_counts():
    quay, namesake = Place("Quay", 60.1, -1.2), Place("Quay", 59.0, -3.0)
    assert with_places(SEASON[:1], [quay, namesake]) == [(SEASON[0], quay)]


def test_sightings_at_unmapped_places_are_left_out():
    assert with_places(SEASON, [Place("Ness", 60.2, -1.3)]) == [(SEASON[4], Place("Ness", 60.2, -1.3))]
    assert unmapped(SEASON, [Place("Ness", 60.2, -1.3)]) == ["Quay"]


def test_newcomers_are_what_is_not_known():
    assert newcomers(SEASON, ["eider", "gannet"]) == [SEASON[1]]
    assert newcomers(SEASON, []) == SEASON
