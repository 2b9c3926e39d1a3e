"""Limits that hold, also under threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from perfagent.agent.model import (
    CostLedger,
    Limits,
    Message,
    Metered,
    Price,
    Reply,
    Request,
    Reservation,
    Totals,
    Usage,
)
from perfagent.tools.errors import LimitExceeded, ModelError

REQUEST = Request(messages=(Message(role="user", content="hello"),), max_tokens=100)


class Slow:
    """Answers after all threads had a chance to ask, and counts how many ask at once."""

    name = "slow"

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def complete(self, request: Request) -> Reply:
        assert request == REQUEST
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        threading.Event().wait(0.005)
        with self._lock:
            self.now -= 1
        return Reply(text="x", usage=Usage(input_tokens=20, output_tokens=100), cost_usd=0.1)


@pytest.mark.parametrize(
    ("limits", "kind"),
    [(Limits(max_tokens=1_000), "tokens"), (Limits(max_usd=0.75), "cost"), (Limits(max_calls=6), "calls")],
)
def test_limits_hold_under_eight_threads(limits: Limits, kind: str) -> None:
    ledger = CostLedger(limits)
    model = Metered(Slow(), ledger, lambda: Price(input_usd=0.0, output_usd=0.001))

    def ask(_: int) -> str:
        try:
            return model.complete(REQUEST).text
        except LimitExceeded as error:
            return error.kind

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(40)))
    totals = ledger.totals()
    assert set(answers) == {"x", kind}
    assert totals.calls == answers.count("x") >= 6
    assert totals.tokens <= (limits.max_tokens or totals.tokens)
    assert totals.known_usd <= (limits.max_usd or totals.known_usd)


def test_calls_run_side_by_side_while_the_limit_is_far() -> None:
    slow = Slow()
    model = Metered(slow, CostLedger(Limits(max_tokens=10**6)), lambda: None)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: model.complete(REQUEST), range(16)))
    assert slow.most > 1


def test_a_call_that_fails_gives_its_reservation_back(scripted: Callable[..., Any]) -> None:
    ledger = CostLedger(Limits(max_tokens=200))
    model = Metered(scripted(ModelError("down"), "up"), ledger, lambda: None)
    with pytest.raises(ModelError, match="down"):
        model.complete(REQUEST)
    assert model.complete(REQUEST).text == "up"
    assert ledger.totals().calls == 1


def test_the_worst_case_of_a_call_is_reserved(scripted: Callable[..., Any]) -> None:
    model = Metered(scripted("never"), CostLedger(Limits(max_tokens=99)), lambda: None)
    with pytest.raises(LimitExceeded, match="tokens"):
        model.complete(REQUEST)


def test_failed_attempts_count_as_calls() -> None:
    ledger = CostLedger(Limits(max_calls=2))
    ledger.failed_attempt("rate")
    with pytest.raises(LimitExceeded, match="calls"):
        ledger.failed_attempt("rate")
    assert ledger.totals().failed_attempts == 2


def test_time_counts_over_a_resumed_run() -> None:
    clock = iter([0.0, 50.0, 1000.0, 1049.0, 1051.0])
    first = CostLedger(Limits(max_wall_s=100), clock=lambda: next(clock))
    resumed = CostLedger(Limits(max_wall_s=100), first.totals(), clock=lambda: next(clock))
    resumed.check()
    with pytest.raises(LimitExceeded, match="time"):
        resumed.check()


def test_an_unknown_price_is_not_free() -> None:
    ledger = CostLedger()
    with ledger.reserved(Reservation()) as settle:
        settle(Usage(input_tokens=7), None)
    assert (ledger.totals().usd, ledger.totals().cost_text) == (None, "unknown price")


def test_a_limit_on_money_refuses_a_model_of_unknown_price(scripted: Callable[..., Any]) -> None:
    ledger = CostLedger(Limits(max_usd=1.0))
    with pytest.raises(ModelError, match="price of scripted is unknown"):
        Metered(scripted("x"), ledger, lambda: None).complete(REQUEST)
    assert Metered(scripted("x"), ledger, lambda: None, allow_unknown_price=True).complete(REQUEST).text == "x"


def test_totals_survive_json() -> None:
    totals = Totals(known_usd=0.25, input_tokens=5, calls=1, wall_s=3.5)
    assert Totals.model_validate_json(totals.model_dump_json()) == totals
    assert CostLedger(totals=totals, clock=lambda: 9.0).totals() == totals


def test_each_model_has_its_own_counts(scripted: Callable[..., Any]) -> None:
    ledger = CostLedger()
    dear, unpriced = scripted("a", "b"), scripted(Reply(text="c", usage=Usage(output_tokens=4)))
    unpriced.name = "unpriced"
    for role in ("planner", "editor"):
        Metered(dear, ledger, lambda: None, role=role).complete(REQUEST)
    Metered(unpriced, ledger, lambda: None, role="critic").complete(REQUEST)
    models = ledger.totals().models
    assert {name: (one.roles, one.calls, one.usd) for name, one in models.items()} == {
        "scripted": (("planner", "editor"), 2, 0.02),
        "unpriced": (("critic",), 1, None),
    }
    assert ledger.totals().usd is None


def test_a_failed_attempt_frees_what_it_held_until_the_next_one() -> None:
    ledger = CostLedger(Limits(max_tokens=100))
    with ledger.reserved(Reservation(tokens=60)) as settle:
        ledger.failed_attempt("cut", Usage(output_tokens=30), 0.1)
        ledger.next_attempt()
        settle(Usage(output_tokens=20), 0.2)
    totals = ledger.totals()
    assert (totals.tokens, totals.calls, totals.failed_attempts) == (50, 1, 1)
    assert totals.known_usd == pytest.approx(0.3)


def test_no_attempt_follows_when_what_was_lost_leaves_too_little() -> None:
    ledger = CostLedger(Limits(max_tokens=100))
    with ledger.reserved(Reservation(tokens=60)), pytest.raises(LimitExceeded, match="tokens"):
        ledger.failed_attempt("cut", Usage(output_tokens=50), None)
    assert ledger.totals().unpriced_calls == 1


def test_who_waits_for_others_can_be_stopped() -> None:
    interrupted = threading.Event()
    ledger = CostLedger(Limits(max_tokens=100), interrupted=interrupted)
    with ledger.reserved(Reservation(tokens=60)), ThreadPoolExecutor(1) as pool:

        def ask() -> None:
            with ledger.reserved(Reservation(tokens=60)):
                pass

        waiting = pool.submit(ask)
        interrupted.set()
        assert isinstance(waiting.exception(timeout=30), KeyboardInterrupt)


def test_the_end_of_the_search_ends_all_calls() -> None:
    ledger = CostLedger(time_left=lambda: 0.0)
    assert ledger.seconds_left() == 0.0
    with pytest.raises(LimitExceeded, match="time"):
        ledger.check()
