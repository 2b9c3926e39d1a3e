"""Streams over a real socket: put together again, cut where they do not end, and left where they are refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from perfagent.agent.model import (
    CostLedger,
    GatewaySettings,
    LiteLLMModel,
    Message,
    Metered,
    Request,
    ToolCall,
    ToolSpec,
    Usage,
    Waiting,
)
from perfagent.tools.errors import ModelError

REQUEST = Request(
    messages=(Message(role="user", content="hi"),),
    tools=(ToolSpec(name="look", description="Look.", parameters={"type": "object", "properties": {}}),),
    max_tokens=64,
)


@pytest.fixture
def gateway(scripted_server: Any) -> Callable[..., LiteLLMModel]:
    """Makes a gateway to the scripted server that never really waits between attempts."""

    def make(model: str = "test-model", waiting: Waiting | None = None, **settings: Any) -> LiteLLMModel:
        say = settings.pop("say", lambda _: None)
        merged = {"api_base": scripted_server.url, "api_key": "k", "timeout_s": 20.0} | settings
        quick = waiting or Waiting(sleep=lambda _: None, random=Random(1))
        return LiteLLMModel(GatewaySettings(model, **merged), waiting=quick, say=say)

    return make


def events(server: Any, *deltas: dict[str, Any], finish: str | None = "stop") -> Any:
    """An answer of these pieces; with `finish` None it just ends."""
    made = [server.event(delta) for delta in deltas]
    end = [server.event({}, finish), "data: [DONE]\n\n"] if finish else []
    return type(server.text(""))(events=tuple(made + end))


def test_a_stream_is_asked_for_with_its_usage(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(scripted_server.text("a longer answer in pieces"))
    reply = gateway().complete(REQUEST)
    (sent,) = scripted_server.requests
    assert (sent["stream"], sent["stream_options"]) == (True, {"include_usage": True})
    assert (reply.text, reply.finish_reason) == ("a longer answer in pieces", "stop")
    assert reply.usage == Usage(input_tokens=100, output_tokens=10, cached_tokens=40)


def test_calls_are_put_together_from_their_pieces(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(scripted_server.tools(("look", {"a": 1}), ("look", "{not json"), content="both"))
    reply = gateway().complete(REQUEST)
    assert (reply.text, reply.finish_reason) == ("both", "tool_calls")
    assert reply.tool_calls == (
        ToolCall(id="call_0", name="look", arguments='{"a": 1}'),
        ToolCall(id="call_1", name="look", arguments="{not json"),
    )


def test_a_refusal_is_read_to_its_end(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(scripted_server.refusal("I must not do what you ask"))
    reply = gateway().complete(REQUEST)
    assert (reply.finish_reason, reply.text) == ("refusal", "I must not do what you ask")


def test_usage_that_is_not_sent_is_estimated(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(events(scripted_server, {"content": "some words of an answer"}))
    usage = gateway().complete(REQUEST).usage
    assert usage.input_tokens > 0
    assert usage.output_tokens > 0


ERROR = 'data: {"error": {"message": "overloaded", "type": "server_error", "code": 500}}\n\n'


@pytest.mark.parametrize("way", ["ends", "error", "garbage", "cut"])
def test_a_stream_that_breaks_in_the_middle_is_tried_again(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], way: str
) -> None:
    server = scripted_server
    begun = server.event({"content": "half of it, "})
    answer = type(server.text(""))
    broken = {
        "ends": events(server, {"content": "half"}, finish=None),
        "error": answer(events=(begun, ERROR)),
        "garbage": answer(events=(begun, "data: {oops\n\n")),
        "cut": server.cut(),
    }
    server.script(broken[way], server.text("whole"))
    reply = gateway().complete(REQUEST)
    assert (reply.text, reply.failed_attempts, len(server.requests)) == ("whole", 1, 2)


def test_what_broke_off_counts_by_estimate(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(events(scripted_server, {"content": "x" * 90}, finish=None), scripted_server.text("whole"))
    ledger = CostLedger()
    inner = LiteLLMModel(gateway().settings, attempts=ledger, waiting=Waiting(sleep=lambda _: None))
    Metered(inner, ledger, inner.price, role="editor").complete(REQUEST)
    totals = ledger.totals()
    assert (totals.calls, totals.failed_attempts, totals.output_tokens) == (1, 1, 10 + 31)
    assert totals.input_tokens > 100
    assert totals.models["test-model"].failed_attempts == 1


def test_an_endpoint_that_drips_is_cut(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    whole = scripted_server.text("at last")
    scripted_server.script(type(whole)(whole.body, drip_s=0.05), whole)
    began = time.monotonic()
    assert gateway(timeout_s=5.0, attempt_s=1.0).complete(REQUEST).text == "at last"
    assert time.monotonic() - began < 10  # the whole drip would take minutes


def test_an_endpoint_that_only_drips_is_named(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    whole = scripted_server.text("never")
    scripted_server.respond = lambda _: type(whole)(whole.body, drip_s=0.05)
    with pytest.raises(ModelError, match=r"did not answer in time \(no whole answer within 0.3 s\) after 6 attempts"):
        gateway(attempt_s=0.3).complete(REQUEST)


@pytest.mark.parametrize("way", ["refused", "whole", "empty"])
def test_an_endpoint_that_cannot_stream_is_asked_for_the_whole(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], way: str
) -> None:
    server = scripted_server
    whole = server.text("one")
    first = {
        "refused": server.status(400, "stream is not supported here"),
        "whole": type(whole)(whole.body, whole=True),
        "empty": type(whole)(events=("data: [DONE]\n\n",)),
    }
    server.script(first[way], server.text("one"), server.text("two"))
    model = gateway()
    assert [model.complete(REQUEST).text, model.complete(REQUEST).text] == ["one", "two"]
    assert [sent.get("stream", False) for sent in server.requests] == [True, False, False]


@pytest.mark.parametrize("phase", ["stream", "wait"])
def test_a_wish_to_stop_ends_streams_and_waits_at_once(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], phase: str
) -> None:
    server, interrupted = scripted_server, threading.Event()
    busy = server.status(429, "slow down", {"retry-after": "200"})
    server.respond = lambda _: busy if phase == "wait" else server.stall(200)
    threading.Timer(0.5, interrupted.set).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        gateway(waiting=Waiting(interrupted=interrupted), timeout_s=300.0).complete(REQUEST)
    assert time.monotonic() - began < 20


def test_a_reasoning_effort_is_passed_through(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(scripted_server.text("x"))
    gateway(reasoning_effort="high").complete(REQUEST)
    assert scripted_server.requests[0]["reasoning_effort"] == "high"


def test_a_refused_reasoning_effort_is_left_out_and_told_once(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel]
) -> None:
    told: list[str] = []
    refused = scripted_server.status(400, "Unrecognized request argument: reasoning_effort")
    scripted_server.script(refused, scripted_server.text("one"), scripted_server.text("two"))
    model = gateway(reasoning_effort="low", say=told.append)
    assert [model.complete(REQUEST).text, model.complete(REQUEST).text] == ["one", "two"]
    assert ["reasoning_effort" in sent for sent in scripted_server.requests] == [True, False, False]
    assert told == ["test-model takes no --reasoning-effort: it is asked without"]


@pytest.mark.parametrize(
    ("model", "cache", "marked"),
    [("test-model", "auto", False), ("test-model", "on", True), ("claude-x", "auto", True), ("claude-x", "off", False)],
)
def test_what_is_cached_is_marked_where_it_is_wanted(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], model: str, cache: str, marked: bool
) -> None:
    scripted_server.script(scripted_server.text("x"))
    gateway(model, prompt_cache=cache).complete(REQUEST)
    assert ("cache_control" in str(scripted_server.requests[0]["messages"])) is marked
