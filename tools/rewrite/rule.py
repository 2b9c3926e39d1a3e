"""The frame every rule stands in: the rule finds places, the frame turns them into checked rewrites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from perfagent.tools.rewrite.edits import Splice, apply, compiles
from perfagent.tools.rewrite.protocol import Rewrite

if TYPE_CHECKING:
    import libcst as cst

    from perfagent.tools.rewrite.analysis.context import Context


@dataclass(frozen=True, slots=True)
class Finding:
    """A place where a rule applies.

    Attributes:
        node: where the pattern starts; gives the line and the function.
        splices: the edit.
        description: one sentence: what is slow and what replaces it.
        risk: 1 (equal by construction) to 3 (equal unless the code does something unusual).
    """

    node: cst.CSTNode
    splices: Sequence[Splice]
    description: str
    risk: int


class PatternRule:
    """Base of the rules: a subclass gives the texts and `find`; see protocol.Rule for the attributes."""

    name: str
    looks_for: str
    safe_when: str
    why: str
    example: str
    example_after: str
    counter_example: str

    def find(self, context: Context) -> Iterator[Finding]:
        """Every place where the rule applies, in any order."""
        raise NotImplementedError

    def rewrites(self, source: str, lines: Sequence[tuple[int, int]] | None = None) -> list[Rewrite]:
        """Every edit the rule sees in `source`, one Rewrite for each place, in line order.

        Only code inside functions is looked at: module level runs once. Empty when the source does not
        parse or nests too deeply.
        """
        context = parse(source)
        if context is None:
            return []
        try:
            found = [self._rewrite(context, f) for f in self.find(context) if _wanted(context, f, lines)]
        except RecursionError:
            # An expression nested more deeply than the interpreter can follow.
            return []
        kept = {rewrite.source: rewrite for rewrite in found if rewrite is not None}
        return sorted(kept.values(), key=lambda rewrite: (rewrite.line, rewrite.source))

    def _rewrite(self, context: Context, finding: Finding) -> Rewrite | None:
        try:
            source = apply(context.tree.data, finding.splices)
        except ValueError:
            return None
        if source == context.tree.source or not compiles(source, original=context.tree.source):
            return None
        line, function = context.tree.line(finding.node), context.tree.qualname(finding.node)
        return Rewrite(self.name, line, function, finding.description, source, finding.risk)


def _wanted(context: Context, finding: Finding, lines: Sequence[tuple[int, int]] | None) -> bool:
    function = context.tree.function_of(finding.node)
    if function is None or context.is_dynamic(function):
        return False
    line = context.tree.line(finding.node)
    return lines is None or any(first <= line <= last for first, last in lines)


# One file at a time goes through all rules, so a few entries are enough.
@lru_cache(maxsize=4)
def parse(source: str) -> Context | None:
    """The shared analysis of a module, None when it cannot be parsed."""
    import libcst as cst

    from perfagent.tools.rewrite.analysis.context import Context

    try:
        return Context(source)
    except (cst.ParserSyntaxError, cst.CSTValidationError, ValueError, RecursionError):
        return None
