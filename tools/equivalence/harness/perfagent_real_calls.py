"""A pytest plugin that finds what unit tests really call: a profile of their bodies, or calls that can be made again.

PERFAGENT_REAL_CALLS holds its options as JSON: `what` (`profile` or `calls`), `report` (path of the JSON file to
write), `enough` (seconds after which no further test begins), `tree` (root of the code under test), and for calls
`functions` ([path in the tree, first line, last line, name, dotted name]), `room` (characters of one call), `looked`
(calls looked at of each function in one test), `kept` (calls kept of each) and `seconds` (spent on looking at values).

A call can be made again when its function can be reached by name from its module, its arguments are literals (see
perfagent_literals.py), are the same afterwards, and it returns something that is no iterator. A method's object must be
of the very class, made with such arguments or none. Standard library only, Python 3.7 and later.
"""

from __future__ import annotations

import json
import os
import sys
import time

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    import cProfile
    from types import CodeType, FrameType
    from typing import Any, Callable, Iterator

    from perfagent.tools.equivalence.harness.perfagent_literals import NotPlain
    from perfagent.tools.equivalence.harness.perfagent_reaching import (
        NOTHING,
        Call,
        Given,
        Reached,
        Seen,
        Unreachable,
        below,
    )
    from perfagent.tools.equivalence.harness.perfagent_result_digest import digest
else:
    from perfagent_literals import NotPlain
    from perfagent_reaching import NOTHING, Call, Given, Reached, Seen, Unreachable, below
    from perfagent_result_digest import digest

VARIABLE = "PERFAGENT_REAL_CALLS"


class Watcher:
    """Looks at the calls of chosen functions in the thread that runs the tests."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.tree = os.path.join(os.path.normpath(options["tree"]), "")
        self.places = [[self.tree + os.path.normpath(path), *rest] for path, *rest in options["functions"]]
        self.files = {place[0] for place in self.places}
        self.seen = [Seen() for _ in self.places]
        self.known: dict[int, Any] = {}
        self.codes: list[CodeType] = []
        self.made: dict[int, tuple[type, str | None]] = {}
        self.makers: dict[int, Any] = {}
        self.open: dict[int, Call] = {}
        self.spent = 0.0
        self.test = ""
        self.before: Any = None

    def start(self, test: str) -> None:
        """Begin to watch a test."""
        self.test = test
        for seen in self.seen:
            seen.looked = 0
        self.before = sys.gettrace()
        sys.settrace(self.call)

    def stop(self) -> None:
        """End, for now."""
        sys.settrace(self.before)
        self.open.clear()
        self.made.clear()
        for seen in self.seen:
            seen.open = 0

    def place_of(self, code: CodeType) -> Any:
        """Index of the chosen function that a code object is the body of; -1 for a constructor; None for others."""
        found = self.known.get(id(code), 0.5)
        if found == 0.5:
            self.codes.append(code)  # or another one could get its id
            found = None
            file = os.path.abspath(code.co_filename)
            if file in self.files:
                inside = [
                    (place[1], index)
                    for index, place in enumerate(self.places)
                    if place[0] == file and place[1] <= code.co_firstlineno <= place[2] and place[3] == code.co_name
                ]
                found = max(inside)[1] if inside else -1 if code.co_name == "__init__" else None
            self.known[id(code)] = found
        return found

    def call(self, frame: FrameType, *_: object) -> Callable[..., Any] | None:
        """A frame begins."""
        place = self.place_of(frame.f_code)
        if place is None or self.spent > self.options["seconds"]:
            return None
        began = time.perf_counter()
        try:
            if place >= 0:
                return self._begun(self.seen[place], self.places[place][4], frame)
            self._made(frame)
            return None
        finally:
            self.spent += time.perf_counter() - began

    def _made(self, frame: FrameType) -> None:
        """An object of the tree is made: remember with what."""
        code = frame.f_code
        if not code.co_argcount:
            return
        thing = frame.f_locals[code.co_varnames[0]]
        cls = type(thing)
        function = below(cls.__dict__.get("__init__"))
        text: str | None = None
        if getattr(function, "__code__", None) is code:
            try:
                text = Given(function, frame, 1).text(self.options["room"])
            except NotPlain:
                pass
            self.made[id(thing)] = (cls, text)

    def _begun(self, seen: Seen, dotted: str, frame: FrameType) -> Callable[..., Any] | None:
        """A chosen function is called: keep what it is called with, if that can be said."""
        seen.calls += 1
        # A recursive call is part of the one that began it.
        if seen.open or seen.looked >= self.options["looked"]:
            return None
        seen.looked += 1
        try:
            if seen.reached is None:
                seen.reached = Reached(frame.f_code, frame.f_globals, dotted)
            reached = seen.reached
            made = self._object(reached, frame) if reached.way == "method" else ""
            skip = int(reached.way == "method" or reached.bound)
            given = Given(reached.function, frame, skip)
            text = given.text(self.options["room"])
        except (NotPlain, Unreachable) as error:
            seen.refuse(str(error))
            return None
        seen.open += 1
        frame.f_trace_lines = False
        self.open[id(frame)] = Call(seen, given, text, made)
        return self.inside

    def _object(self, reached: Reached, frame: FrameType) -> str:
        """With what a method's object was made.

        Raises:
            NotPlain: that is not known.
        """
        thing = frame.f_locals[frame.f_code.co_varnames[0]]
        if type(thing) is not reached.cls:
            raise NotPlain("its object is of a class below " + reached.owner)
        if type(thing).__init__ is object.__init__ and type(thing).__new__ is object.__new__:
            return NOTHING
        cls, text = self.made.get(id(thing), (None, None))
        if cls is not type(thing) or text is None:
            raise NotPlain("its object is not made with plain arguments alone")
        return text

    def inside(self, frame: FrameType, event: str, value: Any) -> Callable[..., Any] | None:
        """Something happens in a chosen function's frame."""
        ended = time.perf_counter()
        call = self.open.get(id(frame))
        if call is None:
            return None
        if event == "exception":
            call.raised = True
        elif event == "return":
            del self.open[id(frame)]
            call.seen.open -= 1
            self._left(call, value, ended - call.began)
            self.spent += time.perf_counter() - ended
        return self.inside

    def _left(self, call: Call, value: Any, seconds: float) -> None:
        """A call has ended: keep it if it can be made again."""
        seen = call.seen
        if value is None:
            seen.refuse("it raises" if call.raised else "it returns nothing")
            return
        if hasattr(value, "__next__") or hasattr(value, "__await__"):
            seen.refuse("what it returns is computed later")
            return
        if not call.given.anything and call.made in ("", NOTHING):
            seen.refuse("it is called with nothing")
            return
        key = call.made + call.text
        if key in seen.kept:
            seen.kept[key][2] = max(seen.kept[key][2], seconds)
            return
        try:
            after = call.given.text(self.options["room"])
        except NotPlain:
            after = ""
        if after != call.text:
            seen.refuse("it changes its arguments")
            return
        seen.kept[key] = [call.made, call.text, seconds, digest(value), self.test]
        seen.tests[self.test] = None


def rows(profiler: cProfile.Profile) -> list[list[Any]]:
    """A profile as rows, see perfagent_session.dump_profile, which this process cannot load."""
    profiler.create_stats()
    stats: dict[Any, Any] = profiler.stats
    keys = sorted(stats)
    number = {key: index for index, key in enumerate(keys)}
    return [
        [
            key[0] if key[0].startswith(("~", "<")) else os.path.abspath(key[0]),
            key[1],
            key[2],
            stats[key][1],
            stats[key][2],
            stats[key][3],
            [[number[who], edge[1], edge[2], edge[3]] for who, edge in sorted(stats[key][4].items())],
        ]
        for key in keys
    ]


class Plugin:
    """Profiles or watches the body of each test, and writes what was seen when all have ended."""

    def __init__(self, options: dict[str, Any]) -> None:
        import cProfile

        self.options = options
        self.profiler = cProfile.Profile() if options["what"] == "profile" else None
        self.watcher = Watcher(options) if options["what"] == "calls" else None
        self.tests = 0
        self.began = time.perf_counter()

    @pytest.hookimpl(hookwrapper=True, trylast=True)  # type: ignore[untyped-decorator,unused-ignore]
    def pytest_runtest_call(self, item: Any) -> Iterator[None]:
        """One test's body."""
        self.tests += 1
        if self.profiler is not None:
            self.profiler.enable()
            yield
            self.profiler.disable()
        elif self.watcher is not None:
            self.watcher.start(item.nodeid)
            yield
            self.watcher.stop()
        if time.perf_counter() - self.began > self.options["enough"]:
            item.session.shouldstop = "enough has been seen"

    @pytest.hookimpl(trylast=True)  # type: ignore[untyped-decorator,unused-ignore]
    def pytest_sessionfinish(self) -> None:
        """Write the report."""
        report: dict[str, Any] = {"tests": self.tests}
        if self.profiler is not None:
            report["profile"] = rows(self.profiler)
        if self.watcher is not None:
            report["functions"] = [seen.report(self.options["kept"]) for seen in self.watcher.seen]
        with open(self.options["report"], "w", encoding="utf-8") as stream:
            json.dump(report, stream)


def pytest_configure(config: Any) -> None:
    """Register what looks at the tests."""
    text = os.environ.pop(VARIABLE, None)
    if text:
        config.pluginmanager.register(Plugin(json.loads(text)), "perfagent-real-calls")
