"""Sections around what a script itself times with timeit.

timeit's generated loop reads its timer right before and right after the loop (the setup statement comes
earlier), so a timer whose first reading opens a section and whose second closes it encloses exactly what the
script's author meant to time. Only the public methods of timeit.Timer are replaced, in place, so it does not
matter how the script imported them.
"""

from __future__ import annotations

import timeit
from itertools import cycle, islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from perfagent.tools.workload.harness.perfagent_session import Section

RETURNING_TEMPLATE = """
def inner(_it, _timer{init}):
    {setup}
    _t0 = _timer()
    for _i in _it:
        retval = {stmt}
    _t1 = _timer()
    return _t1 - _t0, retval
"""
"""For scripts of the GSO interface, which unpack (seconds, result): their published form has lost this template."""


class Brackets:
    """Replaces timeit.Timer's methods for the rest of the process.

    Args:
        section: makes the section around one loop of `number` executions.
        rounds: how often each `timeit()` runs its loop, and how many loops a `repeat()` really makes.
        once: whether every loop is cut to a single execution on a clock that ticks whole seconds; for the
            modes that want the results of a body, which must not depend on time.
        wrap: replaces the statement, when given.
    """

    def __init__(
        self,
        section: Callable[[int], Section],
        rounds: int,
        once: bool,
        wrap: Callable[[Any], Any] | None = None,
    ) -> None:
        self.section = section
        self.rounds = rounds
        self.once = once
        self.wrap = wrap
        self.used = 0
        self._number = 1
        self._open: Section | None = None
        self._ticks = 0.0
        self._clock: Callable[[], float] = timeit.default_timer

    def tick(self) -> float:
        """A clock that goes one second a reading."""
        self._ticks += 1.0
        return self._ticks

    def read(self) -> float:
        """The timer timeit is given: opens a section, then closes it."""
        if self._open is None:
            section = self._open = self.section(self._number)
            section.start()
            return self._clock()
        now = self._clock()
        self.close()
        return now

    def close(self) -> None:
        """Close the section that is open, if one is."""
        section, self._open = self._open, None
        if section is not None:
            section.stop()

    def install(self) -> None:
        """Replace the methods."""
        brackets = self
        init, run = timeit.Timer.__init__, timeit.Timer.timeit

        def __init__(
            self: Any, stmt: Any = "pass", setup: Any = "pass", timer: Any = None, globals: Any = None
        ) -> None:
            init(self, brackets.wrap(stmt) if brackets.wrap else stmt, setup, brackets.read, globals)
            self.perfagent_clock = timer or timeit.default_timer

        def loop(self: Any, number: int) -> Any:
            brackets.used += 1
            brackets._number = 1 if brackets.once else number
            brackets._clock = brackets.tick if brackets.once else self.perfagent_clock
            try:
                return run(self, brackets._number)
            finally:
                # Still open when a statement raised, or a template reads its timer an odd number of times.
                brackets.close()

        def timeit_(self: Any, number: int = 1000000) -> Any:
            return [loop(self, number) for _ in range(brackets.rounds)][-1]

        def repeat(self: Any, repeat: int = 5, number: int = 1000000) -> list[Any]:
            seconds = [loop(self, number) for _ in range(brackets.rounds)]
            return list(islice(cycle(seconds), repeat))

        def autorange(self: Any, callback: Any = None) -> Any:
            # How often to loop is the caller's decision, and must be the same on both sides.
            taken = timeit_(self, 1)
            if callback:
                callback(1, taken)
            return 1, taken

        timer: Any = timeit.Timer
        timer.__init__, timer.timeit, timer.repeat, timer.autorange = __init__, timeit_, repeat, autorange
