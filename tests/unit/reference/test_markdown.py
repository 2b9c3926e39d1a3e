"""Pieces of Markdown."""

import pytest

from perfagent.reference.markdown import attributes, code, sentence, table

DOCSTRING = """What it is.

    Attributes:
        one: the first,
            told on two lines.
        two, three: both of them.

    Raises:
        ValueError: not of interest here.
    """


def test_a_docstring_says_of_each_name_what_it_is() -> None:
    told = attributes(DOCSTRING)
    assert told == {"one": "the first, told on two lines.", "two": "both of them.", "three": "both of them."}


def test_a_docstring_without_attributes_says_nothing() -> None:
    assert attributes("One line.") == {}


def test_bars_in_a_cell_do_not_end_it() -> None:
    assert table(("a",), [("x | y",)]).splitlines()[-1] == "| x \\| y |"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("plain words", "Plain words."),
        ("script:FILE stays", "script:FILE stays."),
        ("number: more", "Number: more."),
        ("Ended!", "Ended!"),
        ("", ""),
    ],
)
def test_a_sentence_begins_with_a_capital_and_ends(text: str, told: str) -> None:
    assert sentence(text) == told


def test_code_may_hold_backticks() -> None:
    assert code("a`b") == "`` a`b ``"
