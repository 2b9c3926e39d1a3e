"""What is spent is gone, and what did not fit is named."""

from perfagent.agent.telling.budget import Budget


def test_what_fits_is_paid_for() -> None:
    budget = Budget(10)
    assert [budget.fits("callers", "12345678"), budget.fits("hints", "123"), budget.fits("hints", "12")] == [
        True,
        False,
        True,
    ]
    assert (budget.left, budget.left_out) == (0, "Left out for length: hints (1).")


def test_a_text_is_cut_after_a_whole_line() -> None:
    budget = Budget(100)
    assert budget.cut("one\ntwo\nthree\nfour\n", 9, "f") == "one\ntwo\n[cut: 2 more lines of f]"
    assert budget.cut("short", 9, "f") == "short"


def test_nothing_is_shown_of_what_has_no_room() -> None:
    assert Budget(2).cut("one\ntwo", 9, "f") == ""
