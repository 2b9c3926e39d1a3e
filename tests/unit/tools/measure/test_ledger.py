"""A run's alpha is never overspent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.tools.measure import ALPHA, AlphaLedger


@given(st.lists(st.booleans(), max_size=40))
def test_alpha_on_refused_candidates_never_exceeds_the_total(outcomes: list[bool]) -> None:
    """All useless candidates that may be accepted wrongly first: the refused ones and the one under way."""
    ledger = AlphaLedger()
    for number, accepted in enumerate(outcomes):
        ledger = ledger.reserve(f"c{number}").settle(accepted)
    spent = sum(entry.alpha for entry in ledger.entries if not entry.accepted)
    assert spent + ledger.next_alpha <= ALPHA + 1e-12


def test_an_acceptance_costs_nothing() -> None:
    refused = AlphaLedger().reserve("a").settle(False)
    accepted = AlphaLedger().reserve("a").settle(True)
    assert refused.next_alpha == pytest.approx(ALPHA / 6)
    assert accepted.next_alpha == pytest.approx(ALPHA / 6 + ALPHA / 2)


def test_an_interrupted_confirmation_stays_spent() -> None:
    ledger = AlphaLedger().reserve("a")
    assert AlphaLedger.model_validate_json(ledger.model_dump_json()) == ledger
    assert ledger.reserve("a").entries[1].alpha == pytest.approx(ALPHA / 6)


def test_nothing_is_settled_twice() -> None:
    with pytest.raises(ValueError, match="no confirmation is under way"):
        AlphaLedger().settle(True)
    with pytest.raises(ValueError, match="no confirmation is under way"):
        AlphaLedger().reserve("a").settle(True).settle(False)
