"""Turns any Python result into a JSON-able tree that two processes can compare. Standard library only, Python
3.7 and later.

The tree depends on the value alone: not on hash seeds, memory addresses, the order of sets and dicts, or who
shares what with whom. Node forms, each a list whose first item is its tag:

    [tag, detail...]                         a scalar: none bool int float complex str bytes class function
    datetime ... ["floats", type, base64]                 a list or tuple of floats, packed as little-endian
    doubles [tag, type, [node...], rest]             ordered: list tuple array iterator ...; unordered
    (sorted): set frozenset view [tag, type, [[node, node]...], rest]     pairs sorted by key: dict, object
    (keys ["attr", name] and ["content"]) ["cycle", levels]                        the container that many
    levels up ["opaque", type, why]                    cannot be compared

`rest` is null, or [count, sha256] of the children beyond the node limit, floats in it rounded to 12
significant digits.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable

    from perfagent.tools.equivalence.harness import perfagent_shapes as shapes
    from perfagent.tools.equivalence.harness.perfagent_shapes import Node, Shape
else:
    # By path: this file is loaded by its path too, in processes whose sys.path is the target's own business.
    _spec = importlib.util.spec_from_file_location(
        "_perfagent_shapes", os.path.join(os.path.dirname(os.path.abspath(__file__)), "perfagent_shapes.py")
    )
    shapes = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(shapes)

NODE_LIMIT = 200000
# Frames in the encoder and nesting in the JSON grow with it; deeper values are told apart down to here only.
DEPTH_LIMIT = 100
# Values fed to digests, some ten seconds' worth; a value that shares its parts many times over has no end
# otherwise.
FEED_LIMIT = 10000000

UNSEEN = "not seen"
"""The digest of what lies beyond what is looked at."""

_FAST = {int: "i", str: "s", bool: "b", type(None): "n"}


def encode(value: Any, limit: int = NODE_LIMIT) -> Node:
    """The tree of a value; never raises.

    Args:
        value: anything; iterators and generators in it are consumed, up to LAZY_LIMIT items each.
        limit: nodes written out; what lies beyond is told by a digest.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + 20 * DEPTH_LIMIT)
    try:
        return _Encoder(limit).node(value)
    finally:
        sys.setrecursionlimit(before)


def peek(value: Any, limit: int) -> Node:
    """The tree of a value that is still in use: iterators are left unread and stand for themselves; never raises.

    Args:
        value: anything.
        limit: nodes written out, and values fed to digests of what lies beyond; what lies beyond these is not seen.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + 20 * DEPTH_LIMIT)
    try:
        return _Peeker(limit).node(value)
    finally:
        sys.setrecursionlimit(before)


def canonical(node: Any) -> str:
    """The one JSON text of a node."""
    return json.dumps(node, separators=(",", ":"))


class _TooLarge(BaseException):
    """The limit on digests is used up; no Exception, because those are what a value's own code raises."""


class _Encoder:
    """One walk over a value: the nodes left, the values fed to digests, the containers on the way down."""

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.private_left = limit
        self.in_private = False
        self.fed = 0
        self.feed_limit = FEED_LIMIT
        self.above: dict[int, int] = {}

    def node(self, value: Any) -> Node:
        """The node of a value within the limit."""
        self.left -= 1
        try:
            packed = shapes.packed_floats(value, self.left)
            if packed is not None:
                self.left -= len(value) // shapes.PACKED_PER_NODE
                return packed
            how, head, items = self._enter(value)
            if how == shapes.SCALAR:
                return head
            try:
                return head + self._children(how, items)
            finally:
                del self.above[id(value)]
        except _TooLarge:
            return shapes.opaque(value, "too large")
        except (Exception, SystemExit) as error:
            return shapes.opaque(value, "raised " + type(error).__name__)

    def _enter(self, value: Any) -> Shape:
        """What a value is made of; a container is noted as being above what follows."""
        if id(value) in self.above:
            return shapes.SCALAR, ["cycle", len(self.above) - self.above[id(value)]], None
        shape = shapes.describe(value)
        if shape[0] != shapes.SCALAR:
            if len(self.above) >= DEPTH_LIMIT:
                return shapes.SCALAR, shapes.opaque(value, "too deep"), None
            self.above[id(value)] = len(self.above)
        return shape

    def _children(self, how: str, items: Iterable[Any]) -> Node:
        """The last two fields of a container's node."""
        if how == shapes.ORDERED:
            return self._ordered(items)
        items = list(items)
        return self._unordered(items) if how == shapes.UNORDERED else self._pairs(items)

    def _ordered(self, items: Iterable[Any]) -> Node:
        nodes: list[Node] = []
        walk = iter(items)
        for item in walk:
            if self.left <= 0:
                return [nodes, self._rest(itertools.chain([item], walk))]
            nodes.append(self.node(item))
        return [nodes, None]

    def _rest(self, items: Iterable[Any]) -> Node:
        """Count and digest of what remains of an ordered container."""
        digest = hashlib.sha256()
        return [self._feed_ordered(digest, items), digest.hexdigest()]

    def _unordered(self, items: list[Any]) -> Node:
        if len(items) <= self.left:
            nodes = sorted((self.node(item) for item in items), key=canonical)
            if self.left > 0:
                return [nodes, None]
        # Where the limit cuts depends on the order of hashing, so nothing but the digest of all can stand.
        return [[], [len(items), self._digest_all(shapes.UNORDERED, items)]]

    def _pairs(self, items: list[Any]) -> Node:
        public = [pair for pair in items if not shapes.is_private(pair[0])]
        nodes, rest = self._keyed(public)
        if len(public) < len(items):
            nodes += self._private([pair for pair in items if shapes.is_private(pair[0])])
            nodes.sort(key=lambda pair: canonical(pair[0]))
        return [nodes, rest]

    def _private(self, items: list[Any]) -> list[Node]:
        """Private attributes have a limit of their own: one that a patch adds must not move the cut
        elsewhere.
        """
        if self.in_private:
            return [[key.node, self.node(item)] for key, item in items]
        self.left, self.private_left, self.in_private = self.private_left, self.left, True
        try:
            if self.left <= 0:
                return [[key.node, shapes.opaque(item, "too large")] for key, item in items]
            return [[key.node, self.node(item)] for key, item in items]
        finally:
            self.left, self.private_left, self.in_private = self.private_left, self.left, False

    def _keyed(self, items: list[Any]) -> tuple[list[Node], Node | None]:
        if len(items) > self.left:
            return [], [len(items), self._digest_all(shapes.PAIRS, items)]
        keyed = sorted(((self.node(key), item) for key, item in items), key=lambda pair: canonical(pair[0]))
        nodes: list[Node] = []
        for position, (key, item) in enumerate(keyed):
            if self.left <= 0:
                rest = hashlib.sha256()
                for other, value in keyed[position:]:
                    rest.update(canonical(other).encode() + self._digest(value))
                return nodes, [len(keyed) - position, rest.hexdigest()]
            nodes.append([key, self.node(item)])
        return nodes, None

    def _digest(self, value: Any) -> bytes:
        digest = hashlib.sha256()
        self._feed(digest, value)
        return digest.digest()

    def _digest_all(self, how: str, items: list[Any]) -> str:
        if how == shapes.UNORDERED:
            parts = sorted(self._digest(item) for item in items)
        else:
            public = [pair for pair in items if not shapes.is_private(pair[0])]
            parts = sorted(self._digest(key) + self._digest(item) for key, item in public)
        return hashlib.sha256(b"".join(parts)).hexdigest()

    def _feed(self, digest: Any, value: Any) -> None:
        """Add a value to a digest."""
        self._count()
        try:
            how, head, items = self._enter(value)
            if how == shapes.SCALAR:
                digest.update(canonical(shapes.rounded(head)).encode())
                return
            try:
                digest.update(canonical(head).encode())
                if how == shapes.ORDERED:
                    count = self._feed_ordered(digest, items)
                    digest.update(b"end %d" % count)
                else:
                    digest.update(self._digest_all(how, list(items)).encode())
            finally:
                del self.above[id(value)]
        except (Exception, SystemExit) as error:
            digest.update(type(error).__name__.encode())

    def _count(self) -> None:
        self.fed += 1
        if self.fed > self.feed_limit:
            raise _TooLarge

    def _feed_ordered(self, digest: Any, items: Iterable[Any]) -> int:
        """Add items in order; plain ones go many at a time. Returns how many."""
        count = 0
        plain = []
        for item in items:
            count += 1
            self._count()
            mark = _FAST.get(type(item))
            if mark is not None:
                plain.append(mark + shapes.exact_text(item))
            elif type(item) is float:
                plain.append("f%.12g" % item)
            else:
                digest.update("\n".join(plain).encode("utf-8", "surrogatepass"))
                plain = []
                self._feed(digest, item)
            if len(plain) >= 4096:
                digest.update("\n".join(plain).encode("utf-8", "surrogatepass") + b"\n")
                plain = []
        digest.update("\n".join(plain).encode("utf-8", "surrogatepass"))
        return count


class _Peeker(_Encoder):
    """An encoder that uses nothing up, and looks at so much of a value and no more."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.feed_limit = 2 * limit  # one long list never reaches it, a deep value does

    def _enter(self, value: Any) -> Shape:
        shape = super()._enter(value)
        if shape[0] != shapes.SCALAR and shape[1][0] == "iterator":
            del self.above[id(value)]
            return shapes.SCALAR, shapes.opaque(value, "not read"), None
        return shape

    def _children(self, how: str, items: Any) -> Node:
        if how != shapes.ORDERED and len(items) > self.feed_limit:
            return [[], [len(items), UNSEEN]]
        return super()._children(how, items)

    def _rest(self, items: Iterable[Any]) -> Node:
        try:
            return super()._rest(itertools.islice(items, max(self.feed_limit - self.fed, 0)))
        except _TooLarge:
            return [0, UNSEEN]

    def _digest(self, value: Any) -> bytes:
        try:
            return super()._digest(value)
        except _TooLarge:
            return UNSEEN.encode()

    def _digest_all(self, how: str, items: list[Any]) -> str:
        try:
            return super()._digest_all(how, items)
        except _TooLarge:
            return UNSEEN
