"""A short text of a value that is in use: mostly equal for equal values and mostly another one for others, and cheap.

It finds, among many calls, the few worth a closer look, which alone decides. Only exact builtin types are looked into,
and the public attributes of plain objects, so that no code of the target's runs and nothing is used up. Floats are
rounded. Standard library only, Python 3.7 and later.
"""

from __future__ import annotations

import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ARGUMENT = (2, 4)
RESULT = (4, 24)
"""How deep to look, and at how many items of each container: arguments only tell calls apart."""

PLAIN = frozenset({int, str, bytes, bool, type(None)})
LONG = 100000
"""Items up to which a list of plain values is read whole, and characters up to which text is."""


def crc(value: Any, size: tuple[int, int]) -> int:
    """A checksum of a value's sketch."""
    return zlib.crc32(sketch(value, *size).encode("utf-8", "surrogatepass"))


def sketch(value: Any, depth: int, breadth: int) -> str:
    """The text of a value.

    Args:
        value: anything.
        depth: levels of containers and objects to look into.
        breadth: items of each.
    """
    kind = type(value)
    if kind in PLAIN:
        return _plain(value)
    if kind is float:
        return "%.6g" % value
    name = kind.__name__
    if kind in (list, tuple):
        return name + _items(value, depth, breadth)
    if kind in (set, frozenset):
        return "%s%d%s" % (name, len(value), _sorted(value) if len(value) <= LONG else "")
    if kind is dict:
        return name + _pairs(value, depth, breadth)
    if issubclass(kind, BaseException):
        return name + (_items(value.args, depth, breadth) if type(value.args) is tuple else "")
    return name + _attributes(value, depth, breadth)


def _plain(value: Any) -> str:
    if type(value) in (str, bytes) and len(value) > LONG:
        value = value[:LONG]
    # Decimal text of long integers takes quadratic time, and is refused by some versions.
    return hex(value) if type(value) is int else repr(value)


def _items(value: Any, depth: int, breadth: int) -> str:
    count = len(value)
    if count <= LONG and set(map(type, value)) <= PLAIN:
        return "%d:%08x" % (count, zlib.crc32("".join(map(_plain, value)).encode("utf-8", "surrogatepass")))
    if depth <= 0:
        return str(count)
    few = value if count <= breadth else value[:: count // breadth + 1]
    return "%d[%s]" % (count, ",".join([sketch(item, depth - 1, breadth) for item in few]))


def _sorted(values: Any) -> str:
    plain = sorted(_plain(value) for value in values if type(value) in PLAIN)
    return "{%s}" % ",".join(plain)


def _pairs(value: Any, depth: int, breadth: int) -> str:
    if len(value) > breadth or depth <= 0:
        return str(len(value))
    pairs = sorted((_plain(key), sketch(value[key], depth - 1, breadth)) for key in value if type(key) in PLAIN)
    return "%d{%s}" % (len(value), ",".join(map(":".join, pairs)))


def _attributes(value: Any, depth: int, breadth: int) -> str:
    """An object's public attributes; those of others a patch may add and leave out."""
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return ""
    if type(own) is not dict or depth <= 0:
        return ""
    names = sorted(name for name in own if type(name) is str and name[:1] != "_")[:breadth]
    return "(%s)" % ",".join([name + "=" + sketch(own[name], depth - 1, breadth) for name in names])
