"""A constant dict, set or object built at each call of a function moves to the module."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.effects import PURE_METHODS
from perfagent.tools.rewrite.analysis.uses import READERS
from perfagent.tools.rewrite.analysis.values import is_constant
from perfagent.tools.rewrite.edits import Splice, add_constant, replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import is_display

# Uses that cannot change a container nor let it out; its elements are constants, so they may go anywhere.
_READS = frozenset({"member", "index", "slice", "truth", "iterate", "discard"})

# Callables whose result for constant arguments is an immutable object that does not depend on when it
# is built.
_IMMUTABLE_CALLS = {
    ("collections", "namedtuple"),
    ("struct", "Struct"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
}
_SMALLEST = 2


class ConstantToModule(PatternRule):
    """See the class attributes."""

    name = "constant-to-module"
    looks_for = "A dict, set or frozenset of constants, a named tuple class, a Decimal, built inside a function."
    safe_when = "Everything in it is constant, and it is only read: looked up, tested, iterated."
    why = "It is built anew at each call, which often costs more than the one lookup made in it."
    example = """\
def seconds(amount, unit):
    factors = {"s": 1, "m": 60, "h": 3600}
    return amount * factors[unit]
"""
    example_after = """\
_FACTORS = {"s": 1, "m": 60, "h": 3600}


def seconds(amount, unit):
    factors = _FACTORS
    return amount * factors[unit]
"""
    counter_example = """\
def seconds(amount, unit):
    factors = {"s": 1, "m": 60, "h": 3600}
    factors.setdefault(unit, 1)
    return amount * factors[unit]
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Constants bound to read-only local names, looked into where they stand, or immutable."""
        for kind in (cst.Dict, cst.Set):
            for node in context.tree.nodes(kind):
                if _is_constant_container(node) and _only_read(context, node):
                    yield from _finding(context, node, "is built anew at each call; it is built once instead")
        for call in context.tree.nodes(cst.Call):
            if _is_constant_call(context, call):
                yield from _finding(context, call, "is made anew at each call; it is made once instead")


def _finding(context: Context, node: cst.BaseExpression, what: str) -> Iterator[Finding]:
    name = _constant_name(context, node)
    code = context.tree.code(node)
    # The lines of a long string must not be moved.
    if name is None or ('"""' in code or "'''" in code):
        return
    splice: Splice | None = add_constant(context, node, name, _dedent(context, node, code))
    if splice is not None:
        yield Finding(node, [splice, replace_whole(context, node, name)], f"a constant {what}", 1)


def _dedent(context: Context, node: cst.BaseExpression, code: str) -> str:
    """The code with its continuation lines moved left by the indentation of its statement."""
    lines = code.split("\n")
    indentation = context.tree.indentation(context.tree.statement_of(node)) or ""
    moved = [line.removeprefix(indentation) for line in lines[1:]]
    return "\n".join([lines[0], *moved])


def _is_constant_container(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Dict):
        pairs = [e for e in node.elements if isinstance(e, cst.DictElement)]
        whole = len(pairs) == len(node.elements) >= _SMALLEST
        return whole and all(is_constant(e.key) and is_constant(e.value) for e in pairs)
    if isinstance(node, cst.Set):
        return len(node.elements) >= _SMALLEST and all(
            isinstance(e, cst.Element) and is_constant(e.value) for e in node.elements
        )
    return False


def _is_constant_call(context: Context, call: cst.Call) -> bool:
    """A call of one of the tables' callables with nothing but constants."""
    if not call.args or any(arg.star for arg in call.args):
        return False
    if context.scopes.is_builtin(call.func, "frozenset"):
        value = call.args[0].value
        return is_display(value) and bool(value.elements) and all(is_constant(e.value) for e in value.elements)
    if any(context.imported_name(call.func, *known) for known in _IMMUTABLE_CALLS):
        return all(is_constant(arg.value) or _constant_list(arg.value) for arg in call.args)
    return False


def _constant_list(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.List) and all(
        isinstance(e, cst.Element) and is_constant(e.value) for e in node.elements
    )


def _only_read(context: Context, node: cst.BaseExpression) -> bool:
    parent = context.tree.parent(node)
    if isinstance(parent, cst.Subscript) and parent.value is node:
        return not isinstance(context.tree.parent(parent), (cst.AssignTarget, cst.AugAssign, cst.Del))
    if isinstance(parent, cst.Attribute):
        call = context.tree.parent(parent)
        return isinstance(call, cst.Call) and call.func is parent and parent.attr.value == "get"
    if isinstance(parent, (cst.Assign, cst.AnnAssign)):
        target = parent.targets[0].target if isinstance(parent, cst.Assign) else parent.target
        variable = context.local(target)
        alone = isinstance(parent, cst.AnnAssign) or len(parent.targets) == 1
        return alone and variable is not None and _read_only(context, variable)
    return False


def _read_only(context: Context, variable: Variable) -> bool:
    if context.single_binding(variable) is None:
        return False
    for use in context.uses(variable):
        if use.occurrence.store or use.kind in _READS:
            continue
        read = use.kind == "read" and use.detail in READERS
        if not read and not (use.kind == "method" and use.detail in PURE_METHODS):
            return False
    return True


def _constant_name(context: Context, node: cst.BaseExpression) -> str | None:
    """From the local name it is bound to, else from the function's name and what it is."""
    function = context.tree.function_of(node)
    if function is None:
        return None
    parent = context.tree.parent(node)
    if isinstance(parent, cst.Assign) and isinstance(parent.targets[0].target, cst.Name):
        local = parent.targets[0].target.value
        stems = [local, f"{function.name.value}_{local}"]
    else:
        stems = [f"{function.name.value}_{_kind(node)}"]
    wishes = [f"_{_upper(stem)}" for stem in stems]
    return context.fresh_name(*wishes, *(f"{wishes[-1]}_{i}" for i in range(2, 10)))


def _kind(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Call):
        return node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "constant")
    return "table"


def _upper(name: str) -> str:
    """`newModes` and `new_modes` both give `NEW_MODES`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip("_")).upper()
