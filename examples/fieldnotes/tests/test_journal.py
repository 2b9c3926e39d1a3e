import datetime

import pytest

from fieldnotes import JournalError, Sighting, read_journal, write_journal
from fieldnotes.journal import read_day

JOURNAL = """\
# spring walk
2024-04-12 @ North Cliff
  razorbill 14
  puffin 3 two of them carrying fish,
    one asleep

  B.L. Kittiwake ~200
3 May 2024 @ Mill Pond
  coot (ad) 2
"""


@pytest.mark.parametrize("written", ["2024-04-02", "2 Apr 2024", "02 april 2024", "2 Apr. 2024"])
def test_a_day_can_be_written_in_several_ways(written):
    assert read_day(written) == datetime.date(2024, 4, 2)


def test_sightings_come_in_the_order_they_were_written():
    assert [s.species for s in read_journal(JOURNAL)] == ["razorbill", "puffin", "kittiwake", "coot"]


def test_a_sighting_has_the_day_and_place_of_its_visit():
    last = read_journal(JOURNAL)[-1]
    assert (last.day, last.place) == (datetime.date(2024, 5, 3), "Mill Pond")


def test_a_note_goes_on_over_deeper_lines():
    assert read_journal(JOURNAL)[1].note == "two of them carrying fish, one asleep"


def test_a_tilde_marks_an_estimate():
    assert [(s.count, s.estimated) for s in read_journal(JOURNAL)[1:3]] == [(3, False), (200, True)]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing seen\n", "2024-04-12 @ North Cliff\n"])
def test_a_journal_may_hold_no_sighting(text):
    assert read_journal(text) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("  puffin 3\n", "before any visit"),
        ("2024-04-12 North Cliff\n", "a day and a place"),
        ("2024-04-12 @ \n", "a day and a place"),
        ("2024-04-31 @ Quay\n", "no such day: '2024-04-31'"),
        ("3 Foo 2024 @ Quay\n", "no such day: '3 Foo 2024'"),
        ("2024-04-12 @ Quay\n  puffin\n", "a species and a count"),
    ],
)
def test_what_cannot_be_read_is_named(text, complaint):
    with pytest.raises(JournalError, match=complaint):
        read_journal(text)


def test_what_is_written_reads_back():
    sightings = read_journal(JOURNAL)
    assert read_journal(write_journal(sightings)) == sightings


def test_one_visit_is_written_once():
    day = datetime.date(2024, 4, 12)
    sightings = [Sighting(day, "Quay", "eider", 4, True), Sighting(day, "Quay", "shag", 1, note="on a post")]
    assert write_journal(sightings) == "2024-04-12 @ Quay\n  eider ~4\n  shag 1 on a post\n"


def test_nothing_is_written_for_nothing():
    assert write_journal([]) == ""
