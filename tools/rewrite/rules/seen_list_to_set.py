"""`if x not in seen: seen.append(x)`: a set beside the list answers the question."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.hashing import is_hashable, likely_scalar
from perfagent.tools.rewrite.analysis.types import is_empty_container
from perfagent.tools.rewrite.analysis.uses import Use
from perfagent.tools.rewrite.edits import Splice, insert_after, replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import in_list, plain_args, simple_statement

# Uses in the loop that leave the list as it is.
_READS = ("index", "iterate", "read", "truth")


class SeenListToSet(PatternRule):
    """See the class attributes."""

    name = "seen-list-to-set"
    looks_for = "A list that grows in a loop which tests membership in it: `if x not in seen: seen.append(x)`."
    safe_when = "The list starts empty, only `append` changes it in the loop, and what is appended can be hashed."
    why = (
        "Each test searches all that was seen so far: quadratic. A set beside the list keeps the order "
        "and answers at once."
    )
    example = """\
def distinct(lines):
    seen = []
    for line in lines:
        word = line.strip()
        if word not in seen:
            seen.append(word)
    return seen
"""
    example_after = """\
def distinct(lines):
    seen = []
    seen_set = set()
    for line in lines:
        word = line.strip()
        if word not in seen_set:
            seen.append(word)
            seen_set.add(word)
    return seen
"""
    counter_example = """\
def distinct(lines):
    seen = []
    for line in lines:
        words = line.split()
        if words not in seen:
            seen.append(words)
    return seen
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Tests in loops against lists that grow there."""
        done: set[tuple[int, str]] = set()
        for test in context.tree.nodes(cst.Comparison):
            target = in_list(test)
            seen = context.local(target[0]) if target else None
            if seen is None or (id(seen.scope), seen.name) in done:
                continue
            done.add((id(seen.scope), seen.name))
            finding = _finding(context, test, seen)
            if finding is not None:
                yield finding


def _finding(context: Context, test: cst.Comparison, seen: Variable) -> Finding | None:
    created = context.single_binding(seen)
    name = context.fresh_name(f"{seen.name}_set", f"{seen.name}_known")
    if created is None or name is None or not isinstance(created, (cst.List, cst.Call)):
        return None
    if not is_empty_container(created) or context.tree.code(created) not in ("[]", "list()"):
        return None
    uses = _uses_up_to_the_loops_end(context, test, seen, created)
    if uses is None or context.scopes.shadowed(test, "set"):
        return None
    splices = [insert_after(context, context.tree.statement_of(created), f"{name} = set()")]
    risk = 2
    appended = False
    for use in uses:
        if use.kind in _READS:
            continue
        change = _change(context, use, name)
        if change is None:
            return None
        splice, element = change
        splices.append(splice)
        appended = appended or use.kind == "method"
        risk = max(risk, 2 if is_hashable(context, element) else 3)
    what = f"each test searches all of `{seen.name}`; a set beside it answers in constant time"
    return Finding(test, splices, what, risk) if appended else None


def _uses_up_to_the_loops_end(
    context: Context, test: cst.Comparison, seen: Variable, created: cst.BaseExpression
) -> list[Use] | None:
    """The uses between the list's creation and the end of the outermost loop below it.

    None when the list is not created right in the block that holds the loop: it may be made anew in between.
    """
    made = context.tree.statement_of(created)
    block = context.tree.siblings(made)
    loop = next((s for s in block if context.tree.inside(test, s)), None)
    if loop is None or loop is made or not isinstance(loop, (cst.For, cst.While)) or context.captured(seen):
        return None
    if context.tree.indentation(made) is None or simple_statement(made, cst.Assign) is None:
        return None
    end = context.tree.span(loop)[1]
    within = [use for use in context.uses(seen) if context.tree.span(use.occurrence.node)[0] < end]
    return [use for use in within if not use.occurrence.store]


def _change(context: Context, use: Use, name: str) -> tuple[Splice, cst.BaseExpression] | None:
    """What a use in the loop needs, and the element whose hash it takes; None when it forbids the set."""
    node = use.node
    if use.kind == "member" and isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
        likely = likely_scalar(context, node.left)
        return (replace_whole(context, node.comparisons[0].comparator, name), node.left) if likely else None
    appends = use.kind == "method" and use.detail == "append"
    if not appends or not isinstance(node, cst.Call) or not plain_args(node, 1):
        return None
    element, line = node.args[0].value, context.tree.statement_of(node)
    alone = simple_statement(line, cst.Expr)
    if alone is None or alone.value is not node or context.tree.indentation(line) is None:
        return None
    if not isinstance(element, (cst.Name, cst.Attribute)) or not likely_scalar(context, element):
        return None
    return insert_after(context, line, f"{name}.add({context.tree.code(element)})"), element
