"""Keeps what chosen functions were called with and what came of it, so that two versions can be compared call by call.

Used as a tracer by the harness of workloads, and by perfagent_call_tests.py for unit tests. Only the thread that opens
the section is traced, by sys.settrace, which the interpreter switches off while we look at values. Standard library
only, Python 3.7 and later.
"""

from __future__ import annotations

import importlib.util
import json
import opcode
import os
import sys
import time
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, Callable

    from perfagent.tools.equivalence.harness import perfagent_sketch as sketches
    from perfagent.tools.equivalence.harness import perfagent_values as values
else:

    def _own(name):
        """A file beside this one, by its path: the code under test must not find this folder on sys.path."""
        place = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
        spec = importlib.util.spec_from_file_location("_calls_" + name, place)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    sketches, values = _own("perfagent_sketch"), _own("perfagent_values")

NODES = 300
"""Nodes kept of one value: differences beyond show in a digest, or in what calls the function."""

YIELDED = 50
"""Values kept of one generator."""

_RETURNING = {opcode.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in opcode.opmap}
# Where a suspended frame stands: at the yield, or, from Python 3.13 on, at what goes on after it.
_YIELDING = {opcode.opmap[name] for name in ("YIELD_VALUE", "RESUME") if name in opcode.opmap}
# Up to Python 3.10 a suspended `yield from` stands before its instruction, to execute it again.
_DELEGATING = opcode.opmap.get("YIELD_FROM", -1)
_LAZY = 0x20 | 0x80 | 0x200  # CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR


class Call:
    """One call under way."""

    def __init__(self, function: int, number: int, given: dict[str, Any]) -> None:
        self.function = function
        self.number = number
        self.given = given
        self.arguments: Any = None
        self.yielded: list[Any] = []
        self.error: BaseException | None = None
        self.error_at = -1


class Tracer:
    """Records the calls of one benchmark's body, or of one test; `start` and `stop` make it a section.

    Args:
        options: `tree` (root of the code under test), `functions` ([path in it, first line, last line, name]),
            `seconds` (for looking at values), and what to `look` for: `callers` (who calls, and no call), `sketches` (a
            checksum of the arguments and one of the end of the first `calls` of each function) or `calls` (those whose
            numbers are in `kept`, by function, in full, up to so many `bytes` of all).
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.look = options["look"]
        self.wanted = [frozenset(numbers) for numbers in options["kept"]]
        self.tree = os.path.join(os.path.normpath(options["tree"]), "")
        self.places = [
            (self.tree + os.path.normpath(path), first, last, name) for path, first, last, name in options["functions"]
        ]
        self.files = {place[0] for place in self.places}
        self.known: dict[int, int | None] = {}
        self.kept: list[CodeType] = []
        self.counts = [0] * len(self.places)
        self.parameters: list[tuple[str, ...]] = [()] * len(self.places)
        self.callers: dict[tuple[str, int, str], None] = {}
        self.records: list[str] = []
        self.sketches: list[list[Any]] = [[] for _ in self.places]
        self.size = 0
        self.spent = 0.0
        self.ended = ""
        self.open: dict[int, Call] = {}
        self.before: Any = None

    def start(self) -> None:
        """Begin to trace."""
        self.before = sys.gettrace()
        sys.settrace(self.call)

    def stop(self) -> None:
        """End, for now."""
        sys.settrace(self.before)

    def report(self) -> dict[str, Any]:
        """`calls` (JSON texts in the order in which they ended: [function, number, arguments, how it ended, result,
        arguments afterwards or null]), `counts` and names of `parameters` by function, `callers` ([path, first line,
        name]), `sketches` by function ([arguments, end] or null for a call that did not end) and why it `ended` early,
        if it did."""
        return {
            "calls": self.records,
            "counts": self.counts,
            "parameters": self.parameters,
            "callers": [list(caller) for caller in self.callers],
            "sketches": self.sketches,
            "ended": self.ended,
        }

    def function_of(self, code: CodeType) -> int | None:
        """Which chosen function a code object is the body of."""
        found = self.known.get(id(code), -1)
        if found == -1:
            self.kept.append(code)
            file = os.path.abspath(code.co_filename)
            around = [
                (place[1], index)
                for index, place in enumerate(self.places if file in self.files else ())
                if place[0] == file and place[1] <= code.co_firstlineno <= place[2] and place[3] == code.co_name
            ]
            found = self.known[id(code)] = max(around)[1] if around else None
        return found

    def call(self, frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        """A frame begins, or goes on when it is a generator's."""
        function = self.function_of(frame.f_code)
        if function is None or self.ended or event != "call":
            return None
        if frame.f_trace is not None:
            return self.inside
        if self.look == "callers":
            self._note_caller(frame.f_back)
            return None
        number = self.counts[function]
        self.counts[function] += 1
        if number >= self.options["calls"] if self.look == "sketches" else number not in self.wanted[function]:
            return None
        began = time.perf_counter()
        frame.f_trace_lines = False
        self.open[id(frame)] = self._begun(function, number, frame)
        self._spend(began)
        return self.inside

    def _begun(self, function: int, number: int, frame: FrameType) -> Call:
        code, found = frame.f_code, frame.f_locals
        stars = bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)  # CO_VARARGS, CO_VARKEYWORDS
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + stars]
        self.parameters[function] = names
        call = Call(function, number, {name: found[name] for name in names if name in found})
        if self.look == "sketches":
            self.sketches[function].append(None)
            call.arguments = sketches.crc(call.given, sketches.ARGUMENT)
        else:
            call.arguments = values.peek(call.given, NODES)
        return call

    def _note_caller(self, frame: FrameType | None) -> None:
        if frame is not None:
            code = frame.f_code
            file = os.path.abspath(code.co_filename)
            if file.startswith(self.tree):
                self.callers[(file[len(self.tree) :], code.co_firstlineno, code.co_name)] = None

    def inside(self, frame: FrameType, event: str, value: Any) -> Callable[..., Any] | None:
        """Something happens in a chosen function's frame."""
        call = self.open.get(id(frame))
        if call is None:
            return None
        if event == "exception":
            call.error, call.error_at = value[1], frame.f_lasti
        elif event == "return":
            began = time.perf_counter()
            self._left(frame, call, value)
            self._spend(began)
        return self.inside

    def _left(self, frame: FrameType, call: Call, value: Any) -> None:
        """A frame returns, yields, or is left by an exception, which the last instruction tells apart."""
        last, following = (frame.f_code.co_code[frame.f_lasti : frame.f_lasti + 4] + bytes(4))[:4:2]
        raised = call.error is not None and call.error_at == frame.f_lasti
        lazy = bool(frame.f_code.co_flags & _LAZY)
        if lazy and not raised and (last in _YIELDING or following == _DELEGATING):
            if len(call.yielded) < YIELDED:
                call.yielded.append(self._seen(value))
            return
        del self.open[id(frame)]
        if call.error is not None and (raised or last not in _RETURNING):
            self._keep(call, "raised", self._seen(call.error), value)
        elif lazy:
            self._keep(call, "yielded", ["list", None, [*call.yielded, self._seen(value)], None], call)
        else:
            self._keep(call, "returned", self._seen(value), value)

    def _seen(self, value: Any) -> Any:
        return sketches.crc(value, sketches.RESULT) if self.look == "sketches" else values.peek(value, NODES)

    def _keep(self, call: Call, how: str, result: Any, value: Any) -> None:
        """Keep a call that has ended; `value` is None for one that returned nothing."""
        # What returns nothing must have changed something.
        after = self._seen(call.given) if value is None and how == "returned" else None
        if self.look == "sketches":
            end = zlib.crc32(json.dumps([how, result, after]).encode())
            self.sketches[call.function][call.number] = [call.arguments, end]
            return
        record = json.dumps([call.function, call.number, call.arguments, how, result, after], separators=(",", ":"))
        self.size += len(record)
        if self.size > self.options["bytes"]:
            self.ended = "the room for calls is used up"
        else:
            self.records.append(record)

    def _spend(self, began: float) -> None:
        self.spent += time.perf_counter() - began
        if self.spent > self.options["seconds"]:
            self.ended = "the time for looking at calls is used up"
