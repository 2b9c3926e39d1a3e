"""The constants' page holds each with its value and reason."""

import pytest

from perfagent.reference.constants import Constant, constants, page
from perfagent.tools.measure import constants as numbers

SOURCE = '''
# --- a section ------------
ONE: Final = 0.5
"""Why it is so."""
'''


def test_a_constant_is_read_with_its_section_and_reason() -> None:
    assert list(constants(SOURCE)) == [Constant("ONE", "0.5", "a section", "Why it is so.")]


def test_a_constant_without_a_reason_is_an_error() -> None:
    with pytest.raises(ValueError, match="TWO has no reason"):
        list(constants(f"{SOURCE}TWO: Final = 2\n"))


def test_every_number_that_decides_is_on_the_page() -> None:
    text = page()
    names = [name for name in vars(numbers) if name.isupper()]
    assert len(names) > 40
    assert all(f"`{name}` = " in text for name in names)
