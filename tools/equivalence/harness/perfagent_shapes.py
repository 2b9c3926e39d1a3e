"""What each kind of Python value is made of, for the encoder (perfagent_values.py). Standard library only,
Python 3.7 on.
"""

from __future__ import annotations

import base64
import collections
import enum
import functools
import hashlib
import io
import itertools
import pathlib
import re
import struct
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, List, Tuple

    Node = List[Any]
    Shape = Tuple[str, Node, Any]

# An iterator may have no end.
LAZY_LIMIT = 10000
LONG_TEXT = 65536
# A packed float costs far less room than a node.
PACKED_PER_NODE = 16
PACK_FROM = 32

SCALAR, ORDERED, UNORDERED, PAIRS = "scalar", "ordered", "unordered", "pairs"

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_PICKLING = ("__reduce_ex__", "__reduce__", "__getstate__", "__getnewargs__", "__getnewargs_ex__")
_BY_TEXT = {
    "datetime": ("date", "time", "datetime", "timedelta", "timezone"),
    "decimal": ("Decimal",),
    "_decimal": ("Decimal",),
    "_pydecimal": ("Decimal",),
    "fractions": ("Fraction",),
    "uuid": ("UUID",),
    "ipaddress": ("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network"),
}
_UNTOUCHABLE = (
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    types.CodeType,
    types.TracebackType,
    io.IOBase,
)
_CALLABLES = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    type(functools.lru_cache(None)(len)),
)


def describe(value: Any) -> Shape:
    """What a value is made of: (SCALAR, node, None), or how its children hang together, [tag, type],
    children.
    """
    kind = type(value)
    exact = _EXACT.get(kind)
    if exact is not None:
        return exact(value)
    for base, handler in _FAMILIES:
        if issubclass(kind, base):
            return handler(value)
    module = str(getattr(kind, "__module__", "")).partition(".")[0]
    if kind.__name__ in _BY_TEXT.get(module, ()):
        return _scalar(kind.__name__, _moment(value) if module == "datetime" else str(value))
    if module in _LIBRARIES:
        shape = _LIBRARIES[module](value)
        if shape is not None:
            return shape
    for base, content in _BUILTINS:
        if issubclass(kind, base):
            return PAIRS, ["object", type_name(kind)], [(Key("content"), content(value)), *_attributes(value)]
    if hasattr(kind, "__next__") and hasattr(kind, "__iter__"):
        return ORDERED, ["iterator", _iterator_name(kind)], _some(value)
    return _object(value)


def _scalar(*parts: Any) -> Shape:
    return SCALAR, list(parts), None


def _integer(value: int) -> Shape:
    # Beyond some 4300 digits Python refuses decimal text.
    return _scalar("int", value if -(1 << 4096) < value < 1 << 4096 else hex(value))


def exact_text(value: Any) -> str:
    """The repr of a plain scalar, also of ints too long for Python's decimal text."""
    return hex(value) if type(value) is int and not -(1 << 4096) < value < 1 << 4096 else repr(value)


def _string(value: str) -> Shape:
    if len(value) <= LONG_TEXT:
        return _scalar("str", value)
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return _scalar("long-str", value[:200], len(value), digest)


def _bytes(value: bytes, tag: str = "bytes") -> Shape:
    if len(value) <= LONG_TEXT:
        return _scalar(tag, base64.b64encode(value).decode())
    digest = hashlib.sha256(value).hexdigest()
    return _scalar("long-" + tag, base64.b64encode(value[:200]).decode(), len(value), digest)


def packed_floats(value: Any, left: int) -> Node | None:
    """The node of a list or tuple of nothing but floats; None for other values and beyond the nodes left."""
    kind = type(value)
    if kind not in (list, tuple) or not PACK_FROM <= len(value) <= PACKED_PER_NODE * left:
        return None
    if any(type(item) is not float for item in value):
        return None
    return ["floats", kind.__name__, base64.b64encode(struct.pack("<%dd" % len(value), *value)).decode()]


def rounded(node: Node) -> Node:
    """A scalar's node as it enters a digest."""
    if node[0] == "float":
        return ["float", "%.12g" % float(node[1])]
    if node[0] == "complex":
        return ["complex"] + ["%.12g" % float(part) for part in node[1:]]
    return node


def _some(iterator: Any) -> Iterator[Any]:
    """The first items of an iterator; how it ends is its last item."""
    for _ in range(LAZY_LIMIT):
        try:
            item = next(iterator)
        except StopIteration:
            return
        except Exception as error:
            yield _Mark("raised")
            yield error
            return
        yield item
    yield _Mark("unfinished")


class _Mark:
    """Something that is no value of the program, such as an iterator that did not end."""

    def __init__(self, text: str) -> None:
        self.text = text


def _iterator_name(kind: type) -> str | None:
    """Generators, map objects and their like are one kind of thing to their consumer; a user's class is its
    own.
    """
    return None if kind.__module__ in ("builtins", "itertools", "_collections") else type_name(kind)


def _moment(value: Any) -> str:
    """A date or time as text, with its zone's own class, which isoformat leaves out."""
    zone = getattr(value, "tzinfo", None)
    text = value.isoformat() if hasattr(value, "isoformat") else repr(value)
    return (
        text
        + (" " + type_name(type(zone)) + " " + str(value.tzname()) if zone is not None else "")
        + (" fold" if getattr(value, "fold", 0) else "")
    )


def _callable(value: Any) -> Shape:
    name = getattr(value, "__qualname__", getattr(value, "__name__", ""))
    owner = getattr(value, "__self__", None)
    if owner is not None and not isinstance(owner, (types.ModuleType, type)):
        return ORDERED, ["method", name], [owner]
    if not name or "<" in name:
        # Any two lambdas share their name, so equal names would say nothing.
        return SCALAR, opaque(value, "a function without a name of its own"), None
    return _scalar("function", "%s.%s" % (getattr(value, "__module__", None), name))


def _bound(value: Any) -> Shape:
    return ORDERED, ["method", getattr(value.__func__, "__qualname__", "")], [value.__self__]


def _exception(value: BaseException) -> Shape:
    arguments = tuple(_ADDRESS.sub(" at 0x", x) if type(x) is str else x for x in value.args)
    return ORDERED, ["exception", type_name(type(value))], arguments


def _enum(value: Any) -> Shape:
    return _scalar("enum", type_name(type(value)), str(value._name_), repr(value._value_) if not value._name_ else "")


class Key:
    """The key of an object's part: an attribute by its name, or another part such as what a builtin base
    holds.
    """

    def __init__(self, part: str, name: str | None = None) -> None:
        self.node = [part] if name is None else [part, name]


def is_private(key: Any) -> bool:
    """Whether a pair's key is that of an attribute that starts with an underscore (and is no `__special__`
    one).
    """
    name = key.node[1] if type(key) is Key and len(key.node) == 2 else ""
    return name[:1] == "_" and not (name[:2] == "__" and name[-2:] == "__")


def _object(value: Any) -> Shape:
    """An instance of any other class, by its attributes or, where its class says so, by what it would
    pickle.
    """
    kind = type(value)
    head = ["object", type_name(kind)]
    plain = hasattr(kind, "__dataclass_fields__") or hasattr(kind, "__attrs_attrs__")
    own_state = any(getattr(kind, name, None) is not getattr(object, name, None) for name in _PICKLING)
    has_state = hasattr(value, "__dict__") or any("__slots__" in base.__dict__ for base in kind.__mro__)
    if plain or (has_state and not own_state):
        return PAIRS, head, list(_attributes(value))
    try:
        return PAIRS, head, list(_pickled(value))
    except Exception:
        if not has_state:
            return SCALAR, opaque(value, "no state that can be read"), None
        return PAIRS, head, list(_attributes(value))


def _pickled(value: Any) -> Iterator[tuple[Key, Any]]:
    """The parts of an object by the pickle protocol: its class states what matters and leaves caches out."""
    reduced = value.__reduce_ex__(2)
    if isinstance(reduced, str):
        yield Key("global"), reduced
        return
    maker, arguments, state, items, entries = (tuple(reduced) + (None,) * 3)[:5]
    if getattr(maker, "__name__", "") in ("__newobj__", "__newobj_ex__", "_reconstructor"):
        arguments = [x for x in arguments if x is not type(value)]
    else:
        yield Key("made by"), maker
    yield Key("arguments"), list(arguments)
    parts = state if isinstance(state, tuple) and len(state) == 2 else (state,)
    if all(part is None or isinstance(part, dict) for part in parts):
        for name, part in itertools.chain.from_iterable((part or {}).items() for part in parts):
            yield Key("attr", str(name)), part
    else:
        yield Key("state"), state
    yield Key("items"), list(items or ())
    yield Key("entries"), dict(entries or ())


def _attributes(value: Any) -> Iterator[tuple[Key, Any]]:
    """Every stored attribute; values that a cached_property keeps are derived, not state."""
    kind = type(value)
    found = dict(value.__dict__) if hasattr(value, "__dict__") else {}
    for base in kind.__mro__:
        slots = base.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            name = "_%s%s" % (base.__name__.lstrip("_"), slot) if slot[:2] == "__" != slot[-2:] else slot
            if slot not in ("__dict__", "__weakref__") and hasattr(value, name):
                found.setdefault(name, getattr(value, name))
    for name, part in found.items():
        if type(getattr(kind, str(name), None)).__name__ not in ("cached_property", "lazy_property"):
            yield Key("attr", str(name)), part


def type_name(kind: Any) -> str:
    """The module and qualified name of a class; builtins by their name alone."""
    module = str(getattr(kind, "__module__", "?"))
    name = str(getattr(kind, "__qualname__", "?"))
    return name if module == "builtins" else module + "." + name


def opaque(value: Any, why: str) -> Node:
    """The node of what cannot be compared."""
    try:
        return ["opaque", type_name(type(value)), why]
    except Exception:
        return ["opaque", "?", why]


def _numpy(value: Any) -> Shape | None:
    kind = type(value)
    if kind.__name__ == "MaskedArray":
        return (
            ORDERED,
            ["masked", str(value.dtype)],
            [list(value.shape), value.mask.tolist(), value.filled(0).tolist()],
        )
    if hasattr(value, "shape") and hasattr(value, "tolist") and hasattr(value, "dtype"):
        tag = "array" if value.shape or kind.__name__ == "ndarray" else "numpy"
        flat = value.ravel().tolist() if value.shape else value.item()
        if type(flat) is kind:
            flat = repr(value)
        return ORDERED, [tag, type_name(kind) + " " + str(value.dtype)], [list(value.shape), flat]
    if kind.__name__ == "dtype" or type(kind).__name__ == "_DTypeMeta":
        return _scalar("dtype", str(value))
    return None


def _pandas(value: Any) -> Shape | None:
    kind = type(value).__name__
    head = ["pandas", type_name(type(value))]
    if kind == "DataFrame":
        columns = [value.iloc[:, i] for i in range(value.shape[1])]
        return ORDERED, head, [value.columns, value.index, *columns]
    if kind == "Series":
        return ORDERED, head, [str(value.dtype), value.name, value.index, value.tolist()]
    if kind.endswith("Index"):
        return ORDERED, head, [str(value.dtype), list(value.names), value.tolist()]
    if kind in ("Timestamp", "Timedelta", "NaTType", "NAType", "Period", "Interval"):
        return _scalar("pandas", kind, str(value))
    return None


_LIBRARIES = {"numpy": _numpy, "pandas": _pandas}

_EXACT: dict[type, Callable[[Any], Shape]] = {
    type(None): lambda _: _scalar("none"),
    bool: lambda value: _scalar("bool", value),
    int: _integer,
    float: lambda value: _scalar("float", repr(value)),
    complex: lambda value: _scalar("complex", repr(value.real), repr(value.imag)),
    str: _string,
    bytes: _bytes,
    bytearray: lambda value: _bytes(bytes(value), "bytearray"),
    type(Ellipsis): lambda _: _scalar("ellipsis"),
    type(NotImplemented): lambda _: _scalar("notimplemented"),
    list: lambda value: (ORDERED, ["list", None], value),
    tuple: lambda value: (ORDERED, ["tuple", None], value),
    range: lambda value: (ORDERED, ["range", None], [value.start, value.stop, value.step]),
    slice: lambda value: (ORDERED, ["slice", None], [value.start, value.stop, value.step]),
    set: lambda value: (UNORDERED, ["set", None], value),
    frozenset: lambda value: (UNORDERED, ["frozenset", None], value),
    type({}.keys()): lambda value: (UNORDERED, ["view", "keys"], value),
    type({}.values()): lambda value: (UNORDERED, ["view", "values"], value),
    type({}.items()): lambda value: (UNORDERED, ["view", "items"], value),
    dict: lambda value: (PAIRS, ["dict", None], value.items()),
    collections.defaultdict: lambda value: (
        PAIRS,
        ["object", "collections.defaultdict"],
        [(Key("content"), dict(value)), (Key("attr", "default_factory"), value.default_factory)],
    ),
    types.MappingProxyType: lambda value: (PAIRS, ["mappingproxy", None], value.items()),
    collections.OrderedDict: lambda value: (ORDERED, ["ordered-dict", None], value.items()),
    collections.deque: lambda value: (ORDERED, ["deque", value.maxlen], value),
    memoryview: lambda value: _bytes(value.tobytes(), "memoryview " + value.format + str(value.shape)),
    io.StringIO: lambda value: (ORDERED, ["stringio", None], [value.getvalue(), value.tell()]),
    io.BytesIO: lambda value: (ORDERED, ["bytesio", None], [value.getvalue(), value.tell()]),
    types.ModuleType: lambda value: _scalar("module", value.__name__),
    types.MethodType: _bound,
    functools.partial: lambda value: (
        ORDERED,
        ["partial", None],
        [value.func, value.args, value.keywords, value.__dict__],
    ),
    type(re.compile("")): lambda value: _scalar("regex", repr(value.pattern), value.flags),
    type(re.match("", "")): lambda value: (
        ORDERED,
        ["match", None],
        [value.re, value.string, value.regs, value.groups()],
    ),
    Key: lambda value: (SCALAR, value.node, None),
    _Mark: lambda value: _scalar("mark", value.text),
}

# By ancestry, first hit first; the order matters: an IntEnum is an int, and numpy.float64 is a float.
_FAMILIES: tuple[tuple[Any, Callable[[Any], Shape]], ...] = (
    (enum.Enum, _enum),
    (type, lambda value: _scalar("class", type_name(value))),
    (BaseException, _exception),
    (_CALLABLES, _callable),
    (_UNTOUCHABLE, lambda value: (SCALAR, opaque(value, "bound to its process"), None)),
    (pathlib.PurePath, lambda value: _scalar("path", type_name(type(value)), str(value))),
)
_BUILTINS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (collections.OrderedDict, lambda value: list(collections.OrderedDict.items(value))),
    (dict, lambda value: {key: dict.__getitem__(value, key) for key in dict.keys(value)}),
    (list, lambda value: list(list.__iter__(value))),
    (tuple, lambda value: tuple(tuple.__iter__(value))),
    (set, lambda value: set(set.__iter__(value))),
    (frozenset, lambda value: frozenset(frozenset.__iter__(value))),
    (collections.deque, lambda value: list(collections.deque.__iter__(value))),
    (str, str.__str__),
    (bytes, lambda value: bytes.__getitem__(value, slice(None))),
    (int, int.__index__),
    (float, float.__float__),
)
