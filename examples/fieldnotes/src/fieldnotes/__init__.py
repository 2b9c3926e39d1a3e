"""Reads plain-text wildlife journals and answers questions about a season."""

from fieldnotes.journal import JournalError, read_journal, write_journal
from fieldnotes.names import canonical, place_code
from fieldnotes.nearby import close_pairs
from fieldnotes.records import Place, Sighting
from fieldnotes.select import between, by_species, drop_repeats, newcomers, with_places
from fieldnotes.summary import first_arrivals, month_table, render_table, totals_by_place
from fieldnotes.trails import distances, walking_order

__all__ = [
    "JournalError",
    "Place",
    "Sighting",
    "between",
    "by_species",
    "canonical",
    "close_pairs",
    "distances",
    "drop_repeats",
    "first_arrivals",
    "month_table",
    "newcomers",
    "place_code",
    "read_journal",
    "render_table",
    "totals_by_place",
    "walking_order",
    "with_places",
    "write_journal",
]
