"""Reading what valgrind says."""

from __future__ import annotations

import pytest

from perfagent.tools.errors import WorkloadError
from perfagent.tools.profile.instructions import instructions_in

SAID = "==7== I   refs:      99\nhello\n==8== \n==8== I   refs:      1,017,428,361\n"


def test_valgrinds_last_word_counts() -> None:
    assert instructions_in(SAID) == 1_017_428_361


@pytest.mark.parametrize("output", ["", "I refs: 5 said the program", "==8== D   refs: 17"])
def test_other_numbers_are_no_instructions(output: str) -> None:
    with pytest.raises(WorkloadError, match="no number"):
        instructions_in(output)
