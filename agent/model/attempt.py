"""One attempt at a request, bounded from outside.

A library's timeout bounds the silence between two bytes, so an endpoint that drips one byte a second is never cut by
it, and a signal is not seen before the next byte. So the attempt runs in a thread of its own, and whoever waits for it
goes away when its time is over or the user asks to stop; the connection is then shut where it can be reached.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_T = TypeVar("_T")

_LOOK_S = 0.1  # how often the waiting side looks at the clock and at the user's wish to stop


class AttemptTooLong(Exception):
    """The attempt took longer than it may, whatever it was doing."""


class Line:
    """What both sides of an attempt share: how much has come, and how to hang up.

    Attributes:
        characters: of the answer so far.
        is_cut: whether nobody waits for the answer any more.
    """

    def __init__(self) -> None:
        self.characters = 0
        self.is_cut = False
        self._hang_up: Callable[[], None] | None = None
        self._lock = threading.Lock()

    def opened(self, hang_up: Callable[[], None]) -> None:
        """The connection stands and can be ended so."""
        with self._lock:
            self._hang_up = hang_up
        if self.is_cut:
            hang_up()

    def cut(self) -> None:
        """End the connection, now or as soon as it stands."""
        with self._lock:
            self.is_cut = True
            hang_up = self._hang_up
        if hang_up is not None:
            hang_up()


def bounded(work: Callable[[Line], _T], line: Line, limit_s: float, interrupted: threading.Event) -> _T:
    """The result of `work`, or its error, if it comes in time.

    Args:
        work: gets the line; runs in a daemon thread.
        line: cut when nobody waits any more.
        limit_s: seconds it may take in all.
        interrupted: set when the user asks to stop.

    Raises:
        AttemptTooLong: it did not end in time.
        KeyboardInterrupt: the user asked to stop.
    """
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(work(line))
        except BaseException as error:  # noqa: BLE001  # handed to the side that waits
            future.set_exception(error)

    threading.Thread(target=run, name="model-attempt", daemon=True).start()
    ends = time.monotonic() + limit_s
    try:
        while not interrupted.is_set():
            left = ends - time.monotonic()
            if left <= 0:
                raise AttemptTooLong
            try:
                return future.result(timeout=min(_LOOK_S, left))
            except TimeoutError:
                if future.done():  # the work's own error, or its result at the last moment
                    return future.result()
        raise KeyboardInterrupt
    finally:
        if not future.done():
            line.cut()
