"""Where inside chosen functions the time goes: for each line how often it began, and how long it was the current one.

A line is current from the event that enters it to the next event of its own frame, so its time holds what its calls
take. Under recursion the time during which several frames stand at one line counts once. The time that this file's own
functions take is taken off again, and so is what the interpreter needs to call them, as far as a calibration tells: of
a line that takes no longer than an event the share is a guess. Each thread has its own stack; waiting for another
thread counts as the line that waits.

What tells of the events is perfagent_watch.py; before Python 3.12 functions that make many calls look dearer than they
are.
"""

from __future__ import annotations

import importlib.util
import os
from _thread import get_ident
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from perfagent.tools.workload.harness import perfagent_arguments as arguments
    from perfagent.tools.workload.harness import perfagent_watch as watch
else:

    def _own(name):
        """A file beside this one, by its path: the code under test must not find this folder on sys.path."""
        place = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
        spec = importlib.util.spec_from_file_location("_" + name, place)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    arguments, watch = _own("perfagent_arguments"), _own("perfagent_watch")

WHOLE = 0
"""Line number under which the time of a whole function is kept."""

CALIBRATIONS = 7
"""Rounds of the calibration; the fastest counts, for others were interrupted."""

CALIBRATION_TURNS = 200


class Timeline:
    """One thread: the frames of chosen code that are open, and what their lines have taken.

    Attributes:
        seconds: by (function, line); what is open is not in it.
        hits: how often each began.
    """

    def __init__(self) -> None:
        self.frames: list[list[Any]] = []  # [code's id, function, line], outermost first
        self.open: dict[tuple[int, int], list[Any]] = {}  # [frames that stand there, since when]
        self.seconds: dict[tuple[int, int], float] = {}
        self.hits: dict[tuple[int, int], int] = {}
        self.lost = 0.0

    def enter(self, key: tuple[int, int], now: float) -> None:
        """A frame comes to stand at a place."""
        entry = self.open.get(key)
        if entry is None:
            self.open[key] = [1, now]
        else:
            entry[0] += 1

    def leave(self, key: tuple[int, int], now: float) -> None:
        """A frame leaves a place; the last one to leave ends its time."""
        entry = self.open[key]
        entry[0] -= 1
        if not entry[0]:
            del self.open[key]
            self.seconds[key] = self.seconds.get(key, 0.0) + now - entry[1]

    def push(self, code: int, function: int, now: float) -> None:
        """A frame begins or goes on."""
        self.frames.append([code, function, None])
        self.enter((function, WHOLE), now)

    def line(self, code: int, number: int, now: float) -> None:
        """The innermost frame comes to a line."""
        if not self.frames or self.frames[-1][0] != code:
            return  # it was open before the section began
        frame = self.frames[-1]
        key = (frame[1], number)
        self.hits[key] = self.hits.get(key, 0) + 1
        if frame[2] == number:
            return
        if frame[2] is not None:
            self.leave((frame[1], frame[2]), now)
        frame[2] = number
        self.enter(key, now)

    def pop(self, code: int, now: float) -> None:
        """A frame ends or is suspended."""
        if not self.frames or (self.frames[-1][0] != code and all(frame[0] != code for frame in self.frames)):
            return  # it was open before the section began
        while self.frames:
            frame = self.frames.pop()
            if frame[2] is not None:
                self.leave((frame[1], frame[2]), now)
            self.leave((frame[1], WHOLE), now)
            if frame[0] == code:
                return

    def close(self, now: float) -> None:
        """End what is still open: the section is over."""
        while self.frames:
            self.pop(self.frames[-1][0], now)


class Tracer:
    """Traces one benchmark's body; `start` and `stop` make it a section.

    Args:
        options: `tree` (root of the code under test) and `functions` ([path in it, first line, last line, name]).
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self.functions = [
            (os.path.normpath(os.path.join(options["tree"], path)), first, last, name)
            for path, first, last, name in options["functions"]
        ]
        self.files = {function[0] for function in self.functions}
        self.facts = [arguments.Calls() for _ in self.functions]
        self.timelines: dict[int, Timeline] = {}
        self.known: dict[int, int | None] = {}
        self.kept: list[CodeType] = []  # so that no other code gets the id of one that is known
        self.elapsed = 0.0
        self.seconds = 0.0
        self.began = 0.0
        self.lost_before = 0.0
        self.event_s: float | None = None
        self.watch: Any = None

    def start(self) -> None:
        """Begin to trace."""
        if self.event_s is None:
            self.event_s = calibrate()
        self.watch = watch.make_watch(self)
        self.lost_before = self.timeline().lost
        self.watch.begin()
        self.began = perf_counter()

    def stop(self) -> None:
        """End, for now."""
        now = perf_counter()
        self.watch.end()
        mine = self.timeline()
        self.elapsed += now - self.began
        self.seconds += now - self.began - (mine.lost - self.lost_before)
        for timeline in list(self.timelines.values()):
            timeline.close(now - timeline.lost)

    def timeline(self) -> Timeline:
        """This thread's."""
        mine = self.timelines.get(get_ident())
        if mine is None:
            mine = self.timelines[get_ident()] = Timeline()
        return mine

    def done(self, mine: Timeline, began: float) -> None:
        """An event that came at `began` has been dealt with: what that took is nobody's time."""
        mine.lost += perf_counter() - began + (self.event_s or 0.0)

    def function_of(self, code: CodeType) -> int | None:
        """Which chosen function a code object is in, the innermost one; None for all other code."""
        found = self.known.get(id(code), -1)
        if found == -1:
            found = self.known[id(code)] = self._look_up(code)
            self.kept.append(code)
        return found

    def _look_up(self, code: CodeType) -> int | None:
        file = os.path.abspath(code.co_filename)
        if file not in self.files:
            return None
        around = [
            (first, -last, index)
            for index, (path, first, last, _) in enumerate(self.functions)
            if path == file and first <= code.co_firstlineno <= last
        ]
        return max(around)[2] if around else None

    def called(self, function: int, frame: FrameType) -> None:
        """A chosen function's own code, or code inside it, begins."""
        if frame.f_code.co_name == self.functions[function][3]:
            self.facts[function].add(frame)

    def report(self) -> dict[str, Any]:
        """What was seen: `elapsed` seconds of the sections, `seconds` without our own part, and for each function the
        `seconds` inside it, `lines` {number: [hits, seconds]} and `calls` (see perfagent_arguments.Calls)."""
        threads = list(self.timelines.values())
        functions = []
        for index, facts in enumerate(self.facts):
            lines: dict[str, list[Any]] = {}
            whole = sum(max(thread.seconds.get((index, WHOLE), 0.0), 0.0) for thread in threads)
            for thread in threads:
                for (function, number), hits in thread.hits.items():
                    if function == index:
                        entry = lines.setdefault(str(number), [0, 0.0])
                        entry[0] += hits
                        entry[1] += max(thread.seconds.get((function, number), 0.0), 0.0)
            functions.append({"seconds": whole, "lines": lines, "calls": facts.report()})
        return {"elapsed": self.elapsed, "seconds": self.seconds, "threads": len(threads), "functions": functions}


def spin(turns: int) -> None:
    """Lines that take next to nothing."""
    for _ in range(turns):
        first = 1
        second = 1
        third = 1
        del first, second, third


def calibrate() -> float:
    """Seconds that the interpreter needs to report one event, beside what our own functions take."""
    code = spin.__code__
    place = [os.path.abspath(code.co_filename), code.co_firstlineno, code.co_firstlineno + 10, code.co_name]
    plain: list[float] = []
    traced: list[float] = []
    events = 1
    for _ in range(CALIBRATIONS):
        began = perf_counter()
        spin(CALIBRATION_TURNS)
        plain.append(perf_counter() - began)
        tracer = Tracer({"tree": "/", "functions": [place]})
        tracer.event_s = 0.0
        tracer.start()
        spin(CALIBRATION_TURNS)
        tracer.stop()
        function = tracer.report()["functions"][0]
        traced.append(function["seconds"])
        events = sum(hits for hits, _ in function["lines"].values())
    return max((min(traced) - min(plain)) / events, 0.0)
