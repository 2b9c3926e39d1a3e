"""Where inside chosen functions the time goes: for each line how often it began, and how long it was the current one.

A line is current from the event that enters it to the next event of its own frame, so its time holds what its calls
take. Under recursion the time during which several frames stand at one line counts once. The time that this file's own
functions take is taken off again; what the interpreter needs to call them is not, so that shares are told and no
seconds. Each thread has its own stack; waiting for another thread counts as the line that waits.

From Python 3.12 on sys.monitoring reports events of the chosen code alone; before, sys.settrace calls us at every call
of a Python function, and functions that make many calls look dearer than they are.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from _thread import get_ident
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, Callable

    from perfagent.tools.workload.harness import perfagent_arguments as arguments
else:
    # By path: the code under test must not find this folder on sys.path.
    _spec = importlib.util.spec_from_file_location(
        "_perfagent_arguments", os.path.join(os.path.dirname(os.path.abspath(__file__)), "perfagent_arguments.py")
    )
    arguments = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(arguments)

WHOLE = 0
"""Line number under which the time of a whole function is kept."""


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
        if not any(frame[0] == code for frame in self.frames):
            return
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
        self.watch: Any = None

    def start(self) -> None:
        """Begin to trace."""
        self.watch = make_watch(self)
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
            whole = sum(thread.seconds.get((index, WHOLE), 0.0) for thread in threads)
            for thread in threads:
                for (function, number), hits in thread.hits.items():
                    if function == index:
                        entry = lines.setdefault(str(number), [0, 0.0])
                        entry[0] += hits
                        entry[1] += thread.seconds.get((function, number), 0.0)
            functions.append({"seconds": whole, "lines": lines, "calls": facts.report()})
        return {"elapsed": self.elapsed, "seconds": self.seconds, "threads": len(threads), "functions": functions}


def make_watch(tracer: Tracer) -> Any:
    """What tells a tracer of events: sys.monitoring where it is and free, else sys.settrace."""
    if hasattr(sys, "monitoring"):
        for tool in range(2, 5):  # 0 and 1 belong to debuggers and coverage
            if sys.monitoring.get_tool(tool) is None:
                return Monitoring(tracer, tool)
    return Settrace(tracer)


class Settrace:
    """Events by sys.settrace, in this thread and in those that begin later."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self.before: Any = None

    def begin(self) -> None:
        """Trace from now on."""
        self.before = sys.gettrace()
        threading.settrace(self.call)
        sys.settrace(self.call)

    def end(self) -> None:
        """Trace no more."""
        sys.settrace(self.before)
        threading.settrace(None)  # type: ignore[arg-type,unused-ignore]

    def call(self, frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        """A frame begins or goes on."""
        began = perf_counter()
        tracer = self.tracer
        function = tracer.function_of(frame.f_code)
        mine = tracer.timeline()
        if function is not None and event == "call":
            if frame.f_trace is None:  # a generator that goes on has it from its first time
                tracer.called(function, frame)
            mine.push(id(frame.f_code), function, began - mine.lost)
        mine.lost += perf_counter() - began
        return None if function is None else self.inside

    def inside(self, frame: FrameType, event: str, _: object) -> Callable[..., Any]:
        """Something happens in a frame of chosen code."""
        began = perf_counter()
        mine = self.tracer.timeline()
        if event == "line":
            mine.line(id(frame.f_code), frame.f_lineno, began - mine.lost)
        elif event == "return":
            mine.pop(id(frame.f_code), began - mine.lost)
        mine.lost += perf_counter() - began
        return self.inside


class Monitoring:
    """Events by sys.monitoring (Python 3.12 and later): code that is not chosen is asked about once and then left."""

    def __init__(self, tracer: Tracer, tool: int) -> None:
        self.tracer = tracer
        self.tool = tool
        self.chosen: dict[int, CodeType] = {}

    def begin(self) -> None:
        """Trace from now on."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        events = monitoring.events
        self.local = events.LINE | events.PY_RETURN | events.PY_YIELD
        self.disable = monitoring.DISABLE
        self.tool_events = {
            events.PY_START: self.start,
            events.PY_RESUME: self.resume,
            events.PY_THROW: self.resume,
            events.PY_RETURN: self.leave,
            events.PY_YIELD: self.leave,
            events.PY_UNWIND: self.leave,
            events.LINE: self.line,
        }
        monitoring.use_tool_id(self.tool, "perfagent")
        for event, callback in self.tool_events.items():
            monitoring.register_callback(self.tool, event, callback)
        monitoring.restart_events()
        everywhere = events.PY_START | events.PY_RESUME | events.PY_THROW | events.PY_UNWIND
        monitoring.set_events(self.tool, everywhere)

    def end(self) -> None:
        """Trace no more."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        monitoring.set_events(self.tool, 0)
        for code in self.chosen.values():
            monitoring.set_local_events(self.tool, code, 0)
        for event in self.tool_events:
            monitoring.register_callback(self.tool, event, None)
        monitoring.free_tool_id(self.tool)

    def start(self, code: CodeType, _: int) -> Any:
        """A function begins."""
        return self._enter(code, sys._getframe(1))

    def resume(self, code: CodeType, *_: object) -> Any:
        """A generator or coroutine goes on."""
        self._enter(code, None)

    def _enter(self, code: CodeType, beginning: FrameType | None) -> Any:
        began = perf_counter()
        tracer = self.tracer
        function = tracer.function_of(code)
        if function is None:
            return self.disable
        mine = tracer.timeline()
        if id(code) not in self.chosen:
            self.chosen[id(code)] = code
            sys.monitoring.set_local_events(self.tool, code, self.local)  # type: ignore[attr-defined,unused-ignore]
        if beginning is not None:
            tracer.called(function, beginning)
        mine.push(id(code), function, began - mine.lost)
        mine.lost += perf_counter() - began
        return None

    def line(self, code: CodeType, number: int) -> None:
        """A line begins."""
        began = perf_counter()
        mine = self.tracer.timeline()
        mine.line(id(code), number, began - mine.lost)
        mine.lost += perf_counter() - began

    def leave(self, code: CodeType, *_: object) -> None:
        """A frame ends, is suspended, or is left by an exception."""
        began = perf_counter()
        if self.tracer.function_of(code) is not None:
            mine = self.tracer.timeline()
            mine.pop(id(code), began - mine.lost)
            mine.lost += perf_counter() - began
