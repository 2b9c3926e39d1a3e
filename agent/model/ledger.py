"""What the model has cost so far, and limits that hold even when several calls run at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydantic import BaseModel, ConfigDict

from perfagent.agent.model.protocol import Model, Price, Reply, Request, Usage, estimate_tokens
from perfagent.tools.errors import LimitExceeded, ModelError


class Limits(BaseModel):
    """What a run may use; None is no limit.

    Attributes:
        max_usd: money. With a model of unknown price it cannot hold: see `Metered`.
        max_tokens: input and output tokens together.
        max_calls: requests sent, failed attempts included.
        max_wall_s: seconds since the ledger was opened, those of resumed runs included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_usd: float | None = None
    max_tokens: int | None = None
    max_calls: int | None = None
    max_wall_s: float | None = None


class Totals(BaseModel):
    """What has been used.

    Attributes:
        known_usd: money spent on calls of known price.
        unpriced_calls: answered calls whose price is unknown.
        calls: answered calls.
        failed_attempts: attempts that failed, each of which may have been billed by the provider.
        wall_s: seconds since the ledger was opened, those of resumed runs included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    known_usd: float = 0.0
    unpriced_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    calls: int = 0
    failed_attempts: int = 0
    wall_s: float = 0.0

    @property
    def usd(self) -> float | None:
        """Money spent; None when the price of any call is unknown."""
        return None if self.unpriced_calls else self.known_usd

    @property
    def cost_text(self) -> str:
        """The money in words for people: `$0.0123`, or `unknown price`."""
        return "unknown price" if self.usd is None else f"${self.usd:.4f}"

    @property
    def tokens(self) -> int:
        """Input and output tokens together."""
        return self.input_tokens + self.output_tokens


class Reservation(BaseModel):
    """The most that a call may use: tokens, and USD (0 when the price is unknown)."""

    model_config = ConfigDict(frozen=True)

    tokens: int = 0
    usd: float = 0.0


class CostLedger:
    """Counts and limits; reserve before a call, settle after it. Safe under threads.

    Args:
        limits: what may be used in all.
        totals: what was used before, when a run is resumed.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        totals: Totals | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or Limits()
        self._totals = totals or Totals()
        self._clock = clock
        self._began = clock() - self._totals.wall_s
        self._open: list[Reservation] = []
        self._changed = threading.Condition()

    def totals(self) -> Totals:
        """What has been used until now; give it to the next ledger when the run is resumed."""
        with self._changed:
            return self._now()

    @contextmanager
    def reserved(self, most: Reservation) -> Iterator[Callable[[Usage, float | None], None]]:
        """Hold back the most a call may use while it runs; the yielded function settles what it did use.

        Waits while only the reservations of calls under way stand against this one. A block that ends without
        settling gives everything back.

        Raises:
            LimitExceeded: what is used leaves too little for this call.
        """
        self._reserve(most)
        try:
            yield self._settle
        finally:
            with self._changed:
                self._open.remove(most)
                self._changed.notify_all()

    def check(self) -> None:
        """Raise LimitExceeded when a limit is used up."""
        with self._changed:
            self._check(Reservation(), [])

    def failed_attempt(self, kind: str = "") -> None:
        """Count an attempt that failed in the way of `kind`; raise LimitExceeded when none may follow."""
        del kind
        with self._changed:
            self._totals = self._totals.model_copy(update={"failed_attempts": self._totals.failed_attempts + 1})
            self._check(Reservation(), [])

    def _reserve(self, most: Reservation) -> None:
        with self._changed:
            while True:
                # With nothing else under way a limit that is overstepped stays overstepped.
                self._check(most, [])
                try:
                    self._check(most, self._open)
                except LimitExceeded:
                    self._changed.wait(timeout=1.0)
                    continue
                self._open.append(most)
                return

    def _settle(self, usage: Usage, usd: float | None) -> None:
        with self._changed:
            before = self._totals
            self._totals = before.model_copy(
                update={
                    "known_usd": before.known_usd + (usd or 0.0),
                    "unpriced_calls": before.unpriced_calls + (usd is None),
                    "input_tokens": before.input_tokens + usage.input_tokens,
                    "output_tokens": before.output_tokens + usage.output_tokens,
                    "cached_tokens": before.cached_tokens + usage.cached_tokens,
                    "calls": before.calls + 1,
                }
            )

    def _now(self) -> Totals:
        return self._totals.model_copy(update={"wall_s": self._clock() - self._began})

    def _check(self, most: Reservation, under_way: list[Reservation]) -> None:
        now, limits = self._now(), self.limits
        held = [*under_way, most]
        calls = now.calls + now.failed_attempts + len(under_way)
        if limits.max_wall_s is not None and now.wall_s >= limits.max_wall_s:
            raise LimitExceeded("time", now.wall_s, limits.max_wall_s)
        if limits.max_calls is not None and calls >= limits.max_calls:
            raise LimitExceeded("calls", calls, limits.max_calls)
        if limits.max_tokens is not None and now.tokens + sum(one.tokens for one in held) > limits.max_tokens:
            raise LimitExceeded("tokens", now.tokens, limits.max_tokens)
        if limits.max_usd is not None and now.known_usd + sum(one.usd for one in held) > limits.max_usd:
            raise LimitExceeded("cost", now.known_usd, limits.max_usd)


class Metered:
    """A model whose every call goes through a ledger.

    Args:
        model: what answers.
        ledger: what counts and limits.
        price: gives the model's price, asked once at the first call; None when unknown. A limit on money then
            refuses every call unless `allow_unknown_price`.
    """

    def __init__(
        self,
        model: Model,
        ledger: CostLedger,
        price: Callable[[], Price | None],
        *,
        allow_unknown_price: bool = False,
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._price = price
        self._allow_unknown_price = allow_unknown_price

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._model.name

    def complete(self, request: Request) -> Reply:
        """The inner model's answer, reserved before and settled after; see Model."""
        with self._ledger.reserved(self._most(request)) as settle:
            reply = self._model.complete(request)
            settle(reply.usage, reply.cost_usd)
        return reply

    def _most(self, request: Request) -> Reservation:
        usage = Usage(input_tokens=estimate_tokens(request.messages, request.tools), output_tokens=request.max_tokens)
        price = self._price() if self._ledger.limits.max_usd is not None else None
        if price is None and self._ledger.limits.max_usd is not None and not self._allow_unknown_price:
            raise ModelError(
                f"the price of {self.name} is unknown, so the limit on cost cannot hold",
                "limit tokens instead, or allow an unknown price",
            )
        return Reservation(
            tokens=usage.input_tokens + usage.output_tokens, usd=0.0 if price is None else price.of(usage)
        )
