"""How loops are built, and what stands in them beside calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from perfagent.agent.telling.features.syntax import (
    Finding,
    Place,
    called,
    constant,
    dotted,
    kind_of,
    names_in,
    short,
)
from perfagent.agent.telling.features.words import CHEAP_CALLS

#: Arithmetic operations in a loop's body from which it counts as one that native code would do better.
ARITHMETIC = 4

#: Tests in a row that make a ladder, and constants that make a table.
LADDER, TABLE = 3, 4


def check_loop(place: Place) -> Iterator[Finding]:
    """Loops in loops, tables that are filled, arithmetic."""
    node = place.node
    yield from _scans(place)
    cells = [part for part in ast.walk(node) if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store)]
    if place.loops and any(isinstance(cell.value, ast.Subscript) for cell in cells):
        yield place.found("table_2d", "fills a table with two indices in nested loops", 2)
    count = sum(isinstance(part, ast.BinOp) and not isinstance(part.left, ast.Constant) for part in ast.walk(node))
    if count >= ARITHMETIC:
        yield place.found("arithmetic_loop", f"does arithmetic {count} times a turn")


def _scans(place: Place) -> Iterator[Finding]:
    """Loops over what the loops around them do not choose: the same items for every turn."""
    node = place.node
    outer = frozenset().union(*place.loops) if place.loops else frozenset()
    parts = getattr(node, "generators", [node])
    for number, part in enumerate(parts):
        over = getattr(part, "iter", None)  # a `while` has none
        if over is None:
            continue
        counted = called(over) == "range"
        whole = not counted or "len(" in ast.unparse(over)
        if (place.loops or number) and whole and not names_in(over) & outer:
            words = f"goes through `{short(over)}` again in every turn of a loop"
            yield place.found("nested_loops", words, 1 if counted else 2)
        outer |= names_in(part.target)


def check_for(place: Place) -> Iterator[Finding]:
    """What a plain `for` does with its items."""
    node = place.node
    assert isinstance(node, ast.For)
    only = node.body[0]
    if len(node.body) == 1 and isinstance(only, ast.Expr) and called(only.value) in ("append", "add"):
        yield place.found("append_loop", "only appends in its loop", 2)
    counts = [part for part in ast.walk(node) if isinstance(part, ast.AugAssign)]
    if len(node.body) <= 2 and any(isinstance(part.target, ast.Subscript | ast.Name) for part in counts):
        yield place.found("counting_loop", f"counts into `{short(counts[0].target)}` item by item")
    if called(node.iter) in ("list", "sorted") and any(isinstance(part, ast.Break) for part in ast.walk(node)):
        yield place.found("list_for_consumer", f"makes `{short(node.iter)}` for a loop that may break")
    if place.kinds.get(ast.unparse(node.iter)) == "str":
        yield place.found("chars_loop", f"goes through `{short(node.iter)}` character by character", 2)


def check_compare(place: Place) -> Iterator[Finding]:
    """Membership in what is searched, and dear calls whose result is only compared."""
    node = place.node
    assert isinstance(node, ast.Compare)
    if not place.loops:
        return
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, ast.In | ast.NotIn):
            yield from _membership(place, right)
        elif isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            for side in (node.left, right):
                if called(side) and called(side) not in CHEAP_CALLS:
                    words = f"compares the result of `{short(side)}` inside a loop"
                    yield place.found("dear_call_in_condition", words)


def _membership(place: Place, right: ast.expr) -> Iterator[Finding]:
    kind = place.kinds.get(ast.unparse(right)) or kind_of(right)
    literal = isinstance(right, ast.Constant | ast.Tuple | ast.List | ast.Set | ast.Dict)
    if literal or kind in ("set", "dict", "str", "bytes"):
        return
    sure = kind in ("list", "tuple")
    words = f"tests membership in `{short(right)}`{f', a {kind},' if sure else ''} inside a loop"
    yield place.found("membership_in_loop", words, 2 if sure else 1)


def check_growth(place: Place) -> Iterator[Finding]:
    """Text that grows by +=."""
    node = place.node
    assert isinstance(node, ast.AugAssign)
    if not place.loops or not isinstance(node.op, ast.Add):
        return
    target = ast.unparse(node.target)
    kind = kind_of(node.value)
    if kind in ("str", "bytes") or place.kinds.get(target) in ("str", "bytes", "tuple"):
        outside = isinstance(node.target, ast.Attribute | ast.Subscript)
        yield place.found("concat_in_loop", f"grows the text `{target}` with += inside a loop", 2 if outside else 1)


def check_assignment(place: Place) -> Iterator[Finding]:
    """What cuts its own beginning off, and constants that are made anew."""
    node = place.node
    assert isinstance(node, ast.Assign)
    value = node.value
    sliced = isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice) and ast.unparse(value.value)
    if place.loops and sliced and sliced in [ast.unparse(target) for target in node.targets]:
        yield place.found("slice_in_loop", f"cuts `{short(value)}` off itself inside a loop", 2)
    size = len(getattr(value, "elts", getattr(value, "keys", ())))
    if place.often and size >= TABLE and constant(value):
        yield place.found("constant_table", f"makes {size} constants anew {place.where}", 2)


def check_subscript(place: Place) -> Iterator[Finding]:
    """Parts of what was sorted, of what is left, and single cells."""
    node = place.node
    assert isinstance(node, ast.Subscript)
    if called(node.value) == "sorted":
        yield place.found("sort_for_extremum", f"takes `{short(node)}`", 2)
    if not place.loops or not isinstance(node.ctx, ast.Load):
        return
    part = node.slice
    rest = isinstance(part, ast.Slice) and part.upper is None and part.lower is not None
    if rest and names_in(part) & place.loops[-1]:
        yield place.found("slice_in_loop", f"copies the rest `{short(node)}` inside a loop")
    if isinstance(node.value, ast.Attribute) and node.value.attr in ("loc", "iloc", "at", "iat"):
        yield place.found("pandas_rows", f"reads `{short(node)}` inside a loop", 2)


def check_try(place: Place) -> Iterator[Finding]:
    """Exceptions that are caught again and again."""
    node = place.node
    assert isinstance(node, ast.Try)
    caught = [ast.unparse(handler.type) for handler in node.handlers if handler.type is not None]
    if place.repeated and caught:
        yield place.found("try_in_loop", f"catches {caught[0]} {place.where}")


def check_ladder(place: Place) -> Iterator[Finding]:
    """Many tests of type or value in a row: `elif` after `elif`, or one `if` after the other that leaves."""
    for block in (getattr(place.node, "body", ()), getattr(place.node, "orelse", ())):
        if not isinstance(block, list) or (len(block) == 1 and block is getattr(place.node, "orelse", None)):
            continue  # a lone `if` in an `else` is an `elif`, counted with its `if`
        tests, first = 0, 0
        for statement in [*block, ast.Pass()]:
            if isinstance(statement, ast.If):
                tests, first = tests + _tests(statement), first or statement.lineno
                if isinstance(statement.body[-1], ast.Return | ast.Raise | ast.Continue):
                    continue
            if tests >= LADDER:
                words = f"makes {tests} tests of type or value one after the other"
                yield Finding("type_ladder", first, words, 2)
            tests, first = 0, 0


def _tests(node: ast.If) -> int:
    """How many of an `if` and its `elif`s ask for a type or a value."""
    count = 0
    while True:
        test = node.test
        count += called(test) == "isinstance" or (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq))
        if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
            return count
        node = node.orelse[0]


def check_chain(place: Place) -> Iterator[Finding]:
    """Attributes of attributes that are read in every turn."""
    node = place.node
    assert isinstance(node, ast.Attribute)
    chain = dotted(node)
    if place.loops and chain.count(".") >= 2 and chain.partition(".")[0] not in place.loops[-1]:
        yield place.found("chain_in_loop", f"reads `{chain}` in every turn of a loop")


def check_import(place: Place) -> Iterator[Finding]:
    """Imports that run often."""
    if place.repeated:
        yield place.found("import_in_function", f"imports {place.where}", 2)


def check_yield_from(place: Place) -> Iterator[Finding]:
    """Generators that hand on what they get from themselves."""
    node = place.node
    assert isinstance(node, ast.YieldFrom)
    if place.name and called(node.value) == place.name:
        yield place.found("recursive_generator", f"yields from itself: `{short(node.value)}`", 2)
