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

    from perfagent.tools.workload.harness.perfagent_lines import Tracer


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
        tracer.done(mine, began)
        return None if function is None else self.inside

    def inside(self, frame: FrameType, event: str, _: object) -> Callable[..., Any]:
        """Something happens in a frame of chosen code."""
        began = perf_counter()
        mine = self.tracer.timeline()
        if event == "line":
            mine.line(id(frame.f_code), frame.f_lineno, began - mine.lost)
        elif event == "return":
            mine.pop(id(frame.f_code), began - mine.lost)
        self.tracer.done(mine, began)
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
