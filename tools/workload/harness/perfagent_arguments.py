"""What a function is called with: how many calls, how many of them with arguments seen before, how large those are.

Only exact builtin types are looked at, so that no code of the target's runs.
"""

from __future__ import annotations

import collections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, Iterator

SAMPLED_CALLS = 20000
"""Calls looked at; the first ones of a body tell as much as all of them, and each costs a microsecond and more."""

SMALL = 16
"""Items up to which a tuple or list is looked into."""

SHORT = 200
"""Characters or bytes up to which text is compared."""

KEPT_OBJECTS = 1000
"""Objects whose methods are called that are kept alive, so that no other one gets their address meanwhile."""

SCALARS = (int, float, complex, bool, type(None))
SIZED = (list, tuple, dict, set, frozenset, str, bytes, bytearray, range, collections.deque)


class Uncomparable(Exception):
    """A value that cannot be told from others cheaply."""


class Calls:
    """The calls of one function."""

    def __init__(self) -> None:
        self.calls = 0
        self.sampled = 0
        self.keys: set[Any] = set()
        self.comparable = True
        self.sizes: dict[str, list[int]] = {}
        self.objects: dict[int, Any] = {}

    def add(self, frame: FrameType) -> None:
        """A call begins: `frame` holds its arguments and nothing else yet."""
        self.calls += 1
        if self.calls > SAMPLED_CALLS:
            return
        self.sampled += 1
        values = frame.f_locals
        given = [(name, values[name]) for name in parameters(frame.f_code) if name in values]
        for name, value in given:
            size = size_of(value)
            if size is not None:
                self.sizes.setdefault(name, []).append(size)
        if self.comparable:
            try:
                self.keys.add(tuple(self._keys(given)))
            except Uncomparable:
                self.comparable = False
                self.keys.clear()
                self.objects.clear()

    def _keys(self, given: list[tuple[str, Any]]) -> Iterator[Any]:
        for position, (name, value) in enumerate(given):
            if position == 0 and name in ("self", "cls"):
                if len(self.objects) >= KEPT_OBJECTS and id(value) not in self.objects:
                    raise Uncomparable
                self.objects[id(value)] = value
                yield id(value)
            else:
                yield key_of(value)

    def report(self) -> dict[str, Any]:
        """`calls`, those `sampled`, `distinct` arguments among them (None where they cannot be compared cheaply),
        `by_object` (whether a method's own object was compared by identity) and `sizes` {parameter: [min, median, max]
        of those that have a size}."""
        return {
            "calls": self.calls,
            "sampled": self.sampled,
            "distinct": len(self.keys) if self.comparable and self.sampled else None,
            "by_object": bool(self.objects),
            "sizes": {name: [min(each), sorted(each)[len(each) // 2], max(each)] for name, each in self.sizes.items()},
        }


def parameters(code: CodeType) -> tuple[str, ...]:
    """The names of a code object's parameters, `*args` and `**words` among them."""
    stars = bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)  # CO_VARARGS, CO_VARKEYWORDS
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + stars]


def size_of(value: Any) -> int | None:
    """How many items a value has; None for what has none, or might run code to tell."""
    kind = type(value)
    if kind in SIZED:
        return len(value)
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray":
        return int(value.size)
    return None


def key_of(value: Any) -> Any:
    """Something hashable that is equal for equal values, and for no others.

    Raises:
        Uncomparable: there is nothing cheap.
    """
    kind = type(value)
    if kind in SCALARS or (kind in (str, bytes) and len(value) <= SHORT):
        return kind.__name__, value
    if kind in (tuple, list) and len(value) <= SMALL:
        return kind.__name__, tuple([key_of(item) for item in value])
    if kind is dict and len(value) <= SMALL and all(type(name) is str for name in value):
        return "dict", tuple([(name, key_of(value[name])) for name in sorted(value)])
    if issubclass(kind, type):
        return "type", id(value)
    raise Uncomparable
