"""Plain values as Python literals that `ast.literal_eval` reads back as they were.

Standard library only, Python 3.7 and later.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEEPEST = 50
"""Levels of nesting that are followed; a list that holds itself ends here too."""

LONGEST_INTEGER_BITS = 4096
"""Longer ones are refused: newer Pythons do not read more than 4300 digits."""

_SIMPLE = frozenset([type(None), bool, str, bytes])
_AROUND: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), dict: ("{", "}")}


class NotPlain(Exception):
    """A value that no literal says exactly; the text names what is in the way."""


class TooLong(NotPlain):
    """A value whose literal would be longer than there is room for."""


def literal(value: Any, room: int) -> str:
    """The literal of a value.

    Args:
        value: made of None, bool, int, float, complex, str, bytes, list, tuple, set and dict alone, no subclasses.
        room: characters it may have.

    Raises:
        NotPlain: it is not, or an infinity or NaN is in it. TooLong: its literal is longer than `room`.
    """
    return _Writer(room).write(value, 0)


class _Writer:
    def __init__(self, room: int) -> None:
        self.left = room

    def write(self, value: Any, depth: int) -> str:
        kind = type(value)
        if kind in _SIMPLE:
            self._take(len(value) if kind in (str, bytes) else 4)
            return self._took(repr(value))
        if kind is int:
            if value.bit_length() > LONGEST_INTEGER_BITS:
                raise NotPlain("a very large int")
            return self._took(repr(value))
        if kind is float or kind is complex:
            return self._took(self._number(value))
        if kind not in _AROUND:
            raise NotPlain(kind.__name__)
        if depth == DEEPEST:
            raise NotPlain("a deeply nested " + kind.__name__)
        return self._container(value, kind, depth + 1)

    def _number(self, value: Any) -> str:
        text = repr(value)
        if "n" in text:  # nan and inf, which are names and no literals
            raise NotPlain("an infinity or NaN")
        return text

    def _container(self, value: Any, kind: type, depth: int) -> str:
        self._take(2 * len(value))
        if kind is dict:
            parts = [self.write(key, depth) + ": " + self.write(each, depth) for key, each in value.items()]
        else:
            parts = [self.write(each, depth) for each in value]
        if kind is set:
            if not parts:
                raise NotPlain("an empty set")
            parts.sort()  # or the text would depend on the hash seed
        first, last = _AROUND[kind]
        return first + ", ".join(parts) + ("," if kind is tuple and len(parts) == 1 else "") + last

    def _took(self, text: str) -> str:
        self._take(len(text))
        return text

    def _take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise TooLong("more than there is room for")
