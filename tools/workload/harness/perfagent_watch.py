"""How perfagent_lines.py hears of lines, calls and returns: by sys.monitoring or by sys.settrace.

From Python 3.12 on sys.monitoring reports events of the chosen code alone; before, sys.settrace calls us at every call
of a Python function.
"""

from __future__ import annotations

import sys
import threading
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, Callable

    from perfagent.tools.workload.harness.perfagent_lines import Timeline, Tracer


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
        self.insides: dict[int, Callable[..., Any]] = {}

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
        inside = None if function is None else self.insides.get(id(mine)) or self._inside(mine)
        tracer.done(mine, began)
        return inside

    def _inside(self, mine: Timeline) -> Callable[..., Any]:
        """What is called when something happens in a frame of chosen code, in one thread; made for speed."""
        clock, event_s = perf_counter, self.tracer.event_s or 0.0

        def inside(frame: FrameType, event: str, _: object) -> Callable[..., Any]:
            began = clock()
            if event == "line":
                mine.line(id(frame.f_code), frame.f_lineno, began - mine.lost)
            elif event == "return":
                mine.pop(id(frame.f_code), began - mine.lost)
            mine.lost += clock() - began + event_s
            return inside

        self.insides[id(mine)] = inside
        return inside


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
            events.PY_THROW: self.throw,
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

    def resume(self, code: CodeType, _: int) -> Any:
        """A generator or coroutine goes on."""
        return self._enter(code, None)

    def throw(self, code: CodeType, *_: object) -> None:
        """A generator or coroutine goes on with an exception; this event cannot be switched off for some code."""
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
        tracer.done(mine, began)
        return None

    def line(self, code: CodeType, number: int) -> None:
        """A line begins."""
        began = perf_counter()
        mine = self.tracer.timeline()
        mine.line(id(code), number, began - mine.lost)
        self.tracer.done(mine, began)

    def leave(self, code: CodeType, *_: object) -> None:
        """A frame ends, is suspended, or is left by an exception."""
        began = perf_counter()
        if self.tracer.function_of(code) is not None:
            mine = self.tracer.timeline()
            mine.pop(id(code), began - mine.lost)
            self.tracer.done(mine, began)
