"""The gateway over a real socket: every way an endpoint can answer, fail, stall or break off."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
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
    RecordedModel,
    Request,
    ToolCall,
    ToolSpec,
    Transcript,
    Usage,
    Waiting,
)
from perfagent.tools.errors import LimitExceeded, ModelContextExceeded, ModelError, ModelNoTools

KEY = "sk-a-key-never-to-be-seen"
TOOL = ToolSpec(name="look", description="Look.", parameters={"type": "object", "properties": {}})
REQUEST = Request(
    messages=(Message(role="system", content="s"), Message(role="user", content="hi")),
    tools=(TOOL,),
    max_tokens=64,
    temperature=0.2,
    seed=7,
)


@pytest.fixture
def waits() -> list[float]:
    """The seconds the gateway would have slept."""
    return []


@pytest.fixture
def gateway(scripted_server: Any, waits: list[float], monkeypatch: pytest.MonkeyPatch) -> Callable[..., LiteLLMModel]:
    """Makes a gateway to the scripted server that never really waits."""
    for name in ("PERFAGENT_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    def make(model: str = "test-model", **settings: Any) -> LiteLLMModel:
        merged = {"api_base": scripted_server.url, "api_key": KEY, "timeout_s": 20.0} | settings
        return LiteLLMModel(GatewaySettings(model, **merged), waiting=Waiting(sleep=waits.append, random=Random(1)))

    return make


def failure(model: LiteLLMModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        model.complete(REQUEST)
    return caught.value


def test_text_usage_and_what_was_sent(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(scripted_server.text("hello"))
    reply = gateway().complete(REQUEST)
    assert (reply.text, reply.finish_reason, reply.model) == ("hello", "stop", "test-model")
    assert reply.usage == Usage(input_tokens=100, output_tokens=10, cached_tokens=40)
    (sent,) = scripted_server.requests
    assert (sent["model"], sent["max_tokens"], sent["temperature"], sent["seed"]) == (
        "test-model",
        64,
        0.2,
        7,
    )
    assert sent["tools"][0]["function"]["name"] == "look"
    assert scripted_server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_tool_calls_are_kept_as_sent(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(scripted_server.tools(("look", {"a": 1}), ("look", "{not json")))
    reply = gateway().complete(REQUEST)
    assert reply.finish_reason == "tool_calls"
    assert [call.arguments for call in reply.tool_calls] == ['{"a": 1}', "{not json"]


def test_a_conversation_with_broken_arguments_is_sent_as_json(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel]
) -> None:
    call = ToolCall(id="c", name="look", arguments="{not json")
    turns = (
        *REQUEST.messages,
        Message(role="assistant", tool_calls=(call,)),
        Message(role="tool", content="error", tool_call_id="c"),
    )
    scripted_server.script(scripted_server.text("ok"))
    gateway().complete(REQUEST.model_copy(update={"messages": turns}))
    sent = scripted_server.requests[0]["messages"]
    assert sent[2]["tool_calls"][0]["function"]["arguments"] == '{"not_json": "{not json"}'
    assert sent[3]["tool_call_id"] == "c"


@pytest.mark.parametrize(("finish", "reason"), [("length", "length"), ("content_filter", "refusal")])
def test_how_an_answer_ended(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], finish: str, reason: str
) -> None:
    scripted_server.script(scripted_server.text("x", finish))
    assert gateway().complete(REQUEST).finish_reason == reason


def test_a_refusal_is_no_empty_answer(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(scripted_server.refusal("I must not"))
    reply = gateway().complete(REQUEST)
    assert (reply.finish_reason, reply.text) == ("refusal", "I must not")


def test_retry_after_is_honoured(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], waits: list[float]
) -> None:
    busy = scripted_server.status(429, "slow down", {"retry-after": "7"})
    scripted_server.script(busy, scripted_server.text("now"))
    assert gateway().complete(REQUEST).text == "now"
    assert waits == [7.0]


def test_a_wait_beyond_patience_is_not_waited_for(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], waits: list[float]
) -> None:
    scripted_server.script(scripted_server.status(429, "tomorrow", {"retry-after": "Fri, 21 Oct 2099 07:28:00 GMT"}))
    assert "rate limited" in failure(gateway()).message
    assert waits == []


def test_what_may_pass_is_tried_six_times(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], waits: list[float]
) -> None:
    scripted_server.script(*[scripted_server.status(500, "boom")] * 7)
    assert "after 6 attempts" in failure(gateway()).message
    assert len(scripted_server.requests) == 6
    assert all(2 <= wait <= 60 for wait in waits)
    assert waits == sorted(waits)


@pytest.mark.parametrize("kind", ["cut", "stall", "empty", "html"])
def test_a_broken_connection_a_stall_and_nonsense_are_tried_again(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], kind: str
) -> None:
    good = scripted_server.text("there")
    broken = {
        "cut": scripted_server.cut(),
        "stall": scripted_server.stall(30),
        "empty": type(good)({"choices": []}),
        "html": type(good)("<html>"),
    }
    scripted_server.script(broken[kind], good)
    assert gateway(timeout_s=3.0 if kind == "stall" else 20.0).complete(REQUEST).text == "there"
    assert len(scripted_server.requests) == 2


@pytest.mark.parametrize(
    ("status", "text", "said"),
    [
        (400, "bad field", "rejects the request to test-model (bad field): check --model"),
        (401, "wrong", "refuses the API key for test-model (wrong): check the key"),
        (403, "forbidden", "refuses the API key for test-model"),
        (404, "no such model", "unknown model test-model (no such model): check --model"),
        (422, "unprocessable", "rejects the request"),
    ],
)
def test_what_cannot_pass_is_tried_once_and_named(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], status: int, text: str, said: str
) -> None:
    scripted_server.script(scripted_server.status(status, text))
    assert said in str(failure(gateway()))
    assert len(scripted_server.requests) == 1


def test_a_used_up_quota_is_no_rate_limit(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(scripted_server.status(429, "pay first", kind="insufficient_quota"))
    assert "quota for test-model is used up" in failure(gateway()).message


def test_a_context_too_long_has_its_own_error(scripted_server: Any, gateway: Callable[..., LiteLLMModel]) -> None:
    scripted_server.script(scripted_server.status(400, "This model's maximum context length is 4096 tokens."))
    with pytest.raises(ModelContextExceeded):
        gateway().complete(REQUEST)


def test_an_endpoint_without_tools_says_so_and_is_not_asked_with_any_again(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel]
) -> None:
    refused = scripted_server.status(400, "test-model does not support tools")
    scripted_server.script(refused, scripted_server.text("one"), scripted_server.text("two"))
    model = gateway()
    for _ in range(2):
        with pytest.raises(ModelNoTools, match="cannot call tools"):
            model.complete(REQUEST)
    plain = REQUEST.model_copy(update={"tools": ()})
    assert [model.complete(plain).text, model.complete(plain).text] == ["one", "two"]
    assert ["tools" in sent for sent in scripted_server.requests] == [True, False, False]


def test_an_endpoint_that_is_not_there(gateway: Callable[..., LiteLLMModel], waits: list[float]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        error = failure(gateway(api_base=url))
    assert "cannot be reached" in error.message
    assert error.remedy == "check --api-base and that the server runs"
    assert len(waits) == 2


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("local", "local"),
        ("org/local", "org/local"),
        ("openai/local", "local"),
        ("hosted_vllm/local", "local"),
    ],
)
def test_names_without_provider_are_openai_compatible(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], model: str, sent: str
) -> None:
    scripted_server.script(scripted_server.text("x"))
    gateway(model).complete(REQUEST)
    assert scripted_server.requests[0]["model"] == sent


@pytest.mark.parametrize(
    ("environment", "key"),
    [({}, "none"), ({"OPENAI_API_KEY": "o"}, "o"), ({"OPENAI_API_KEY": "o", "PERFAGENT_API_KEY": "p"}, "p")],
)
def test_the_key_of_an_endpoint_comes_from_the_environment(
    scripted_server: Any,
    gateway: Callable[..., LiteLLMModel],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    key: str,
) -> None:
    model = gateway(api_key=None)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    scripted_server.script(scripted_server.text("x"))
    model.complete(REQUEST)
    assert scripted_server.headers[0]["authorization"] == f"Bearer {key}"


def test_a_provider_without_its_key_is_named(
    gateway: Callable[..., LiteLLMModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    error = failure(gateway("anthropic/claude-x", api_base=None, api_key=None))
    assert error.message == "no API key for anthropic/claude-x (ANTHROPIC_API_KEY)"


def test_a_name_nobody_knows(gateway: Callable[..., LiteLLMModel]) -> None:
    assert "unknown model nonsense" in failure(gateway("nonsense", api_base=None)).message


def test_an_unknown_price_is_none_and_a_given_one_counts(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel]
) -> None:
    scripted_server.script(*[scripted_server.text("x")] * 3)
    price = Price(input_usd=1e-6, output_usd=1e-5, cached_usd=5e-7)
    assert gateway().complete(REQUEST).cost_usd is None
    assert gateway(price=price).complete(REQUEST).cost_usd == pytest.approx(60e-6 + 40 * 5e-7 + 10e-5)
    assert gateway("openai/gpt-4o").complete(REQUEST).cost_usd == pytest.approx(0.0003)


def test_every_attempt_is_counted_and_stops_at_the_limit(scripted_server: Any) -> None:
    ledger = CostLedger(Limits(max_calls=3))
    waiting = Waiting(sleep=lambda _: None)
    settings = GatewaySettings("test-model", scripted_server.url, KEY)
    model = LiteLLMModel(settings, attempts=ledger, waiting=waiting)
    scripted_server.script(*[scripted_server.status(503, "later")] * 6)
    with pytest.raises(LimitExceeded, match="calls"):
        Metered(model, ledger, model.price).complete(REQUEST)
    assert (ledger.totals().failed_attempts, len(scripted_server.requests)) == (3, 3)


def test_the_key_is_in_no_error_transcript_or_setting_shown(
    scripted_server: Any, gateway: Callable[..., LiteLLMModel], tmp_path: Path
) -> None:
    scripted_server.script(scripted_server.text(f"echo {KEY}"), scripted_server.status(401, f"bad key {KEY}"))
    model = gateway()
    transcript = Transcript(tmp_path / "t.jsonl", secrets=[KEY])
    RecordedModel(model, transcript).complete(REQUEST)
    assert KEY not in transcript.path.read_text()
    assert "bad key [secret]" in failure(model).message
    assert KEY not in repr(model.settings)


@pytest.mark.parametrize("status", [400, 401, 429, 500])
@pytest.mark.parametrize("before", [0, 280])
def test_keys_of_the_environment_in_an_error_are_neither_told_nor_logged(
    scripted_server: Any,
    gateway: Callable[..., LiteLLMModel],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    status: int,
    before: int,
) -> None:
    other = "sk-another-key-of-the-user"
    monkeypatch.setenv("ANTHROPIC_API_KEY", other)
    # Behind so many characters the line is cut within the key, of which no part may stay either.
    scripted_server.respond = lambda _: scripted_server.status(status, f"{'x' * before} you sent {KEY} and {other}")
    with caplog.at_level(0):
        told = str(failure(gateway()))
    seen = told + caplog.text + "".join(capfd.readouterr())
    assert KEY[:12] not in seen
    assert other[:12] not in seen
