"""Locks by name for what several threads might make at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Once:
    """One lock for each name, so that what is made once by name is made by one thread while others wait for it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.RLock] = {}

    @contextmanager
    def making(self, name: str) -> Iterator[None]:
        """Nobody else makes what has this name meanwhile."""
        with self._guard:
            lock = self._locks.setdefault(name, threading.RLock())
        with lock:
            yield
