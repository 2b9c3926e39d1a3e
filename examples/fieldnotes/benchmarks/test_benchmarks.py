"""What a season costs, from the journal to the tables."""

from fieldnotes import (
    close_pairs,
    distances,
    drop_repeats,
    first_arrivals,
    month_table,
    newcomers,
    read_journal,
    render_table,
    totals_by_place,
    walking_order,
    with_places,
)
from fieldnotes.trails import dead_ends


def test_read_a_year(benchmark, journal):
    sightings = benchmark(read_journal, journal)
    assert len(sightings) == 2000


def test_tidy_a_season(benchmark, season, places):
    known = [f"species {number:02d}" for number in range(3, 60)]

    def tidy():
        kept = drop_repeats(season)
        return kept, with_places(kept, places), newcomers(kept, known)

    kept, pairs, new = benchmark(tidy)
    assert len(pairs) == len(kept) < len(season)
    assert {sighting.species for sighting in new} == {"species 00", "species 01", "species 02"}


def test_report_a_season(benchmark, season):
    def report():
        totals = totals_by_place(season)
        return render_table(["place", "visits", "birds"], totals), first_arrivals(season), month_table(season)

    text, arrivals, months = benchmark(report)
    assert len(text.splitlines()) == 1 + len({sighting.place for sighting in season})
    assert len(arrivals) == len(months) == 40


def test_walk_the_moor(benchmark, trails):
    def walk():
        return walking_order(trails, "0/0"), distances(trails, "0/0"), dead_ends(trails)

    order, walked, ends = benchmark(walk)
    assert set(order) == set(walked)
    assert ends


def test_find_close_pairs(benchmark, places):
    pairs = benchmark(close_pairs, places, 400.0)
    assert pairs
