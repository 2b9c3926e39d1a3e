"""How a function is reached from outside, what it was called with as literals, and all that was seen of it.

Standard library only, Python 3.7 and later.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from perfagent.tools.equivalence.harness.perfagent_literals import NotPlain, TooLong, literal
else:
    from perfagent_literals import NotPlain, TooLong, literal

MOST_TESTS = 5
"""Tests named for each function."""
NOTHING = "((), {})"
"""The literal of no arguments."""
_LAZY = 0x20 | 0x80 | 0x200  # CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR
_VARARGS, _VARKEYWORDS = 0x04, 0x08


class Unreachable(Exception):
    """A function that cannot be called by name; the text says why."""


class Reached:
    """How a function is called from outside.

    Attributes:
        way: `function`, `static` (of a class, with nothing or the class before its arguments) or `method`.
        module, owner, name: where it is found; `owner` is empty for a function of the module.
        function: the plain function below all decorators; None while a class is still being made.
    """

    def __init__(self, code: CodeType, scope: dict[str, Any], dotted: str) -> None:
        self.module = scope.get("__name__", "")
        self.owner, _, self.name = dotted.rpartition(".")
        found: Any = scope.get(dotted.partition(".")[0])
        if "." in self.owner:
            raise Unreachable("a class inside a class has it")
        self.way = "function"
        self.cls: type | None = None
        if self.owner:
            if not isinstance(found, type):
                raise Unreachable("it is defined inside a function")
            self.cls = found
            found = found.__dict__.get(self.name)
            self.way = "static" if isinstance(found, (staticmethod, classmethod)) else "method"
        self.bound = isinstance(found, classmethod)
        self.function = below(found)
        if getattr(self.function, "__code__", None) is not code:
            raise Unreachable("its name leads to something else")
        if code.co_flags & _LAZY:
            raise Unreachable("it is a generator or a coroutine")


def below(found: Any) -> Any:
    """The function under decorators that say what they wrap."""
    seen = set()
    while id(found) not in seen:
        seen.add(id(found))
        found = getattr(found, "__func__", None) or getattr(found, "__wrapped__", None) or found
    return found


class Given:
    """The arguments of a call that begins, as its caller could have written them: those with a default by their names,
    and only where they are not the default; the `skip` first ones are left out.
    """

    def __init__(self, function: Any, frame: FrameType, skip: int) -> None:
        code, found = frame.f_code, frame.f_locals
        count, named = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
        names = code.co_varnames
        values = function.__defaults__ or ()
        defaults = {names[count - len(values) + index]: each for index, each in enumerate(values)}
        defaults.update(function.__kwdefaults__ or {})
        stars = list(names[named:])
        rest = found[stars.pop(0)] if code.co_flags & _VARARGS else ()
        # Before what a star collects, and before a slash, an argument has its place alone.
        placed = count if rest else max(count - len(values), getattr(code, "co_posonlyargcount", 0))
        self.args = [(name, found[name]) for name in names[skip:placed]] + [("*", each) for each in rest]
        unset = object()
        self.named = {
            name: found[name]
            for name in names[max(placed, skip) : named]
            if found[name] is not defaults.get(name, unset)
        }
        if code.co_flags & _VARKEYWORDS:
            self.named.update(found[stars[0]])

    @property
    def anything(self) -> bool:
        """Whether there is any argument."""
        return bool(self.args or self.named)

    def text(self, room: int) -> str:
        """The literal of (positional, named).

        Raises:
            NotPlain: an argument is no literal. TooLong: it is longer than `room`.
        """
        args = [argument(name, each, room) for name, each in self.args]
        words = ["{!r}: {}".format(name, argument(name, each, room)) for name, each in self.named.items()]
        text = "(({}{}), {{{}}})".format(", ".join(args), "," if len(args) == 1 else "", ", ".join(words))
        if len(text) > room:
            raise TooLong("its arguments are longer than there is room for")
        return text


def argument(name: str, value: Any, room: int) -> str:
    """The literal of one argument; raises as `literal`, with the argument's name."""
    try:
        return literal(value, room)
    except TooLong:
        raise TooLong("its argument {} is longer than there is room for".format(name)) from None
    except NotPlain as error:
        raise NotPlain("its argument {} holds {}".format(name, error)) from None


class Call:
    """One call under way."""

    def __init__(self, seen: Seen, given: Given, text: str, made: str) -> None:
        self.seen, self.given, self.text, self.made = seen, given, text, made
        self.raised = False
        self.began = time.perf_counter()


class Seen:
    """What is known of one function."""

    def __init__(self) -> None:
        self.calls = 0
        self.looked = 0
        self.reached: Reached | None = None
        self.refused: dict[str, int] = {}
        self.kept: dict[str, list[Any]] = {}
        self.tests: dict[str, None] = {}
        self.open = 0

    def refuse(self, why: str) -> None:
        """Count a call that cannot be made again."""
        self.refused[why] = self.refused.get(why, 0) + 1

    def spread(self, most: int) -> list[Any]:
        """The calls that took longest, the first of every test before the second of any: tests ask for different
        things, and all calls of one may take longer than any of another.
        """
        turns: dict[str, int] = {}
        ranked = []
        for call in sorted(self.kept.values(), key=lambda each: (-each[2], each[1])):
            turns[call[4]] = turns.get(call[4], -1) + 1
            ranked.append((turns[call[4]], call[:4]))
        ranked.sort(key=lambda pair: pair[0])
        return [call for _, call in ranked[:most]]

    def report(self, most: int) -> dict[str, Any]:
        """What is seen; calls are [constructor's arguments or "", arguments, seconds, digest of the result]."""
        reached = self.reached
        return {
            "calls": self.calls,
            "distinct": len(self.kept),
            "way": reached.way if reached else "",
            "module": reached.module if reached else "",
            "owner": reached.owner if reached else "",
            "name": reached.name if reached else "",
            "refused": self.refused,
            "tests": list(self.tests)[:MOST_TESTS],
            "test_count": len(self.tests),
            "kept": self.spread(most),
        }
