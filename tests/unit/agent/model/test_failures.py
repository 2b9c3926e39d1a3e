"""What a failure means, from the exceptions a provider's library raises."""

from __future__ import annotations

import httpx
import pytest

from perfagent.agent.model.failures import TRIES, classify
from perfagent.tools.errors import ModelContextExceeded

NOW_S = 1_792_567_680.0  # 2026-10-21 07:28:00 UTC


def answered(status: int, text: str = "no", headers: dict[str, str] | None = None) -> httpx.HTTPStatusError:
    request = httpx.Request("POST", "http://127.0.0.1/v1")
    return httpx.HTTPStatusError(text, request=request, response=httpx.Response(status, headers=headers))


@pytest.mark.parametrize(
    ("status", "kind", "again"),
    [
        (400, "request", False),
        (401, "auth", False),
        (403, "auth", False),
        (404, "unknown_model", False),
        (408, "timeout", True),
        (413, "context", False),
        (422, "request", False),
        (429, "rate", True),
        (500, "server", True),
        (503, "server", True),
        (529, "server", True),
    ],
)
def test_the_status_decides(status: int, kind: str, again: bool) -> None:
    failure = classify(answered(status), NOW_S)
    assert failure.kind == kind
    assert (TRIES[failure.kind] > 1) == again


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (400, "This model's maximum context length is 4096 tokens", "context"),
        (429, "You exceeded your current quota", "quota"),
        (400, "llama does not support tools", "no_tools"),
        (500, "Missing credentials. Please pass an api_key", "no_key"),
    ],
)
def test_some_texts_say_more_than_the_status(status: int, text: str, kind: str) -> None:
    assert classify(answered(status, text), NOW_S).kind == kind


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (httpx.ConnectError("refused"), "unreachable"),
        (ConnectionRefusedError(), "unreachable"),
        (httpx.RemoteProtocolError("peer closed"), "cut"),
        (ConnectionResetError(), "cut"),
        (httpx.ReadTimeout("slow"), "timeout"),
    ],
)
def test_the_cause_decides_over_the_class_it_is_wrapped_in(cause: Exception, kind: str) -> None:
    wrapped = answered(500)
    wrapped.__cause__ = cause
    assert classify(wrapped, NOW_S).kind == kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert classify(answered(429, headers=headers), NOW_S).retry_after_s == seconds


def test_a_context_failure_has_its_own_error() -> None:
    assert isinstance(classify(answered(413), NOW_S).as_error("m"), ModelContextExceeded)


def test_a_chain_that_bites_its_tail_ends() -> None:
    error = answered(500)
    error.__context__ = ValueError("x")
    error.__context__.__context__ = error
    assert classify(error, NOW_S).kind == "server"
