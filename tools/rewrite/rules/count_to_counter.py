"""A loop that only counts becomes a `Counter`, which counts in C."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.analysis.values import SEQUENCES
from perfagent.tools.rewrite.edits import Splice
from perfagent.tools.rewrite.imports import add_import
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import plain_args, simple_statement


class CountToCounter(PatternRule):
    """See the class attributes."""

    name = "count-to-counter"
    looks_for = "An empty dict and a loop that only counts in it: `d[x] = d.get(x, 0) + 1`, `if x in d: ... else: ...`."
    safe_when = "The dict is new, the loop does nothing else, the loop variable is not used afterwards."
    why = "`Counter(iterable)` runs the same loop in C; keys come in the same order."
    example = """\
def frequencies(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts
"""
    example_after = """\
from collections import Counter


def frequencies(words):
    counts = dict(Counter(iter(words)))
    return counts
"""
    counter_example = """\
def frequencies(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 1) + 1
    return counts
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Counting loops right after the creation of the dict."""
        for loop in context.tree.nodes(cst.For):
            block = context.tree.siblings(loop)
            index = next((i for i, s in enumerate(block) if s is loop), 0)
            created = simple_statement(block[index - 1], cst.Assign) if index else None
            if created is None or loop.orelse or loop.asynchronous or not isinstance(loop.target, cst.Name):
                continue
            kind = _kind(context, created)
            counts = context.local(created.targets[0].target)
            if kind is None or counts is None or not _quiet(context, counts, loop):
                continue
            name = context.tree.code(created.targets[0].target)
            if not _counts(context, loop, name, loop.target.value, kind):
                continue
            finding = _finding(context, created, loop, kind)
            if finding is not None:
                yield finding


def _finding(context: Context, created: cst.Assign, loop: cst.For, kind: str) -> Finding | None:
    imported = add_import(context, "collections", "Counter")
    start, end = context.tree.span(created.value)[0], context.tree.span(loop)[1]
    if imported is None or context.tree.has_comment(start, end) or isinstance(loop.iter, cst.Tuple):
        return None
    counter, splices = imported
    # Counter(mapping) takes over the mapping's values and Counter(None) is empty: an iterator forbids both.
    code = context.tree.code(loop.iter)
    sequence = type_of(context, loop.iter) in (*SEQUENCES, "set", "frozenset", "iterator")
    if not sequence and context.scopes.shadowed(loop.target, "iter"):
        return None
    counted = f"{counter}({code})" if sequence else f"{counter}(iter({code}))"
    if kind == "{}":
        new = f"dict({counted})"
    else:
        assert isinstance(created.value, cst.Call)
        new = f"{context.tree.code(created.value.func)}(int, {counted})"
    what = "counting in a loop costs two lookups and a call for each element; Counter counts in C"
    return Finding(loop, [*splices, Splice(start, end, new)], what, 1)


def _kind(context: Context, created: cst.Assign) -> str | None:
    if len(created.targets) != 1:
        return None
    if context.tree.code(created.value) in ("{}", "dict()"):
        return "{}"
    value = created.value
    if isinstance(value, cst.Call) and context.imported_name(value.func, "collections", "defaultdict"):
        whole = plain_args(value, 1) and context.scopes.is_builtin(value.args[0].value, "int")
        return "defaultdict" if whole else None
    return None


def _quiet(context: Context, counts: Variable, loop: cst.For) -> bool:
    target = context.local(loop.target)
    if target is None or context.used_after(target, loop) or context.captured(target) or context.captured(counts):
        return False
    in_iter = context.uses_in(counts, loop.iter)
    return not in_iter and not context.in_try(loop) and not context.scopes.shadowed(loop.target, "dict")


def _counts(context: Context, loop: cst.For, counts: str, key: str, kind: str) -> bool:
    """Whether the loop's body adds one to `counts[key]` and does nothing else."""
    if not isinstance(loop.body, cst.IndentedBlock) or not 1 <= len(loop.body.body) <= 2:
        return False
    cell = f"{counts}[{key}]"
    texts = [" ".join(context.tree.code(s).split()) for s in loop.body.body]
    added = (f"{cell} += 1", f"{cell} = {cell} + 1")
    if kind == "defaultdict":
        return len(texts) == 1 and texts[0] in added
    if len(texts) == 2:
        return texts[0] == f"if {key} not in {counts}: {cell} = 0" and texts[1] in added
    got = (f"{cell} = {counts}.get({key}, 0) + 1", f"{cell} = 1 + {counts}.get({key}, 0)")
    choices = [f"if {key} in {counts}: {a} else: {cell} = 1" for a in added]
    choices += [f"if {key} not in {counts}: {cell} = 1 else: {a}" for a in added]
    return texts[0] in got or texts[0] in choices
