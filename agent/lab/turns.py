"""Who may run code now: anybody together, or one alone while something is timed.

Several editors work at once; a test or a build that runs beside a measurement would be measured with it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds between two looks at whether the user interrupted: a wait in a thread hears no signal.
_LOOK_S = 0.2


class Turns:
    """A fair lock for many or for one: who came first goes first, so that neither kind starves.

    A thread that has its turn alone may take any further one inside it, and one that shares may share again.

    Attributes:
        interrupted: set when the user asked to stop; whoever waits then gives up.
    """

    def __init__(self, interrupted: threading.Event | None = None) -> None:
        self.interrupted = interrupted or threading.Event()
        self._changed = threading.Condition()
        self._queue: list[_Ticket] = []
        self._sharing: Counter[int] = Counter()
        self._alone = 0
        self._depth = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        """For what is not timed (tests, a shell): beside others of its kind.

        Raises:
            KeyboardInterrupt: the user asked to stop while this waited.
        """
        me = threading.get_ident()
        with self._changed:
            if self._alone != me and me not in self._sharing:
                self._wait(_Ticket(alone=False))
            self._sharing[me] += 1
        try:
            yield
        finally:
            with self._changed:
                self._sharing[me] -= 1
                self._sharing += Counter()  # drops those at zero
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For what is timed (a measurement, a profile): nobody else runs anything meanwhile.

        Raises:
            KeyboardInterrupt: the user asked to stop while this waited.
            RuntimeError: the thread shares already, and would wait for itself; a fault of the program.
        """
        me = threading.get_ident()
        with self._changed:
            if self._alone != me:
                if me in self._sharing:
                    raise RuntimeError("a thread that shares its turn asks to be alone")
                self._wait(_Ticket(alone=True))
                self._alone = me
            self._depth += 1
        try:
            yield
        finally:
            with self._changed:
                self._depth -= 1
                if self._depth == 0:
                    self._alone = 0
                self._changed.notify_all()

    def _wait(self, ticket: _Ticket) -> None:
        """Wait, holding the lock, until it is the ticket's turn."""
        self._queue.append(ticket)
        try:
            while not self._may_go(ticket):
                if self.interrupted.is_set():
                    raise KeyboardInterrupt
                self._changed.wait(_LOOK_S)
        finally:
            self._queue.remove(ticket)
            self._changed.notify_all()

    def _may_go(self, ticket: _Ticket) -> bool:
        ahead = self._queue[: self._queue.index(ticket)]
        if self._alone:
            return False
        return not (ahead or self._sharing) if ticket.alone else not any(other.alone for other in ahead)


class _Ticket:
    """A place in the queue; equal to itself only."""

    __slots__ = ("alone",)

    def __init__(self, *, alone: bool) -> None:
        self.alone = alone
