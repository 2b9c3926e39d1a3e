"""Where something that does not change in a loop can be computed once before it."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.effects import has_flow, is_stable
from perfagent.tools.rewrite.analysis.scopes import Comprehension

_LEAVES = (cst.Break, cst.Continue, cst.Return, cst.Raise)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A point before a repeated part.

    Attributes:
        statement: the statement to insert before; it begins its line.
        loops: the loops and comprehensions that lie between, innermost first.
        certain: whether the expression is evaluated whenever the innermost of them goes round once.
    """

    statement: cst.CSTNode
    loops: tuple[cst.CSTNode, ...]
    certain: bool


def hoist_place(context: Context, node: cst.BaseExpression) -> Place | None:
    """The outermost point to compute `node` once for all, None when it changes or nothing repeats it."""
    loops = []
    for loop in _repeating(context, node):
        if not is_stable(context, node, loop):
            break
        loops.append(loop)
    if not loops:
        return None
    statement: cst.CSTNode = context.tree.statement_of(loops[-1])
    if context.tree.indentation(statement) is None or _is_elif(context, statement):
        return None
    # Below a while that tests a comprehension the statement itself repeats: it is then among the loops.
    certain = len(loops) == 1 and always_evaluated(context, node, loops[0])
    return Place(statement, tuple(loops), certain)


def _repeating(context: Context, node: cst.CSTNode) -> list[cst.CSTNode]:
    """Loops and comprehensions of the same function that evaluate `node` more than once, innermost first."""
    found: list[cst.CSTNode] = []
    below = node
    for above in context.tree.ancestors(node):
        if isinstance(above, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            break
        if (
            (isinstance(above, Comprehension) and not context.tree.inside(node, above.for_in.iter))
            or (isinstance(above, cst.For) and below is above.body)
            or (isinstance(above, cst.While) and below in (above.body, above.test))
        ):
            found.append(above)
        below = above
    return found


def _is_elif(context: Context, statement: cst.CSTNode) -> bool:
    parent = context.tree.parent(statement)
    return isinstance(statement, cst.If) and isinstance(parent, cst.If)


def always_evaluated(context: Context, node: cst.CSTNode, loop: cst.CSTNode) -> bool:
    """Whether nothing between the loop and the node can skip the node."""
    below = node
    for above in context.tree.ancestors(node):
        if above is loop:
            return True
        if _may_skip(above, below):
            return False
        below = above
    return False


def _may_skip(above: cst.CSTNode, below: cst.CSTNode) -> bool:
    if isinstance(above, cst.BooleanOperation):
        return below is above.right
    if isinstance(above, (cst.If, cst.IfExp, cst.While)):
        return below is not above.test
    if isinstance(above, cst.Comparison):
        return len(above.comparisons) > 1
    if isinstance(above, (cst.Try, cst.TryStar, cst.Match, cst.For)):
        return True
    if isinstance(above, cst.CompFor):
        return below in above.ifs[1:] or above.inner_for_in is not None
    if isinstance(above, Comprehension):
        return below is not above.for_in
    if isinstance(above, cst.IndentedBlock):
        before = above.body[: next(i for i, s in enumerate(above.body) if s is below)]
        return any(has_flow(statement, *_LEAVES) for statement in before)
    return False
