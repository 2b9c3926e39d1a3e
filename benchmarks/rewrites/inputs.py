"""The function to call in each rule's example, and arguments of a size that real code meets."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

_WORDS = [f"word{i * 7919 % 900}" for i in range(1000)]
_PRICES = dict.fromkeys(_WORDS, 2)
_LINES = [f"  entry{i}, {i % 17},value {i * 31 % 97}  " for i in range(300)]


@dataclass(frozen=True, slots=True)
class Input:
    """One call of an example.

    Attributes:
        function: its name in the example.
        arguments: makes the arguments, anew for each timing, as an example may consume them.
        calls: how often it is called for one timing, so that a timing takes about a millisecond.
        size: what the arguments are, for the report.
    """

    function: str
    arguments: Callable[[], tuple[Any, ...]]
    calls: int
    size: str


def _graph() -> dict[int, list[int]]:
    return {i: [(2 * i + 1) % 20000, (2 * i + 2) % 20000] for i in range(20000)}


class _Node:
    """One node of a chain; shown by its number alone, as a chain may be long."""

    def __init__(self, value: int, parent: _Node | None) -> None:
        self.value = value
        self.parent = parent

    def __repr__(self) -> str:
        return f"<{self.value}>"


def _chain(length: int) -> _Node | None:
    node = None
    for i in range(length):
        node = _Node(i, node)
    return node


INPUTS = {
    "any-all-generator": Input("has_long", lambda: (["x" * 30, *_WORDS],), 20, "1 000 words, first one long"),
    "append-to-comprehension": Input("squares", lambda: (range(1000),), 10, "1 000 numbers"),
    "bytes-concat": Input("read_all", lambda: (io.BytesIO(bytes(4_000_000)),), 1, "4 MB in pieces of 4 KB"),
    "constant-to-module": Input("seconds", lambda: (3, "m"), 3000, "one lookup in 3 entries"),
    "count-to-counter": Input("frequencies", lambda: (_WORDS,), 10, "1 000 words, 900 distinct"),
    "format-to-fstring": Input("label", lambda: (3, SimpleNamespace(name="abc")), 2000, "two fields"),
    "generator-to-comprehension": Input("words", lambda: (" ".join(_WORDS),), 5, "1 000 words"),
    "hoist-container": Input("common", lambda: (_WORDS[:300], _WORDS), 1, "300 tests against 1 000 words"),
    "hoist-len": Input("spaces", lambda: (" " * 1000,), 10, "1 000 characters"),
    "hoist-row": Input("fill", lambda: (40,), 4, "40 x 40 cells"),
    "import-to-module": Input("norm", lambda: (3.0, 4.0), 2000, "one square root"),
    "insert-front-to-reverse": Input("path_to", lambda: (_chain(5000),), 1, "5 000 nodes"),
    "lazy-log-arguments": Input("store", lambda: ("key", list(range(10))), 1000, "level off, a list of 10"),
    "list-count-to-counter": Input("commonest", lambda: (_WORDS,), 1, "1 000 words, 900 distinct"),
    "list-membership-to-set": Input("unknown", lambda: (_LINES, _LINES), 1, "900 tests against 300 names"),
    "list-queue-to-deque": Input("reachable", lambda: (_graph(), 0), 1, "breadth first over 20 000 nodes"),
    "loop-over-items": Input("total", lambda: (_PRICES,), 10, "900 keys"),
    "loop-over-values": Input("total", lambda: (list(range(1000)),), 10, "1 000 numbers"),
    "map-lambda": Input("lengths", lambda: (_WORDS,), 10, "1 000 words"),
    "min-max-inline": Input("highest", lambda: (range(1000),), 10, "1 000 numbers"),
    "rebuilt-container": Input("flatten", lambda: ([list(range(5))] * 500,), 1, "500 rows of 5"),
    "redundant-conversion": Input("distinct", lambda: (_WORDS,), 20, "1 000 words"),
    "regex-literal-to-str": Input("flatten", lambda: ("\n".join(_WORDS[:50]),), 100, "50 short lines"),
    "regex-to-module": Input("fields", lambda: ("a,b,c,d",), 1000, "a line of 4 fields"),
    "seen-list-to-set": Input("distinct", lambda: (_WORDS,), 1, "1 000 words, 900 distinct"),
    "startswith-tuple": Input("is_comment", lambda: ("a plain line",), 2000, "three prefixes, none fits"),
    "str-concat-order": Input("render", lambda: (range(20000),), 1, "20 000 rows"),
    "sum-of-lists": Input("names", lambda: (range(2000),), 1, "2 000 lists of 5"),
}
