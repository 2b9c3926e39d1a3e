"""A model behind a ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from perfagent.agent.model.ledger import CostLedger, Reservation
from perfagent.agent.model.protocol import Model, Price, Reply, Request, Usage, estimate_tokens
from perfagent.tools.errors import ModelError


class Attempts(Protocol):
    """Who is told of the attempts of a call and may end them; a CostLedger is one."""

    def failed_attempt(self, kind: str, part: Usage | None = None, usd: float | None = None) -> None:
        """An attempt failed in the way of `kind`, `part` of the answer having come; may raise LimitExceeded."""
        ...

    def next_attempt(self) -> None:
        """One more attempt is to begin; may wait, and may raise LimitExceeded."""
        ...

    def seconds_left(self) -> float | None:
        """Seconds until no attempt may be under way any more; None without such a limit."""
        ...


class Metered:
    """A model whose every call goes through a ledger.

    Args:
        model: what answers.
        ledger: what counts and limits.
        price: gives the model's price; None when unknown. A limit on money then refuses every call unless
            `allow_unknown_price`.
        role: what the ledger counts the calls for.
    """

    def __init__(
        self,
        model: Model,
        ledger: CostLedger,
        price: Callable[[], Price | None],
        *,
        role: str = "",
        allow_unknown_price: bool = False,
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._price = price
        self._role = role
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
        return reply.model_copy(update={"role": self._role}) if self._role else reply

    def _most(self, request: Request) -> Reservation:
        usage = Usage(input_tokens=estimate_tokens(request.messages, request.tools), output_tokens=request.max_tokens)
        limited = self._ledger.limits.max_usd is not None
        price = self._price() if limited else None
        if price is None and limited and not self._allow_unknown_price:
            raise ModelError(
                f"the price of {self.name} is unknown, so the limit on cost cannot hold",
                "limit tokens instead, or allow an unknown price",
                code="PA709",
            )
        return Reservation(
            tokens=usage.input_tokens + usage.output_tokens,
            usd=0.0 if price is None else price.of(usage),
            model=self.name,
            role=self._role,
        )
