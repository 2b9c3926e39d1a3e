"""Limits under eight threads over a real socket, with attempts that fail in mid-flight."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from perfagent.agent.model import (
    CostLedger,
    GatewaySettings,
    Limits,
    LiteLLMModel,
    Message,
    Metered,
    Price,
    Request,
    Waiting,
)
from perfagent.tools.errors import LimitExceeded, ModelError

REQUEST = Request(messages=(Message(role="user", content="x" * 600),), max_tokens=20)
PRICE = Price(input_usd=1e-3, output_usd=1e-2)


@pytest.fixture
def troubled(scripted_server: Any) -> Any:
    """An endpoint that fails two requests of five: one at once, one in the middle of its answer."""
    numbers = itertools.count()
    half = type(scripted_server.text(""))(events=(scripted_server.event({"content": "x" * 30}),))
    kinds: Sequence[Any] = [scripted_server.text("x"), scripted_server.status(500, "boom"), half, *[None] * 2]

    def respond(_: dict[str, Any]) -> Any:
        return kinds[next(numbers) % 5] or scripted_server.text("x")

    scripted_server.respond = respond
    return scripted_server


def ask_all(ledger: CostLedger, server: Any) -> Counter[str]:
    """Forty requests by eight threads; how they ended."""
    quick = Waiting(sleep=lambda _: None, random=Random(1))
    settings = GatewaySettings("m", server.url, "k", price=PRICE)
    # Eight threads at once would open a client each, of which LiteLLM keeps one and drops the others unclosed.
    respond, server.respond = server.respond, lambda _: server.text("warm")
    LiteLLMModel(settings).complete(REQUEST)
    server.requests.clear()
    server.respond = respond
    inner = LiteLLMModel(settings, attempts=ledger, waiting=quick)
    model = Metered(inner, ledger, inner.price, role="editor")

    def ask(_: int) -> str:
        try:
            return model.complete(REQUEST).text
        except LimitExceeded as error:
            return error.kind
        except ModelError:
            return "failed"

    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(ask, range(40)))


@pytest.mark.parametrize(
    ("limits", "kind"),
    [(Limits(max_calls=23), "calls"), (Limits(max_tokens=4000), "tokens"), (Limits(max_usd=4.0), "cost")],
)
def test_no_limit_is_overstepped_while_attempts_fail(troubled: Any, limits: Limits, kind: str) -> None:
    ledger = CostLedger(limits)
    ends = ask_all(ledger, troubled)
    totals = ledger.totals()
    assert set(ends) <= {"x", kind, "failed"}
    assert ends["x"] == totals.calls > 3
    assert totals.failed_attempts > 1
    # An attempt may fail before the endpoint has read it.
    assert len(troubled.requests) <= totals.calls + totals.failed_attempts <= (limits.max_calls or 40 * 6)
    assert totals.tokens <= (limits.max_tokens or totals.tokens)
    assert totals.known_usd <= (limits.max_usd or totals.known_usd)


def test_no_call_is_under_way_when_the_time_is_over(scripted_server: Any) -> None:
    scripted_server.respond = lambda _: scripted_server.stall(100)
    ledger = CostLedger(Limits(max_wall_s=1.5))
    ends = ask_all(ledger, scripted_server)
    assert ends == {"time": 40}
    assert ledger.totals().wall_s < 30


def test_a_limit_with_room_lets_everything_through(scripted_server: Any) -> None:
    scripted_server.respond = lambda _: scripted_server.text("x")
    ledger = CostLedger(Limits(max_calls=1000, max_tokens=10**6, max_usd=1000.0, max_wall_s=1000.0))
    assert ask_all(ledger, scripted_server) == {"x": 40}
    (only,) = ledger.totals().models.values()
    assert (only.calls, only.roles, only.usd) == (40, ("editor",), ledger.totals().usd)
