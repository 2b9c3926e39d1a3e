"""Several models behind one name, the next one asked when one fails for good."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

from perfagent.agent.model.protocol import Model, Reply, Request
from perfagent.tools.errors import ModelContextExceeded, ModelError, ModelNoTools

#: What does not heal while a run lasts: the key, the name and the account stay as they are.
LASTING = frozenset({"no_key", "auth", "unknown_model", "quota"})

#: What says something about one request and nothing about the next.
OF_ONE_REQUEST = frozenset({"policy", "request"})

#: Seconds after which a model that was down or overloaded is asked again.
REST_S = 300.0


class Standing:
    """Which models are known to fail, shared by all roles of a run. Safe under threads.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rests_until: dict[str, float] = {}
        self._told: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def awake(self, models: Sequence[Model]) -> list[Model]:
        """Those not known to fail, in order; all of them when every one is."""
        with self._lock:
            now = self._clock()
            return [m for m in models if self._rests_until.get(m.name, now) <= now] or list(models)

    def failed(self, model: str, reason: str) -> bool:
        """Note a failure; whether it is the first of this kind."""
        with self._lock:
            if reason not in OF_ONE_REQUEST:
                rest = float("inf") if reason in LASTING else REST_S
                self._rests_until[model] = self._clock() + rest
            known = (model, reason) in self._told
            self._told.add((model, reason))
            return not known


class FallbackModel:
    """Models in the order of preference. Safe under threads.

    A request that is too long for a model, or holds tools it does not take, goes to no other one: the conversation is
    made shorter instead, or the tools are explained in text. An answer in which the model itself declines is an answer;
    one that the provider's filter emptied is none.

    Args:
        models: at least one; the first gives the name.
        tell: told of a model, of the one asked in its place, and why, once for each model and kind of failure.
        standing: what is known of the models.
    """

    def __init__(
        self,
        models: Sequence[Model],
        tell: Callable[[str, str, str], None] = lambda *_: None,
        standing: Standing | None = None,
    ) -> None:
        self._models = tuple(models)
        self._tell = tell
        self._standing = standing or Standing()

    @property
    def name(self) -> str:
        """The preferred model's name."""
        return self._models[0].name

    def complete(self, request: Request) -> Reply:
        """The answer of the first model that has one; see Model."""
        awake = self._standing.awake(self._models)
        for model, following in pairwise(awake):
            try:
                reply = model.complete(request)
            except (ModelContextExceeded, ModelNoTools):
                raise
            except ModelError as error:
                self._pass_over(model, following, error.reason, error.message)
                continue
            if not _filtered(reply):
                return reply
            self._pass_over(model, following, "policy", f"the provider's filter emptied the answer of {model.name}")
        return awake[-1].complete(request)

    def _pass_over(self, model: Model, following: Model, reason: str, message: str) -> None:
        if self._standing.failed(model.name, reason):
            self._tell(model.name, following.name, message)


def _filtered(reply: Reply) -> bool:
    return reply.finish_reason == "refusal" and not reply.text and not reply.tool_calls
