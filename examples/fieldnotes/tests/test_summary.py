import datetime

from fieldnotes import Sighting, first_arrivals, month_table, render_table, totals_by_place

SEASON = [
    Sighting(datetime.date(2024, 5, 3), "Quay", "tern", 4),
    Sighting(datetime.date(2024, 4, 30), "Ness", "tern", 1),
    Sighting(datetime.date(2024, 6, 1), "Quay", "eider", 12),
    Sighting(datetime.date(2024, 6, 9), "Quay", "eider", 2),
]


def test_places_have_totals():
    assert totals_by_place(SEASON) == [("Ness", 1, 1), ("Quay", 3, 18)]


def test_the_first_arrival_is_the_earliest_day_not_the_first_line():
    days = first_arrivals(SEASON)
    assert days == {"eider": datetime.date(2024, 6, 1), "tern": datetime.date(2024, 4, 30)}
    assert list(days) == ["eider", "tern"]


def test_each_species_has_twelve_months():
    eider, tern = month_table(SEASON)
    assert eider == ["eider", 0, 0, 0, 0, 0, 14, 0, 0, 0, 0, 0, 0]
    assert tern == ["tern", 0, 0, 0, 1, 4, 0, 0, 0, 0, 0, 0, 0]


def test_an_empty_season_has_empty_tables():
    assert totals_by_place([]) == []
    assert first_arrivals([]) == {}
    assert month_table([]) == []


def test_numbers_stand_to_the_right():
    assert render_table(["place", "birds"], [("Ness", 1), ("Mill Pond", 18)]) == (
        "place      birds\nNess           1\nMill Pond     18\n"
    )


def test_a_table_may_have_only_its_header():
    assert render_table(["place"], []) == "place\n"
