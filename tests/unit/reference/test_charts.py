"""The charts are drawn from measured figures, in the page's own colours."""

import re
from xml.etree import ElementTree

import pytest

from perfagent.reference.charts import CHARTS, COLOURS, acceptance, blocked_gains, chart


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_one_line_of_sound_markup_with_a_name(name: str) -> None:
    drawn = chart(name)
    assert "\n" not in drawn
    picture = ElementTree.fromstring(drawn)[0]
    assert picture.get("role") == "img"
    assert picture.get("aria-label")


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_has_no_colour_but_the_page_s(name: str) -> None:
    drawn = chart(name)
    assert not any(colour in drawn for colour in COLOURS)
    assert set(re.findall(r"(?:fill|stroke)=\"(#[0-9a-f]+)\"", drawn)) == set()


def test_a_table_of_error_rates_is_read_as_it_stands() -> None:
    rates = acceptance("## CPU time: accepted, percent")
    assert set(map(len, rates.values())) == {7}
    assert rates["perfagent"][0] <= 1


def test_a_table_that_is_not_there_is_told() -> None:
    with pytest.raises(LookupError, match="no such heading"):
        acceptance("## no such heading")


def test_three_before_and_three_after_make_one_gain() -> None:
    assert list(blocked_gains([2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 9.0])) == [100.0]
