"""Ctrl-C and SIGTERM: the first asks the run to stop at its next safe point, the second stops at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from perfagent.agent.services import Services


@contextmanager
def interruptible(services: Services) -> Iterator[None]:
    """While this is open, a first signal only sets `services.interrupted`; the finished samples are kept either way."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        if services.interrupted.is_set():
            raise KeyboardInterrupt
        services.interrupted.set()
        services.progress.note("stopping after this sample (once more to stop at once)")

    previous = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
