"""Ctrl-C and SIGTERM: the first asks a run to stop at its next safe point, the second stops at once.

A handler runs between two steps of whatever the main thread is at, its locks held and its output half written. So
handlers here count, write to a pipe or raise, and nothing else.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perfagent.agent.services import Services

#: What a user ends a command with, and what a service manager or a runner of workflows does.
STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(services: Services) -> Iterator[None]:
    """While this is open, a first signal only sets `services.interrupted`; the finished samples are kept either way."""
    heard, told = os.pipe()
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        os.write(told, b"!")

    def listen() -> None:
        if os.read(heard, 1):
            services.interrupted.set()
            services.progress.note("stopping after this sample (once more to stop at once)")

    listener = threading.Thread(target=listen, name="perfagent-interruption", daemon=True)
    listener.start()
    previous = {number: signal.signal(number, ask) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        os.close(told)
        listener.join()
        os.close(heard)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Signals that arrive while this is open act when it closes: whatever is started inside is also written down.

    Without it a process may be started and its starter never learn which. Only the main thread is ever interrupted.
    """
    came: list[int] = []
    previous = {}
    try:
        if threading.current_thread() is threading.main_thread():
            for number in STOPPING:
                handler = signal.getsignal(number)
                if callable(handler):
                    previous[number] = handler
                    signal.signal(number, lambda number, _frame: came.append(number))
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        for missed in came:
            signal.raise_signal(missed)
