"""`for k in d: ... d[k]` becomes `for k, value in d.items()`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.effects import is_stable
from perfagent.tools.rewrite.analysis.tree import walk
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import method_call, only_index

_WORTHWHILE = 2


class LoopOverItems(PatternRule):
    """See the class attributes."""

    name = "loop-over-items"
    looks_for = "`for key in table` or `table.keys()` with `table[key]` more than once in the loop."
    safe_when = "It is a dict by its making or annotation, and nothing in the loop can change it or rebind the key."
    why = "Each `table[key]` hashes and looks up what the iteration has at hand."
    example = """\
def total(prices: dict):
    cost = 0
    for name in prices:
        if prices[name] > 0:
            cost += prices[name]
    return cost
"""
    example_after = """\
def total(prices: dict):
    cost = 0
    for name, value in prices.items():
        if value > 0:
            cost += value
    return cost
"""
    counter_example = """\
def discount(prices: dict):
    for name in prices:
        prices[name] = prices[name] * 0.9 if prices[name] > 1 else 1
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Loops over keys that look the keys up."""
        for loop in context.tree.for_clauses():
            finding = _finding(context, loop)
            if finding is not None:
                yield finding


def _finding(context: Context, loop: cst.For | cst.CompFor) -> Finding | None:
    keys = method_call(loop.iter, "keys")
    by_keys = keys is not None and not keys.args and isinstance(keys.func, cst.Attribute)
    table = keys.func.value if by_keys and keys and isinstance(keys.func, cst.Attribute) else loop.iter
    known = type_of(context, table) == "dict"
    if not isinstance(loop.target, cst.Name) or not isinstance(table, (cst.Name, cst.Attribute)):
        return None
    # Other mappings may answer items() differently: messages with repeated keys, or by this very loop.
    if not known or loop.asynchronous is not None:
        return None
    repeated = context.tree.repeated(loop)
    lookups = _lookups(context, repeated, loop, context.tree.code(table))
    name = context.fresh_name("value", "item", f"{loop.target.value}_value")
    # A single lookup costs no more than the pair that items() makes.
    if len(lookups) < _WORTHWHILE or name is None or not _steady(context, table, loop, repeated):
        return None
    code = context.tree.code(table)
    splices = [replace_whole(context, node, name) for node in lookups]
    splices.append(replace_whole(context, loop.target, f"{loop.target.value}, {name}"))
    splices.append(replace_whole(context, loop.iter, f"{code}.items()"))
    what = f"each lookup hashes the key again; items() hands over the value of `{code}` with it"
    return Finding(loop, splices, what, 1)


def _lookups(context: Context, repeated: cst.CSTNode, loop: cst.For | cst.CompFor, table: str) -> list[cst.Subscript]:
    assert isinstance(loop.target, cst.Name)
    key = context.variable(loop.target)
    found = []
    for node in walk(repeated):
        index = only_index(node)
        if not isinstance(node, cst.Subscript) or index is None or context.tree.code(node.value) != table:
            continue
        variable = context.variable(index)
        if variable is not None and key is not None and (variable.name, variable.scope) == (key.name, key.scope):
            found.append(node)
    return found


def _steady(
    context: Context, table: cst.Name | cst.Attribute, loop: cst.For | cst.CompFor, repeated: cst.CSTNode
) -> bool:
    """Whether table and key stay what they are for a whole round."""
    key = context.variable(loop.target)
    if key is None or not is_stable(context, table, repeated):
        return False
    stores = [o for o in context.occurrences(key) if o.store and context.tree.inside(o.node, repeated)]
    after = isinstance(loop, cst.For) and loop.orelse is not None
    return len(stores) == 1 and not context.captured(key) and not after
