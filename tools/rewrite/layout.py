"""How new code is laid out: on one line when it fits, else one clause a line as the common formatters do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst

    from perfagent.tools.rewrite.analysis.context import Context

# PEP 8 allows 99 and black writes 88; a file that has longer lines already may get longer ones.
_NARROWEST, _WIDEST = 88, 110


def width(context: Context) -> int:
    """The line length to stay within, from the file's own lines."""
    longest = max((len(line) for line in context.tree.source.splitlines()), default=0)
    return min(max(longest, _NARROWEST), _WIDEST)


def bracketed(context: Context, statement: cst.CSTNode, opening: str, parts: Sequence[str], closing: str) -> str:
    """`opening part part closing` in the place of the value of an assignment, broken into lines if too long.

    Args:
        context: the module.
        statement: the assignment whose value the text becomes.
        opening, closing: the brackets.
        parts: element and clauses, one line each when broken.
    """
    one_line = f"{opening}{' '.join(parts)}{closing}"
    start = context.tree.span(statement)[0]
    line_start = context.tree.line_span(start, start + 1)[0]
    head = context.tree.slice(line_start, context.tree.span(statement)[0])
    prefix = context.tree.code(statement).split("=", 1)[0]
    if "\n" not in one_line and len(head) + len(prefix) + 2 + len(one_line) <= width(context):
        return one_line
    newline = context.tree.newline
    deeper = head + context.tree.indent
    return newline.join([opening, *(deeper + part for part in parts), head + closing])


def fits(context: Context, node: cst.CSTNode, text: str) -> bool:
    """Whether `text` on one line in the place of `node` stays within the width."""
    start = context.tree.span(node)[0]
    column = start - context.tree.line_span(start, start + 1)[0]
    return column + len(text) <= width(context)
