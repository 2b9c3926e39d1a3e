"""How a model is reached, and how long one waits for it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from perfagent.agent.model.protocol import Price

ReasoningEffort = Literal["minimal", "low", "medium", "high"]
PromptCache = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """How to reach a model.

    Attributes:
        model: a LiteLLM name (`anthropic/...`), or with `api_base` the name that endpoint knows.
        api_base: URL of an OpenAI-compatible endpoint, its `/v1` included.
        api_key: the key; when None, that of the environment. Never shown nor logged.
        timeout_s: seconds without a byte from the endpoint after which an attempt is cut.
        attempt_s: seconds after which it is cut even if bytes still come.
        price: the price to reckon with when LiteLLM's table does not have the model.
        main: whether PERFAGENT_API_KEY is this model's.
        reasoning_effort: handed to models that take one.
        prompt_cache: whether to mark what the provider shall cache; auto marks for the models that need marks.
    """

    model: str
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 180.0
    attempt_s: float = 1200.0
    price: Price | None = None
    main: bool = True
    reasoning_effort: ReasoningEffort | None = None
    prompt_cache: PromptCache = "auto"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The clock and the dice of the waits between attempts, to be replaced in tests, and what ends them."""

    sleep: Callable[[float], None] | None = None
    now: Callable[[], float] = time.time
    random: random.Random = field(default_factory=random.Random)
    interrupted: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float) -> None:
        """Wait so long.

        Raises:
            KeyboardInterrupt: the user asked to stop.
        """
        if self.sleep is not None:
            if seconds > 0:
                self.sleep(seconds)
        elif self.interrupted.wait(seconds):
            raise KeyboardInterrupt
