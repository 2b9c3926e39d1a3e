"""How a function is reached from outside, and what it was called with as literals.

Standard library only, Python 3.7 and later.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from perfagent.tools.equivalence.harness.perfagent_literals import NotPlain, TooLong, literal
else:
    from perfagent_literals import NotPlain, TooLong, literal

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
    """The arguments of a call that begins, as the caller could have written them; `skip` leading ones are left out."""

    def __init__(self, function: Any, frame: FrameType, skip: int) -> None:
        code, found = frame.f_code, frame.f_locals
        count, named = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
        names = code.co_varnames
        values = function.__defaults__ or ()
        first = count - len(values)
        defaults = {names[first + index]: each for index, each in enumerate(values)}
        stars = list(names[named:])
        rest = found[stars.pop(0)] if code.co_flags & _VARARGS else ()
        plain = list(names[skip:count])
        while plain and not rest and plain[-1] in defaults and found[plain[-1]] is defaults[plain[-1]]:
            plain.pop()
        self.args = [(name, found[name]) for name in plain] + [("*", each) for each in rest]
        unset = object()
        kept = function.__kwdefaults__ or {}
        self.named = {name: found[name] for name in names[count:named] if found[name] is not kept.get(name, unset)}
        if code.co_flags & _VARKEYWORDS:
            self.named.update(found[stars[0]])

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
