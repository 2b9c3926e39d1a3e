"""`path.insert(0, x)` in a loop becomes `append`, and one `reverse` after the loop."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.effects import has_flow
from perfagent.tools.rewrite.edits import insert_after, replace
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import plain_args, simple_statement


class InsertFrontToReverse(PatternRule):
    """See the class attributes."""

    name = "insert-front-to-reverse"
    looks_for = "A list built back to front by `insert(0, x)` in a loop."
    safe_when = "The list is local, starts with at most one element, and is not looked at before the loop ends."
    why = "Each insertion moves all elements: quadratic. Appending and reversing once is linear."
    example = """\
def path_to(node):
    path = []
    while node is not None:
        path.insert(0, node)
        node = node.parent
    return path
"""
    example_after = """\
def path_to(node):
    path = []
    while node is not None:
        path.append(node)
        node = node.parent
    path.reverse()
    return path
"""
    counter_example = """\
def path_to(node):
    path = []
    while node is not None and node not in path:
        path.insert(0, node)
        node = node.parent
    return path
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Insertions at the front that are a loop's only use of the list."""
        for call in context.tree.nodes(cst.Call):
            if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "insert" or not plain_args(call, 2):
                continue
            if context.tree.code(call.args[0].value) != "0":
                continue
            path = context.local(call.func.value)
            loop = _loop(context, call, path) if path else None
            if path is not None and loop is not None:
                append = f"{path.name}.append({context.tree.code(call.args[1].value)})"
                splices = [
                    replace(context, call, append),
                    insert_after(context, loop, f"{path.name}.reverse()"),
                ]
                what = f"each insertion moves all of `{path.name}`; appending and reversing once is linear"
                yield Finding(call, splices, what, 1)


def _loop(context: Context, call: cst.Call, path: Variable) -> cst.For | cst.While | None:
    """The outermost loop between the list's creation and the insertion, None when the edit is not safe."""
    created = context.single_binding(path)
    if not isinstance(created, cst.List) or len(created.elements) > 1 or context.captured(path):
        return None
    made = context.tree.statement_of(created)
    loop = next((s for s in context.tree.siblings(made) if context.tree.inside(call, s)), None)
    if not isinstance(loop, (cst.For, cst.While)) or loop.orelse is not None or context.in_try(call):
        return None
    if (
        simple_statement(made, cst.Assign) is None
        or simple_statement(context.tree.statement_of(call), cst.Expr) is None
    ):
        return None
    alone = len(_before(context, path, loop)) == 0 and len(context.uses_in(path, loop)) == 1
    leaves = has_flow(loop, cst.Return, cst.Yield, cst.Await)
    return loop if alone and not leaves and context.tree.indentation(loop) is not None else None


def _before(context: Context, path: Variable, loop: cst.CSTNode) -> list[cst.CSTNode]:
    """Uses of the list before the loop, its creation left out."""
    start = context.tree.span(loop)[0]
    used = (use.occurrence for use in context.uses(path) if not use.occurrence.store)
    return [o.node for o in used if context.tree.span(o.node)[0] < start]
