"""Any model LiteLLM knows, and any OpenAI-compatible endpoint, behind the Model protocol.

LiteLLM is imported at the first request and never before: it takes seconds, and reads its environment at
import.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any, cast

from perfagent.agent.model.attempt import AttemptTooLong, Line, bounded
from perfagent.agent.model.endpoints import refusal, routed
from perfagent.agent.model.failures import TRIES, Failure, Kind, classify
from perfagent.agent.model.gateway_settings import GatewaySettings, Waiting
from perfagent.agent.model.library import arguments_of, key_for, load_litellm, takes_effort
from perfagent.agent.model.metered import Attempts
from perfagent.agent.model.protocol import CHARACTERS_PER_TOKEN, Price, Reply, Request, Usage, estimate_tokens
from perfagent.agent.model.secrets import secrets_in
from perfagent.agent.model.stream import NoStream, StreamBroken, streamed
from perfagent.agent.model.wire import read_reply
from perfagent.tools.errors import LimitExceeded, ModelError

_WAIT_MIN_S, _WAIT_MAX_S = 2.0, 60.0  # the first and the longest wait between attempts
_PATIENCE_S = 300.0  # an endpoint that asks for a longer wait is given up at once

#: Failures that say what requests must do without from then on. Of tools the asker must know, who has to explain them
#: in text instead.
_WITHOUT: dict[Kind, str] = {"no_tools": "tools", "no_stream": "stream", "no_effort": "effort"}


class _Unlimited:
    """Nobody counts the attempts."""

    def failed_attempt(self, kind: str, part: Usage | None = None, usd: float | None = None) -> None: ...

    def next_attempt(self) -> None: ...

    def seconds_left(self) -> float | None:
        return None


class LiteLLMModel:
    """A model reached through LiteLLM; tries again what may pass, by the table in failures.py.

    Args:
        settings: which model, where, with what key.
        attempts: is told of every attempt and may end them.
        waiting: clock and randomness of the waits.
        say: shows the user what is done differently from what was asked, once.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        *,
        attempts: Attempts | None = None,
        waiting: Waiting | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.settings = settings
        self._attempts: Attempts = attempts or _Unlimited()
        self._waiting = waiting or Waiting()
        self._say = say
        self._without: set[str] = set()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model's name as the user gave it."""
        return self.settings.model

    def complete(self, request: Request) -> Reply:
        """The model's answer; see Model.

        Raises:
            ModelError: one line and its remedy; ModelContextExceeded when the request is too long, ModelNoTools when it
                holds tools and the endpoint takes none.
            LimitExceeded: who counts the attempts allows no more of them.
            KeyboardInterrupt: the user asked to stop.
        """
        import tenacity

        if request.tools and "tools" in self._without:
            raise Failure("no_tools", "").as_error(self.name)
        litellm, failures = load_litellm(), list[Failure]()
        self._mind_effort(litellm)
        retrying = tenacity.Retrying(
            before=lambda _: self._attempts.next_attempt(),
            retry=tenacity.retry_if_exception(lambda error: self._goes_on(error, request, failures)),
            wait=lambda _: self._wait_s(failures),
            sleep=self._waiting.wait,
            reraise=True,
        )
        try:
            reply = retrying(self._attempt, litellm, request)
        except _Attempt as attempt:
            raise self._as_error(attempt.failure, len(_counted(failures))) from None
        return reply.model_copy(update={"failed_attempts": len(failures)})

    def check(self) -> None:
        """Notice without a request that the model cannot be addressed.

        Raises:
            ModelError: no key for its provider, no such provider, or nobody listens at `api_base`.
        """
        base = self.settings.api_base
        if base is None:
            litellm = load_litellm()
            try:
                litellm.get_llm_provider(self.name)
            except litellm.exceptions.BadRequestError:
                raise Failure("unknown_model", "no provider is known by that name").as_error(self.name) from None
            key_for(litellm, self.settings, self.name)
        elif away := refusal(base):
            raise Failure("unreachable", away).as_error(self.name)

    def price(self) -> Price | None:
        """The model's price, None when neither the settings nor LiteLLM's table know it."""
        if self.settings.price is not None:
            return self.settings.price
        litellm = load_litellm()
        long = routed(litellm, self.name, self.settings.api_base)
        names = (self.name, long, long.partition("/")[2])
        known: dict[str, Any] = next((litellm.model_cost[name] for name in names if name in litellm.model_cost), {})
        if known.get("input_cost_per_token") is None or known.get("output_cost_per_token") is None:
            return None
        return Price(
            input_usd=known["input_cost_per_token"],
            output_usd=known["output_cost_per_token"],
            cached_usd=known.get("cache_read_input_token_cost"),
        )

    def _mind_effort(self, litellm: Any) -> None:
        if (
            self.settings.reasoning_effort
            and "effort" not in self._without
            and not takes_effort(litellm, self.settings)
        ):
            self._do_without("effort")

    def _do_without(self, feature: str) -> None:
        """Leave a feature out from now on."""
        with self._lock:
            known = feature in self._without
            self._without.add(feature)
        if feature == "effort" and not known:
            self._say(f"{self.name} takes no --reasoning-effort: it is asked without")

    def _goes_on(self, error: BaseException, request: Request, failures: list[Failure]) -> bool:
        """Count a failed attempt; whether there is a further one, as it was or without a feature this one had.

        Raises:
            LimitExceeded: there may be none.
        """
        if not isinstance(error, _Attempt):
            return False
        failure = error.failure
        failures.append(failure)
        again = self._worth_another(error, failures)
        part = _part(request, error.characters)
        price = self.price() if part else None
        try:
            self._attempts.failed_attempt(failure.kind, part, price.of(part) if part and price else None)
        except LimitExceeded:
            if again:
                raise
        return again

    def _worth_another(self, attempt: _Attempt, failures: list[Failure]) -> bool:
        kind, asked = attempt.failure.kind, attempt.failure.retry_after_s
        if kind in _WITHOUT:
            if _WITHOUT[kind] not in attempt.had:
                return False
            self._do_without(_WITHOUT[kind])
            return kind != "no_tools"
        return len(_counted(failures)) < TRIES[kind] and (asked is None or asked <= _PATIENCE_S)

    def _as_error(self, failure: Failure, attempts: int) -> ModelError:
        error = failure.as_error(self.name)
        told = f" after {attempts} attempts" if attempts > 1 else ""
        return type(error)(error.message + told, error.remedy, error.reason)

    def _wait_s(self, failures: list[Failure]) -> float:
        """Seconds before the next attempt: as the endpoint asks, else doubling from 2 to 60 with jitter."""
        failure, left = failures[-1], self._attempts.seconds_left()
        if failure.kind in _WITHOUT:
            return 0.0
        wait = failure.retry_after_s
        if wait is None:
            longest = min(_WAIT_MAX_S, _WAIT_MIN_S * 2.0 ** len(_counted(failures)))
            wait = self._waiting.random.uniform(max(_WAIT_MIN_S, longest / 2), longest)
        return wait if left is None else min(wait, left)

    def _attempt(self, litellm: Any, request: Request) -> Reply:
        """One request; the only place from which one is sent."""
        import httpx
        import openai

        began, line, without = time.monotonic(), Line(), frozenset(self._without)
        arguments = arguments_of(litellm, self.settings, request, without)
        left = self._attempts.seconds_left()
        limit_s = self.settings.attempt_s if left is None else min(left, self.settings.attempt_s)
        try:
            response = bounded(
                lambda line: _asked(litellm, arguments, None if "stream" in without else line),
                line,
                limit_s,
                self._waiting.interrupted,
            )
        except AttemptTooLong:
            failure = Failure("timeout", f"no whole answer within {limit_s:.3g} s")
        except StreamBroken as error:
            failure = Failure("cut", str(error))
        except NoStream as error:
            failure = Failure("no_stream", str(error))
        except (openai.OpenAIError, httpx.HTTPError, OSError, ValueError, LookupError) as error:
            # The last two: an answer so malformed that LiteLLM stumbles over it.
            failure = classify(error, self._waiting.now())
        else:
            if getattr(response, "choices", None):
                return self._reply(response, time.monotonic() - began)
            failure = Failure("server", "the answer holds no choices")
        had = {"tools", "stream", "effort"} - without
        if "tools" not in arguments:
            had -= {"tools"}
        if "reasoning_effort" not in arguments:
            had -= {"effort"}
        raise _Attempt(failure.without(self._secrets()), line.characters, frozenset(had))

    def _reply(self, response: Any, latency_s: float) -> Reply:
        reply = read_reply(response)
        cost = self._cost(response, reply.usage)
        return reply.model_copy(update={"cost_usd": cost, "model": self.name, "latency_s": latency_s})

    def _secrets(self) -> list[str]:
        return [*([self.settings.api_key] if self.settings.api_key else []), *secrets_in(os.environ)]

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
    """An attempt that failed after so many characters of an answer, and the features it had."""

    def __init__(self, failure: Failure, characters: int, had: frozenset[str]) -> None:
        super().__init__(failure.detail)
        self.failure = failure
        self.characters = characters
        self.had = had


def _asked(litellm: Any, arguments: dict[str, Any], line: Line | None) -> Any:
    """The completion, as a stream on a line, or whole without one."""
    # drop_params: reasoning models refuse a temperature, some providers a seed.
    sent = {**arguments, "max_retries": 0, "drop_params": True}
    return litellm.completion(**sent) if line is None else streamed(litellm, sent, line)


def _counted(failures: list[Failure]) -> list[Failure]:
    """Those that were failures of the endpoint, and no lesson about what it can do."""
    return [failure for failure in failures if failure.kind not in _WITHOUT]


def _part(request: Request, characters: int) -> Usage | None:
    """What an answer that broke off has cost by estimate; None when nothing of it came."""
    if not characters:
        return None
    asked = estimate_tokens(request.messages, request.tools)
    return Usage(input_tokens=asked, output_tokens=min(request.max_tokens, characters // CHARACTERS_PER_TOKEN + 1))
