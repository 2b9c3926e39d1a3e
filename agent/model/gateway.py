"""Any model LiteLLM knows, and any OpenAI-compatible endpoint, behind the Model protocol.

LiteLLM is imported at the first request and never before: it takes seconds, and reads its environment at
import.
"""

from __future__ import annotations

import os
import random
import socket
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from perfagent.agent.model.failures import TRIES, Failure, classify
from perfagent.agent.model.protocol import Price, Reply, Request, Usage
from perfagent.agent.model.secrets import redacted, secrets_in
from perfagent.agent.model.wire import as_openai, read_reply
from perfagent.tools.errors import ModelError, ModelNoTools

_WAIT_MIN_S, _WAIT_MAX_S = 2.0, 60.0  # the first and the longest wait between attempts
_CONNECT_S = 5.0  # for the connection that `check` tries
_PATIENCE_S = 300.0  # an endpoint that asks for a longer wait is given up at once


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """How to reach a model.

    Attributes:
        model: a LiteLLM name (`anthropic/...`), or with `api_base` the name that endpoint knows.
        api_base: URL of an OpenAI-compatible endpoint, its `/v1` included.
        api_key: the key; when None, that of the environment. Never shown nor logged.
        timeout_s: seconds without a byte from the endpoint after which an attempt is cut.
        price: the price to reckon with when LiteLLM's table does not have the model.
    """

    model: str
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 180.0
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The clock and the dice of the waits between attempts, to be replaced in tests."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    random: random.Random = field(default_factory=random.Random)


class LiteLLMModel:
    """A model reached through LiteLLM; tries again what may pass, by the table in failures.py.

    Args:
        settings: which model, where, with what key.
        on_failed_attempt: told the kind of each attempt that failed; may raise to end the attempts.
        waiting: clock and randomness of the waits.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        *,
        on_failed_attempt: Callable[[str], None] | None = None,
        waiting: Waiting | None = None,
    ) -> None:
        self.settings = settings
        self._on_failed_attempt = on_failed_attempt
        self._waiting = waiting or Waiting()
        self._takes_tools = True

    @property
    def name(self) -> str:
        """The model's name as the user gave it."""
        return self.settings.model

    def complete(self, request: Request) -> Reply:
        """The model's answer; see Model.

        Raises:
            ModelError: one line and its remedy; ModelContextExceeded when the request is too long, ModelNoTools when it
                holds tools and the endpoint takes none.
        """
        if request.tools and not self._takes_tools:
            raise self._no_tools()
        litellm = load_litellm()
        try:
            return self._attempts(litellm, self._arguments(litellm, request))
        except _NoTools:
            self._takes_tools = False
            raise self._no_tools() from None

    def _no_tools(self) -> ModelNoTools:
        return ModelNoTools(f"{self.name} takes no tools", "write the calls in text")

    def check(self) -> None:
        """Notice without a request that the model cannot be addressed.

        Raises:
            ModelError: no key for its provider, no such provider, or nobody listens at `api_base`.
        """
        litellm = load_litellm()
        routed = _routed(litellm, self.settings)
        try:
            litellm.get_llm_provider(routed)
        except litellm.exceptions.BadRequestError:
            raise Failure("unknown_model", "no provider is known by that name").as_error(self.name) from None
        self._key(litellm, routed)
        refusal = _refusal(self.settings.api_base) if self.settings.api_base else ""
        if refusal:
            raise Failure("unreachable", refusal).as_error(self.name)

    def price(self) -> Price | None:
        """The model's price, None when neither the settings nor LiteLLM's table know it."""
        if self.settings.price is not None:
            return self.settings.price
        litellm = load_litellm()
        routed = _routed(litellm, self.settings)
        names = (self.settings.model, routed, routed.partition("/")[2])
        known: dict[str, Any] = next((litellm.model_cost[name] for name in names if name in litellm.model_cost), {})
        if known.get("input_cost_per_token") is None or known.get("output_cost_per_token") is None:
            return None
        return Price(
            input_usd=known["input_cost_per_token"],
            output_usd=known["output_cost_per_token"],
            cached_usd=known.get("cache_read_input_token_cost"),
        )

    def _arguments(self, litellm: Any, request: Request) -> dict[str, Any]:
        routed = _routed(litellm, self.settings)
        arguments: dict[str, Any] = {
            "model": routed,
            "messages": [as_openai(message) for message in request.messages],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "timeout": self.settings.timeout_s,
            "api_base": self.settings.api_base,
            "api_key": self._key(litellm, routed),
        }
        if request.tools:
            arguments["tools"] = [{"type": "function", "function": tool.model_dump()} for tool in request.tools]
        if "claude" in routed:
            # The provider caches a prefix only where it is told to: after the fixed part, and at the end.
            arguments["cache_control_injection_points"] = [
                {"location": "message", "role": "system"},
                {"location": "message", "index": -1},
            ]
        return {name: value for name, value in arguments.items() if value is not None}

    def _key(self, litellm: Any, routed: str) -> str | None:
        own = self.settings.api_key or os.environ.get("PERFAGENT_API_KEY")
        if own:
            return own
        if self.settings.api_base:
            # Local servers want no key, and the client wants one.
            return os.environ.get("OPENAI_API_KEY") or "none"
        missing = litellm.validate_environment(routed)["missing_keys"]
        if missing:
            raise Failure("no_key", " or ".join(missing)).as_error(self.name)
        return None

    def _attempts(self, litellm: Any, arguments: Mapping[str, Any]) -> Reply:
        """One request, tried again as the table in failures.py says; the only layer that retries."""
        import tenacity

        failures: list[Failure] = []

        def passing(error: BaseException) -> bool:
            if not isinstance(error, _Attempt):
                return False
            failures.append(error.failure)
            if self._on_failed_attempt is not None:
                self._on_failed_attempt(error.failure.kind)
            asked = error.failure.retry_after_s
            return len(failures) < TRIES[error.failure.kind] and (asked is None or asked <= _PATIENCE_S)

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(passing),
            wait=lambda state: self._wait_s(failures[-1], state.attempt_number),
            stop=tenacity.stop_after_attempt(max(TRIES.values())),
            sleep=self._waiting.sleep,
            reraise=True,
        )
        try:
            return retrying(self._attempt, litellm, arguments)
        except _Attempt as attempt:
            if attempt.failure.kind == "no_tools" and "tools" in arguments:
                raise _NoTools from None
            raise self._as_error(attempt.failure, len(failures)) from None

    def _as_error(self, failure: Failure, attempts: int) -> ModelError:
        error = failure.as_error(self.name)
        key = [self.settings.api_key] if self.settings.api_key else []
        message = redacted(error.message, [*key, *secrets_in(os.environ)])
        return type(error)(message + (f" after {attempts} attempts" if attempts > 1 else ""), error.remedy)

    def _wait_s(self, failure: Failure, attempt: int) -> float:
        """Seconds before the next attempt: as the endpoint asks, else doubling from 2 to 60 with jitter."""
        if failure.retry_after_s is not None:
            return failure.retry_after_s
        longest = min(_WAIT_MAX_S, _WAIT_MIN_S * 2**attempt)
        return self._waiting.random.uniform(max(_WAIT_MIN_S, longest / 2), longest)

    def _attempt(self, litellm: Any, arguments: Mapping[str, Any]) -> Reply:
        import httpx
        import openai

        began = time.monotonic()
        try:
            # drop_params: reasoning models refuse a temperature, some providers a seed.
            response = litellm.completion(**arguments, max_retries=0, drop_params=True)
        except (openai.OpenAIError, httpx.HTTPError, OSError, ValueError, LookupError) as error:
            # The last two: an answer so malformed that LiteLLM stumbles over it.
            raise _Attempt(classify(error, self._waiting.now())) from error
        if not getattr(response, "choices", None):
            raise _Attempt(Failure("server", "the answer holds no choices"))
        reply = read_reply(response)
        return reply.model_copy(
            update={
                "cost_usd": self._cost(response, reply.usage),
                "model": self.name,
                "latency_s": time.monotonic() - began,
            }
        )

    def _cost(self, response: Any, usage: Usage) -> float | None:
        if self.settings.price is not None:
            return self.settings.price.of(usage)
        cost = (getattr(response, "_hidden_params", None) or {}).get("response_cost")
        if cost or cost is None:
            return cast("float | None", cost)
        price = self.price()
        # A price of nothing is believed only when the table says so.
        return 0.0 if price is not None and price.of(usage) == 0 else None


class _Attempt(Exception):
    """An attempt that failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class _NoTools(Exception):
    """The endpoint rejects requests with tools."""


def load_litellm() -> Any:
    """LiteLLM, imported so that it fetches nothing, reads no `.env` and prints nothing."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    import litellm

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    return litellm


def _refusal(api_base: str) -> str:
    """Why no connection to an address can be opened at all; empty when one can, or a proxy stands between."""
    address = urllib.parse.urlsplit(api_base)
    host = address.hostname
    if not host or (address.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host)):
        return ""
    try:
        port = address.port or (443 if address.scheme == "https" else 80)
        socket.create_connection((host, port), timeout=_CONNECT_S).close()
    except TimeoutError:
        return ""  # slow is not away: the attempts have a patience of their own
    except (OSError, ValueError) as error:
        return f"{api_base}: {getattr(error, 'strerror', None) or error}"
    return ""


def _routed(litellm: Any, settings: GatewaySettings) -> str:
    """LiteLLM's name for the model: a bare name at an endpoint of the user's is an OpenAI-compatible one."""
    provider = settings.model.partition("/")[0] if "/" in settings.model else ""
    if settings.api_base and provider not in {str(getattr(known, "value", known)) for known in litellm.provider_list}:
        return f"openai/{settings.model}"
    return settings.model
