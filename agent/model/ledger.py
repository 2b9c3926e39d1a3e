"""What the models have cost so far, and limits that hold even when several calls run at once.

Nothing is sent that is not held back before: a call reserves the most that one attempt of it may use, gives that back
when the attempt fails, and reserves anew before the next one. So attempts and answers together never overstep a limit,
however many calls run side by side, as long as no provider reports more than was asked for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from perfagent.agent.model.protocol import Usage
from perfagent.tools.errors import LimitExceeded

_LOOK_S = 0.2  # how often a call that waits for others looks whether the user wants to stop


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


class _Counts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    known_usd: float = 0.0
    unpriced_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    calls: int = 0
    failed_attempts: int = 0

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


_C = TypeVar("_C", bound=_Counts)


class ModelTotals(_Counts):
    """What one model has used, and for which roles; the counts are those of Totals."""

    roles: tuple[str, ...] = ()


class Totals(_Counts):
    """What has been used.

    Attributes:
        known_usd: money spent on calls of known price.
        unpriced_calls: answered calls (and attempts that broke off after a part of the answer) of unknown price.
        input_tokens, output_tokens: of answers, and by estimate of attempts that broke off after a part of the answer.
        calls: answered calls.
        failed_attempts: attempts that failed, each of which may have been billed by the provider.
        wall_s: seconds since the ledger was opened, those of resumed runs included.
        models: the same by model.
    """

    wall_s: float = 0.0
    models: dict[str, ModelTotals] = Field(default_factory=dict)

    def plus(self, model: str, role: str, change: _Counts) -> Totals:
        """These totals with one more call or attempt of a model."""
        mine = self.models.get(model, ModelTotals())
        roles = mine.roles if not role or role in mine.roles else (*mine.roles, role)
        models = {**self.models, model: _added(mine, change).model_copy(update={"roles": roles})} if model else {}
        return _added(self, change).model_copy(update={"models": models or self.models})


def _added(counts: _C, change: _Counts) -> _C:
    sums = {name: getattr(counts, name) + getattr(change, name) for name in _Counts.model_fields}
    return counts.model_copy(update=sums)


def used(usage: Usage, usd: float | None, *, calls: int = 1, failed_attempts: int = 0) -> Totals:
    """The counts of one call (or of one attempt that broke off, with calls=0); `usd` is None when unknown."""
    return Totals(
        known_usd=usd or 0.0,
        unpriced_calls=int(usd is None),
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        calls=calls,
        failed_attempts=failed_attempts,
    )


class Reservation(BaseModel):
    """The most that one attempt of a call may use: tokens, and USD (0 when the price is unknown); and whose it is."""

    model_config = ConfigDict(frozen=True)

    tokens: int = 0
    usd: float = 0.0
    model: str = ""
    role: str = ""


class CostLedger:
    """Counts and limits; reserve before a call, settle after it. Safe under threads.

    Args:
        limits: what may be used in all.
        totals: what was used before, when a run is resumed.
        clock: monotonic seconds.
        time_left: seconds until something else ends all calls; None when nothing does.
        interrupted: set when the user asked to stop; calls that wait for others then end.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        totals: Totals | None = None,
        clock: Callable[[], float] = time.monotonic,
        time_left: Callable[[], float | None] = lambda: None,
        interrupted: threading.Event | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._totals = totals or Totals()
        self._clock = clock
        self._time_left = time_left
        self._interrupted = interrupted or threading.Event()
        self._began = clock() - self._totals.wall_s
        self._open: list[Reservation] = []
        self._changed = threading.Condition()
        self._thread = threading.local()

    def totals(self) -> Totals:
        """What has been used until now; give it to the next ledger when the run is resumed."""
        with self._changed:
            return self._now()

    def seconds_left(self) -> float | None:
        """Seconds until no call may be under way any more; None without such a limit."""
        lefts = [self._time_left()]
        if self.limits.max_wall_s is not None:
            lefts.append(self.limits.max_wall_s - (self._clock() - self._began))
        known = [left for left in lefts if left is not None]
        return max(0.0, min(known)) if known else None

    @contextmanager
    def reserved(self, most: Reservation) -> Iterator[Callable[[Usage, float | None], None]]:
        """Hold back the most an attempt may use while the call runs; the yielded function settles what it did use.

        Waits while only the reservations of calls under way stand against this one. A block that ends without
        settling gives everything back. One call a thread at a time.

        Raises:
            LimitExceeded: what is used leaves too little for this call.
            KeyboardInterrupt: the user asked to stop while this waited.
        """
        self._thread.call, self._thread.holds = most, False
        try:
            self.next_attempt()
            yield self._settle
        finally:
            with self._changed:
                self._give_back()
            self._thread.call = None

    def next_attempt(self) -> None:
        """Hold back what one more attempt of this thread's call may use; nothing to do where it is held already.

        Raises:
            LimitExceeded, KeyboardInterrupt: as `reserved`.
        """
        most: Reservation | None = getattr(self._thread, "call", None)
        with self._changed:
            if most is None or self._thread.holds:
                return
            while not self._fits(most):
                if self._interrupted.is_set():
                    raise KeyboardInterrupt
                self._changed.wait(_LOOK_S)
            self._open.append(most)
            self._thread.holds = True

    def failed_attempt(self, kind: str = "", part: Usage | None = None, usd: float | None = None) -> None:
        """Count an attempt that failed, and give back what was held for it.

        Args:
            kind: in which way.
            part: tokens by estimate, when the answer broke off after a part of it.
            usd: their price; None when unknown.

        Raises:
            LimitExceeded: no further attempt may follow.
        """
        del kind
        most: Reservation | None = getattr(self._thread, "call", None)
        cost = used(part, usd, calls=0, failed_attempts=1) if part else Totals(failed_attempts=1)
        with self._changed:
            self._give_back()
            self._totals = self._totals.plus(most.model if most else "", most.role if most else "", cost)
            self._check(most or Reservation(), [])

    def check(self) -> None:
        """Raise LimitExceeded when a limit is used up."""
        with self._changed:
            self._check(Reservation(), [])

    def _give_back(self) -> None:
        if getattr(self._thread, "holds", False):
            self._open.remove(self._thread.call)
            self._thread.holds = False
            self._changed.notify_all()

    def _fits(self, most: Reservation) -> bool:
        # With nothing else under way a limit that is overstepped stays overstepped.
        self._check(most, [])
        try:
            self._check(most, self._open)
        except LimitExceeded:
            return False
        return True

    def _settle(self, usage: Usage, usd: float | None) -> None:
        most: Reservation = self._thread.call
        with self._changed:
            # At once with the settling: between the two the call would count twice, or not at all.
            self._give_back()
            self._totals = self._totals.plus(most.model, most.role, used(usage, usd))

    def _now(self) -> Totals:
        return self._totals.model_copy(update={"wall_s": self._clock() - self._began})

    def _check(self, most: Reservation, under_way: Iterable[Reservation]) -> None:
        now, limits, held = self._now(), self.limits, [*under_way, most]
        calls = now.calls + now.failed_attempts + len(held) - 1
        if limits.max_wall_s is not None and now.wall_s >= limits.max_wall_s:
            raise LimitExceeded("time", now.wall_s, limits.max_wall_s)
        left = self._time_left()
        if left is not None and left <= 0:
            raise LimitExceeded("time", now.wall_s, now.wall_s)
        if limits.max_calls is not None and calls >= limits.max_calls:
            raise LimitExceeded("calls", calls, limits.max_calls)
        if limits.max_tokens is not None and now.tokens + sum(one.tokens for one in held) > limits.max_tokens:
            raise LimitExceeded("tokens", now.tokens, limits.max_tokens)
        if limits.max_usd is not None and now.known_usd + sum(one.usd for one in held) > limits.max_usd:
            raise LimitExceeded("cost", now.known_usd, limits.max_usd)
