"""`data += chunk` on bytes in a loop becomes growth of a bytearray."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.effects import has_flow
from perfagent.tools.rewrite.analysis.uses import Use
from perfagent.tools.rewrite.edits import insert_after, replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import simple_statement


class BytesConcat(PatternRule):
    """See the class attributes."""

    name = "bytes-concat"
    looks_for = "`data = b''` and `data += chunk` in a loop."
    safe_when = (
        "The variable is local, in the loop only added to, measured or tested, and the loop is not left by `return`."
    )
    why = "Bytes cannot grow: each addition copies everything, quadratic. A bytearray grows in place."
    example = """\
def read_all(stream):
    data = b""
    while True:
        chunk = stream.read(4096)
        if not chunk:
            break
        data += chunk
    return data
"""
    example_after = """\
def read_all(stream):
    data = bytearray()
    while True:
        chunk = stream.read(4096)
        if not chunk:
            break
        data += chunk
    data = bytes(data)
    return data
"""
    counter_example = """\
def read_all(stream, sink):
    data = b""
    while True:
        data += stream.read(4096)
        sink(data)
    return data
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Empty bytes that a loop adds to."""
        for assign in context.tree.nodes(cst.Assign):
            data = context.local(assign.targets[0].target) if len(assign.targets) == 1 else None
            if data is None or context.tree.code(assign.value) not in ('b""', "b''", "bytes()"):
                continue
            loop = _loop(context, data, assign)
            if loop is not None and not context.scopes.shadowed(assign.targets[0].target, "bytearray"):
                splices = [replace_whole(context, assign.value, "bytearray()")]
                splices.append(insert_after(context, loop, f"{data.name} = bytes({data.name})"))
                what = f"each addition copies all of `{data.name}`; a bytearray grows in place"
                yield Finding(assign, splices, what, 1)


def _loop(context: Context, data: Variable, assign: cst.Assign) -> cst.For | cst.While | None:
    """The loop that adds, in the block of the creation; None when anything else happens to the bytes."""
    made = context.tree.statement_of(assign)
    stores = [use for use in context.uses(data) if use.occurrence.store]
    grown = [use for use in stores if use.kind == "augment" and use.detail == "AddAssign"]
    if len(stores) != len(grown) + 1 or not grown or simple_statement(made, cst.Assign) is None:
        return None
    loop = next((s for s in context.tree.siblings(made) if context.tree.inside(grown[0].node, s)), None)
    if not isinstance(loop, (cst.For, cst.While)) or loop.orelse is not None or context.tree.indentation(loop) is None:
        return None
    if context.captured(data) or context.in_try(assign) or has_flow(loop, cst.Return, cst.Yield, cst.Await):
        return None
    start, end = context.tree.span(loop)
    for use in context.uses(data):
        position = context.tree.span(use.occurrence.node)[0]
        if start <= position < end and not _keeps(use):
            return None
        if position < start and use.node is not assign:
            return None
    inside = all(context.tree.inside(use.node, loop) for use in grown)
    return loop if inside else None


def _keeps(use: Use) -> bool:
    """Whether a use in the loop means the same for bytes and a bytearray."""
    if use.kind == "augment":
        return True
    return use.kind == "truth" or (use.kind == "read" and use.detail == "len")
