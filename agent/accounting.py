"""Where a run's wall time goes: the models, what runs in sandboxes, and the rest, which is the scaffold's own.

Work side by side counts once: what is added up is the time during which anything of a kind was under way.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from perfagent.agent.model import Model, Reply, Request
    from perfagent.tools.report import TimeShares
    from perfagent.tools.sandbox import Command, Completed, Fork, Sandbox, SandboxKind

#: model: a model is asked, waits between attempts included. running: tests, workloads, profiles, builds, setups.
Kind = Literal["model", "running"]

_ANY = "any"


class Accounting:
    """Adds up a session's time by kind, in seconds. Safe under threads.

    Args:
        before: the figures of the run's earlier sessions, as `figures` gave them.
        clock: monotonic seconds.
    """

    def __init__(self, before: Sequence[Mapping[str, float]] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._before = before
        self._lock = threading.Lock()
        self._open: dict[str, int] = {}
        self._since: dict[str, float] = {}
        self._sums: dict[str, float] = {}

    @contextmanager
    def spending(self, kind: Kind) -> Iterator[None]:
        """The time until this block ends is of a kind."""
        self._count(kind, +1)
        try:
            yield
        finally:
            self._count(kind, -1)

    def figures(self) -> dict[str, float]:
        """Seconds of this session: wall_s, model_s, running_s, and busy_s for either of the two."""
        with self._lock:
            now = self._clock()
            sums = {kind: self._sum(kind, now) for kind in ("model", "running", _ANY)}
            return {
                "wall_s": now - self._began,
                "model_s": sums["model"],
                "running_s": sums["running"],
                "busy_s": sums[_ANY],
            }

    def shares(self) -> TimeShares:
        """The figures of the whole run until now, its earlier sessions included."""
        from perfagent.tools.report import TimeShares

        parts = [*self._before, self.figures()]
        wall, model, running, busy = (
            sum(part.get(name, 0.0) for part in parts) for name in ("wall_s", "model_s", "running_s", "busy_s")
        )
        rest = max(0.0, wall - busy)
        return TimeShares(
            wall_s=round(wall, 3),
            model_s=round(model, 3),
            running_s=round(running, 3),
            scaffold_s=round(rest, 3),
            scaffold_share=round(rest / wall, 4) if wall else 0.0,
        )

    def _count(self, kind: Kind, change: int) -> None:
        with self._lock:
            now = self._clock()
            for name in (kind, _ANY):
                before = self._open.get(name, 0)
                self._open[name] = before + change
                if before == 0:
                    self._since[name] = now
                elif before + change == 0:
                    self._sums[name] = self._sums.get(name, 0.0) + now - self._since[name]

    def _sum(self, kind: str, now: float) -> float:
        under_way = now - self._since[kind] if self._open.get(kind) else 0.0
        return self._sums.get(kind, 0.0) + under_way


class TimedSandbox:
    """A sandbox whose every execution is counted as running."""

    def __init__(self, sandbox: Sandbox, accounting: Accounting) -> None:
        self._sandbox = sandbox
        self._accounting = accounting
        self.kind: SandboxKind = sandbox.kind

    def inside(self, host_path: Path) -> str:
        """See Sandbox."""
        return self._sandbox.inside(host_path)

    def execute(self, command: Command) -> Completed:
        """See Sandbox."""
        with self._accounting.spending("running"):
            return self._sandbox.execute(command)

    def fork(self, server: Command, forks: Sequence[Fork]) -> list[Completed]:
        """See Sandbox."""
        with self._accounting.spending("running"):
            return self._sandbox.fork(server, forks)

    def close(self) -> None:
        """See Sandbox."""
        self._sandbox.close()

    def __enter__(self) -> TimedSandbox:
        self._sandbox.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._sandbox.__exit__(*exc)


class TimedModel:
    """A model whose every answer is counted as the model's time."""

    def __init__(self, model: Model, accounting: Accounting) -> None:
        self._model = model
        self._accounting = accounting

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._model.name

    def complete(self, request: Request) -> Reply:
        """The inner model's answer; see Model."""
        with self._accounting.spending("model"):
            return self._model.complete(request)
