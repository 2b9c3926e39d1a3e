"""`out = []` and a loop that only appends become a comprehension."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.effects import has_flow, is_pure
from perfagent.tools.rewrite.analysis.tree import walk
from perfagent.tools.rewrite.analysis.types import is_empty_container
from perfagent.tools.rewrite.edits import Splice
from perfagent.tools.rewrite.layout import bracketed
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import simple_statement


class AppendToComprehension(PatternRule):
    """See the class attributes."""

    name = "append-to-comprehension"
    looks_for = "An empty list, set or dict filled by the loop that follows, which does nothing else."
    safe_when = (
        "The container is local and not used while it is filled, the loop variable is not used afterwards, "
        "nothing is caught and no comment is lost."
    )
    why = "A comprehension appends by one instruction instead of a method call."
    example = """\
def squares(numbers):
    out = []
    for number in numbers:
        if number > 0:
            out.append(number * number)
    return out
"""
    example_after = """\
def squares(numbers):
    out = [number * number for number in numbers if number > 0]
    return out
"""
    counter_example = """\
def squares(numbers):
    out = []
    for number in numbers:
        if number not in out:
            out.append(number * number)
    return out
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Loops right after the creation of what they fill."""
        for loop in context.tree.nodes(cst.For):
            finding = self._match(context, loop)
            if finding is not None:
                yield finding

    def _match(self, context: Context, loop: cst.For) -> Finding | None:
        block = context.tree.siblings(loop)
        index = next((i for i, s in enumerate(block) if s is loop), 0)
        if index == 0 or loop.orelse is not None or loop.asynchronous is not None:
            return None
        before = block[index - 1]
        created = simple_statement(before, cst.Assign)
        if created is None or len(created.targets) != 1 or not is_empty_container(created.value):
            return None
        container = context.local(created.targets[0].target)
        if container is None or not _safe(context, container, loop):
            return None
        clauses, inner = _clauses(context, loop)
        parts = _filled(context, container, created.value, inner)
        if parts is None:
            return None
        opening, element, closing = parts
        if _recursive(context, loop):
            return None
        start = context.tree.span(created.value)[0]
        end = context.tree.span(loop)[1]
        if context.tree.has_comment(start, end) or context.tree.indentation(before) is None:
            return None
        whole = _whole(context, loop, opening, element, clauses)
        text = whole or bracketed(context, created, opening, [element, *clauses], closing)
        what = (
            f"`{container.name}` is filled by a method call for each element; a comprehension does it "
            "in one instruction"
        )
        return Finding(loop, [Splice(start, end, text)], what, 1)


def _safe(context: Context, container: Variable, loop: cst.For) -> bool:
    """Whether the half-filled container and the loop's variables are seen by nobody."""
    if context.captured(container) or context.in_try(loop) or len(context.uses_in(container, loop)) != 1:
        return False
    if has_flow(loop, cst.Yield, cst.Await, cst.Return, cst.Break, cst.Continue, cst.NamedExpr):
        return False
    # Before Python 3.12 a comprehension is a function of its own, in which super() finds no instance.
    if any(isinstance(n, cst.Name) and n.value in ("super", "__class__") for n in walk(loop)):
        return False
    if any(isinstance(n, (cst.Attribute, cst.Subscript)) for n in walk(loop.target)):
        return False
    for name in _targets(loop):
        variable = context.variable(name)
        if variable is None or variable.scope is not container.scope:
            return False
        if context.used_after(variable, loop) or context.captured(variable):
            return False
    return True


def _recursive(context: Context, loop: cst.For) -> bool:
    """Whether the loop may recurse: before Python 3.12 a comprehension adds a frame to each level."""
    function = context.tree.function_of(loop)
    called = (n.func for n in walk(loop) if isinstance(n, cst.Call))
    names = (f.attr.value if isinstance(f, cst.Attribute) else getattr(f, "value", "") for f in called)
    return function is not None and function.name.value in names


def _targets(loop: cst.For) -> Iterator[cst.Name]:
    """The names bound by the loop and by the loops directly inside."""
    for node in walk(loop):
        if isinstance(node, cst.For):
            yield from (n for n in walk(node.target) if isinstance(n, cst.Name))


def _clauses(context: Context, loop: cst.For) -> tuple[list[str], cst.BaseStatement | None]:
    """The `for` and `if` clauses of nested single statements, and the innermost statement."""
    clauses: list[str] = []
    statement: cst.BaseStatement | None = loop
    while isinstance(statement, (cst.For, cst.If)):
        if isinstance(statement, cst.For):
            code = _iterable(context, statement.iter)
            clauses.append(f"for {context.tree.code(statement.target)} in {code}")
        else:
            clauses.append(f"if {_condition(context, statement.test)}")
        if statement.orelse is not None or not isinstance(statement.body, cst.IndentedBlock):
            return clauses, None
        inner = statement.body.body
        if isinstance(statement, cst.For) and statement.asynchronous is not None:
            return clauses, None
        statement = inner[0] if len(inner) == 1 else None
    return clauses, statement


def _whole(context: Context, loop: cst.For, opening: str, element: str, clauses: list[str]) -> str | None:
    """`list(xs)` for `[x for x in xs]`, None for any other comprehension."""
    kind = "list" if opening == "[" else "set"
    plain = len(clauses) == 1 and clauses[0].startswith(f"for {element} in ") and element.isidentifier()
    if not plain or context.scopes.shadowed(loop.target, kind):
        return None
    return f"{kind}({_iterable(context, loop.iter)})"


def _iterable(context: Context, node: cst.BaseExpression) -> str:
    wrap = isinstance(node, (cst.IfExp, cst.Lambda)) or (isinstance(node, cst.Tuple) and not node.lpar)
    code = context.tree.code(node)
    return f"({code})" if wrap and not node.lpar else code


def _condition(context: Context, node: cst.BaseExpression) -> str:
    code = context.tree.code(node)
    return f"({code})" if isinstance(node, (cst.IfExp, cst.Lambda)) and not node.lpar else code


def _filled(
    context: Context, container: Variable, empty: cst.BaseExpression, statement: cst.BaseStatement | None
) -> tuple[str, str, str] | None:
    """Opening bracket, element and closing bracket of the comprehension, None for other statements."""
    call = simple_statement(statement, cst.Expr)
    code = context.tree.code(empty)
    if call is not None and isinstance(call.value, cst.Call) and isinstance(call.value.func, cst.Attribute):
        method, args = call.value.func.attr.value, call.value.args
        named = isinstance(call.value.func.value, cst.Name) and call.value.func.value.value == container.name
        if not named or len(args) != 1 or args[0].keyword or args[0].star:
            return None
        value = args[0].value
        element = f"({context.tree.code(value)})" if isinstance(value, cst.Tuple) and not value.lpar else None
        element = element or context.tree.code(value)
        if method == "append" and code in ("[]", "list()"):
            return "[", element, "]"
        return ("{", element, "}") if method == "add" and code == "set()" else None
    return _filled_dict(context, container, code, statement)


def _filled_dict(
    context: Context, container: Variable, code: str, statement: cst.BaseStatement | None
) -> tuple[str, str, str] | None:
    store = simple_statement(statement, cst.Assign)
    if store is None or len(store.targets) != 1 or code not in ("{}", "dict()"):
        return None
    target = store.targets[0].target
    if (
        not isinstance(target, cst.Subscript)
        or len(target.slice) != 1
        or not isinstance(target.slice[0].slice, cst.Index)
    ):
        return None
    key = target.slice[0].slice.value
    named = isinstance(target.value, cst.Name) and target.value.value == container.name
    # A statement evaluates the value before the key, a comprehension the key before the value.
    if not named or not (is_pure(context, key) and is_pure(context, store.value)):
        return None
    if isinstance(store.value, cst.Tuple) and not store.value.lpar:
        return None
    key_code = context.tree.code(key)
    key_code = f"({key_code})" if isinstance(key, cst.Tuple) and not key.lpar else key_code
    return "{", f"{key_code}: {context.tree.code(store.value)}", "}"
