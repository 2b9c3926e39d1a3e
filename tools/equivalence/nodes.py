"""Reading the encoder's nodes (their forms: harness/perfagent_values.py) and showing them to people."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

Node = list[Any]

SHOWN = 120

PAIRS = frozenset({"dict", "mappingproxy", "object"})
UNORDERED = frozenset({"set", "frozenset", "view"})
_BRACKETS = {"list": ("[", "]"), "tuple": ("(", ")"), "set": ("{", "}"), "dict": ("{", "}")}
_TYPE_SAYS_IT = frozenset({"object", "exception"})
_PLAIN: dict[str, Callable[[Node], str]] = {
    "none": lambda _: "None",
    "bool": lambda node: str(node[1]),
    "int": lambda node: str(node[1]),
    "float": lambda node: str(node[1]),
    "complex": lambda node: f"complex({node[1]}, {node[2]})",
    "str": lambda node: repr(node[1]),
    "bytes": lambda node: repr(base64.b64decode(node[1])),
    "enum": lambda node: f"{node[1]}.{node[2] or node[3]}",
}


def is_group(node: Node) -> bool:
    """Whether a node has children."""
    return len(node) == 4 and isinstance(node[2], list)


def step(key: Node) -> str:
    """What a pair's key adds to a path."""
    if key[0] == "attr":
        return f".{key[1]}"
    if key[0] == "content":
        return ""
    return f".<{key[0]}>" if len(key) == 1 and key != ["none"] else f"[{show(key, 40)}]"


def doubles(node: Node) -> tuple[float, ...]:
    """The numbers of a packed node."""
    raw = base64.b64decode(node[2])
    return struct.unpack(f"<{len(raw) // 8}d", raw)


def unpacked(node: Node) -> Node:
    """Packed floats as the list or tuple that they are."""
    if node[0] != "floats":
        return node
    return [node[1], None, [["float", repr(x)] for x in doubles(node)], None]


def show(node: Node, width: int = SHOWN) -> str:
    """A node for a reader, much like the value's own repr, at most `width` characters."""
    text = "".join(islice(_words(node), 4 * width))
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _words(node: Node) -> Iterator[str]:
    """The text of a node piece by piece, so that showing a large one costs no more than what is shown."""
    node = unpacked(node)
    tag = node[0]
    if is_group(node):
        opening, closing = _BRACKETS.get(tag, (f"{'' if tag in _TYPE_SAYS_IT else tag}{node[1] or ''}(", ")"))
        yield opening
        for position, child in enumerate(node[2]):
            if position:
                yield ", "
            if tag in PAIRS:
                key = child[0]
                yield f"{step(key)[1:]}=" if tag == "object" else f"{show(key, 40)}: "
            yield from _words(child[1] if tag in PAIRS else child)
        if node[3]:
            yield f", ... {node[3][0]} more"
        yield closing
    elif tag in _PLAIN:
        yield _PLAIN[tag](node)
    else:
        yield f"<{' '.join(str(part) for part in node)}>"
