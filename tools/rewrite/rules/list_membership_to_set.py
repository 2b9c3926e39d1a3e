"""`x in some_list` in a loop: a set made once before the loop answers instead."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.hashing import hash_risk
from perfagent.tools.rewrite.analysis.places import hoist_place
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import insert_before, replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import in_list, is_display

# Searching a list this short takes no longer than making and asking a set.
_SHORT = 16


class ListMembershipToSet(PatternRule):
    """See the class attributes."""

    name = "list-membership-to-set"
    looks_for = "`x in names` in a loop, where `names` is a list that the loop leaves alone."
    safe_when = (
        "It is a list or tuple by its making or annotation, and its elements and `x` can be hashed; "
        "risk 3 where only their names say so."
    )
    why = "A list is searched from its start for each test, a set answers in constant time."
    example = """\
def unknown(lines, table):
    names = [line.strip() for line in table]
    return [word.lower() for line in lines for word in line.split() if word.lower() not in names]
"""
    example_after = """\
def unknown(lines, table):
    names = [line.strip() for line in table]
    names_set = set(names)
    return [word.lower() for line in lines for word in line.split() if word.lower() not in names_set]
"""
    counter_example = """\
def unknown(lines, table):
    names = [line.strip() for line in table]
    for line in lines:
        if line.lower() not in names:
            names.append(line.lower())
    return names
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Membership tests in lists held by a name."""
        for test in context.tree.nodes(cst.Comparison):
            target = in_list(test)
            if target is None or not isinstance(target[0], cst.Name):
                continue
            container = target[0]
            if context.local(container) is None or type_of(context, container) not in ("list", "tuple"):
                continue
            made = context.single_binding(context.local(container) or Variable("", context.scopes.module))
            if made is not None and is_display(made) and len(made.elements) < _SHORT:
                continue
            place = hoist_place(context, container)
            risk = hash_risk(context, test.left, container)
            name = context.fresh_name(f"{container.value}_set", f"known_{container.value}")
            if place is not None and risk is not None and name is not None:
                insert = insert_before(context, place.statement, f"{name} = set({container.value})")
                what = f"`{container.value}` is searched from its start for each test; a set answers in constant time"
                yield Finding(test, [insert, replace_whole(context, container, name)], what, risk)
