"""A parsed module with what every rule asks of it: spans, parents, nodes by kind, source text.

Offsets are bytes of the UTF-8 encoding, so that an edit can be spliced in without touching anything else.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import TypeVar, cast

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

NodeT = TypeVar("NodeT", bound=cst.CSTNode)

# Fields that hold only layout; leaving them out makes the walk several times faster.
_LAYOUT = (
    "whitespace",
    "leading_lines",
    "lines_after",
    "header",
    "footer",
    "lpar",
    "rpar",
    "comma",
    "semicolon",
)
_LAYOUT_FIELDS = frozenset(
    {"lbracket", "rbracket", "lbrace", "rbrace", "equal", "indent", "trailing_whitespace", "dot"}
)

# Expressions that keep their meaning wherever they are put, without parentheses.
_ATOMS = (
    cst.Name,
    cst.Attribute,
    cst.Call,
    cst.Subscript,
    cst.Integer,
    cst.SimpleString,
    cst.FormattedString,
    cst.List,
    cst.Set,
    cst.Dict,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
)


@lru_cache(maxsize=512)
def _child_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = (field.name for field in fields(kind))
    return tuple(n for n in names if not n.startswith(_LAYOUT) and n not in _LAYOUT_FIELDS)


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The direct children of `node` that carry meaning, layout left out."""
    for name in _child_fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from (item for item in value if isinstance(item, cst.CSTNode))


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`node` and everything below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


class ModuleTree:
    """One module, parsed once and shared by all rules.

    Args:
        source: the module's text.

    Raises:
        libcst.ParserSyntaxError: the text is not Python.
        ValueError: the text cannot be reproduced byte for byte from its tree.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.data = source.encode("utf-8")
        self.tree = cst.parse_module(source)
        if self.tree.code != source:
            raise ValueError("the source does not survive a round trip")
        self.newline = self.tree.default_newline
        self.indent = self.tree.default_indent
        wrapper = MetadataWrapper(self.tree, unsafe_skip_copy=True)
        self._spans = wrapper.resolve(ByteSpanPositionProvider)
        self._parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self._kinds: dict[type[cst.CSTNode], list[cst.CSTNode]] = {}
        self._index(self.tree)
        self._line_starts = [0]
        self._line_starts += [i + 1 for i, byte in enumerate(self.data) if byte == 0x0A]

    def _index(self, root: cst.CSTNode) -> None:
        for node in walk(root):
            self._kinds.setdefault(type(node), []).append(node)
            for child in children(node):
                self._parents[child] = node

    # Nodes

    def nodes(self, kind: type[NodeT]) -> list[NodeT]:
        """Every node of exactly this kind, in tree order."""
        return cast(list[NodeT], self._kinds.get(kind, []))

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node directly above."""
        return self._parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes above, nearest first."""
        current = self._parents.get(node)
        while current is not None:
            yield current
            current = self._parents.get(current)

    def inside(self, node: cst.CSTNode, outer: cst.CSTNode) -> bool:
        """Whether `node` is `outer` or below it."""
        return node is outer or any(above is outer for above in self.ancestors(node))

    def function_of(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The innermost `def` whose body holds `node`; a def's decorators and defaults are outside it."""
        below = node
        for above in self.ancestors(node):
            if isinstance(above, cst.FunctionDef) and below is above.body:
                return above
            below = above
        return None

    def qualname(self, node: cst.CSTNode) -> str:
        """Dotted name of the enclosing function and its classes, empty outside functions."""
        if self.function_of(node) is None:
            return ""
        names = [a.name.value for a in self.ancestors(node) if isinstance(a, (cst.FunctionDef, cst.ClassDef))]
        return ".".join(reversed(names))

    def statement_of(self, node: cst.CSTNode) -> cst.BaseStatement:
        """The statement (a whole simple line or a compound statement) that holds `node`."""
        for candidate in (node, *self.ancestors(node)):
            if isinstance(candidate, cst.BaseStatement):
                return candidate
        raise ValueError("the node is in no statement")

    def siblings(self, statement: cst.CSTNode) -> Sequence[cst.CSTNode]:
        """The statements of the block that holds `statement`, itself among them."""
        block = self.parent(statement)
        return block.body if isinstance(block, (cst.IndentedBlock, cst.Module)) else (statement,)

    def loops(self, node: cst.CSTNode) -> Iterator[cst.For | cst.While]:
        """The loops of the same function whose repeated part holds `node`, innermost first."""
        below = node
        for above in self.ancestors(node):
            if isinstance(above, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
                return
            repeats = isinstance(above, cst.For) and below is above.body
            repeats = repeats or (isinstance(above, cst.While) and below in (above.body, above.test))
            if repeats and isinstance(above, (cst.For, cst.While)):
                yield above
            below = above

    def for_clauses(self) -> list[cst.For | cst.CompFor]:
        """The `for` statements, then the `for` clauses of comprehensions."""
        return [*self.nodes(cst.For), *self.nodes(cst.CompFor)]

    def repeated(self, loop: cst.For | cst.CompFor) -> cst.CSTNode:
        """What a loop may evaluate repeatedly: the statement, or the whole comprehension of a clause."""
        if isinstance(loop, cst.For):
            return loop
        return next(above for above in self.ancestors(loop) if not isinstance(above, cst.CompFor))

    # Text

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end offset of the node without its parentheses; decorators are outside a def's span."""
        span = self._spans[node]
        return span.start, span.start + span.length

    def full_span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end offset with the node's own parentheses."""
        start, end = self.span(node)
        if isinstance(node, cst.BaseExpression) and node.lpar and node.rpar:
            return self.span(node.lpar[0])[0], self.span(node.rpar[-1])[1]
        return start, end

    def slice(self, start: int, end: int) -> str:
        """The source between two offsets."""
        return self.data[start:end].decode("utf-8")

    def code(self, node: cst.CSTNode) -> str:
        """The node's source text, with its own parentheses."""
        return self.slice(*self.full_span(node))

    def atom(self, node: cst.CSTNode) -> str:
        """The node's source text, in parentheses unless it binds as tightly as a name."""
        code = self.code(node)
        parenthesized = isinstance(node, cst.BaseExpression) and bool(node.lpar)
        return code if isinstance(node, _ATOMS) or parenthesized else f"({code})"

    def line(self, node: cst.CSTNode) -> int:
        """1-based line of the node's first byte."""
        return self.line_at(self.span(node)[0])

    def line_at(self, offset: int) -> int:
        """1-based line of an offset."""
        return bisect.bisect_right(self._line_starts, offset)

    def line_span(self, start: int, end: int) -> tuple[int, int]:
        """The whole lines that hold the bytes from start to end, the last newline included."""
        first = self._line_starts[self.line_at(start) - 1]
        after = self.line_at(max(start, end - 1))
        last = self._line_starts[after] if after < len(self._line_starts) else len(self.data)
        return first, last

    def indentation(self, statement: cst.CSTNode) -> str | None:
        """The white space before a statement, or None if something else stands before it on its line."""
        start, _ = self.span(statement)
        text = self.slice(self.line_span(start, start + 1)[0], start)
        return text if not text.strip() else None

    def has_comment(self, start: int, end: int) -> bool:
        """Whether a comment may lie between the offsets (a `#` in a string counts: better refused)."""
        return b"#" in self.data[start:end]
