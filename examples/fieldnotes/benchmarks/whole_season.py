"""A season from the journal to the tables in one go: the work of an evening, as one script."""

from coast import make_journal, make_places, make_season, make_trails

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


def setup():
    places = make_places()
    return make_journal(), make_season(places), places, make_trails()


def workload(data):
    journal, season, places, trails = data
    sightings = read_journal(journal)
    kept = drop_repeats(season)
    known = [f"species {number:02d}" for number in range(3, 60)]
    placed = [place.name for _, place in with_places(kept, places)]
    table = render_table(["place", "visits", "birds"], totals_by_place(kept))
    walk = walking_order(trails, "0/0"), distances(trails, "0/0"), dead_ends(trails)
    close = close_pairs(places[:90], 400.0)
    return sightings, placed, newcomers(kept, known), table, first_arrivals(kept), month_table(kept), walk, close
