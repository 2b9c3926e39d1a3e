"""Goes through a function with the loops around each node.

A finding is a hint with a line a reader can check, no proof: names are followed only as far as plain assignments in the
same function tell what they hold.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterator

from perfagent.agent.telling.features import calls as c
from perfagent.agent.telling.features import statements as s
from perfagent.agent.telling.features.syntax import Finding, Loop, Place, assigned, called, kinds_in
from perfagent.agent.telling.features.words import CHEAP_CALLS, MUTATORS

#: Calls in one execution from which a function's body counts as the inside of a loop: whoever calls it loops.
OFTEN = 500

#: Characters of a call that is looked for a second time.
LONGEST_CALL = 60

_Check = Callable[[Place], Iterator[Finding]]
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_CHECKS: dict[type[ast.AST], tuple[_Check, ...]] = {
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.With, ast.If), (s.check_ladder,)),
    ast.For: (s.check_loop, s.check_for, s.check_ladder),
    ast.AsyncFor: (s.check_loop, s.check_ladder),
    ast.While: (s.check_loop, s.check_ladder),
    **dict.fromkeys(_COMPREHENSIONS, (s.check_loop,)),
    ast.Compare: (s.check_compare,),
    ast.Call: (c.check_named, c.check_modules, c.check_use, c.check_invariant),
    ast.AugAssign: (s.check_growth,),
    ast.Assign: (s.check_assignment,),
    ast.Subscript: (s.check_subscript,),
    ast.Try: (s.check_try, s.check_ladder),
    ast.Attribute: (s.check_chain,),
    ast.Import: (s.check_import,),
    ast.ImportFrom: (s.check_import,),
    ast.YieldFrom: (s.check_yield_from,),
}


def findings_in(source: str, first_line: int = 1, calls: int = 1) -> list[Finding]:
    """The features of one function, in the order of its lines; none for source that is not Python.

    Args:
        source: of the function, indented or not.
        first_line: where it stands in its file.
        calls: how often it runs in one execution of the workload.
    """
    try:
        tree = ast.parse(textwrap.dedent(source))
        found = [*_walked(tree, calls >= OFTEN), *_repeated(tree)]
    except (SyntaxError, ValueError, RecursionError):
        return []
    first = {(f.feature, f.words): f for f in sorted(found, key=lambda f: -f.line)}
    shifted = [Finding(f.feature, f.line + first_line - 1, f.words, f.weight) for f in first.values()]
    return sorted(shifted, key=lambda f: (f.line, f.feature, f.words))


def _walked(tree: ast.AST, often: bool) -> Iterator[Finding]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    name, kinds = functions[0].name if functions else "", kinds_in(tree)
    method = bool(functions and functions[0].args.args) and functions[0].args.args[0].arg in ("self", "cls")
    stack: list[tuple[ast.AST, tuple[Loop, ...]]] = [(tree, ())]
    while stack:
        node, loops = stack.pop()
        for check in _CHECKS.get(type(node), ()):
            yield from check(Place(node, loops, name, method, kinds, often))
        inner = (*loops, assigned(node)) if isinstance(node, _LOOPS) else loops
        stack.extend((child, inner if inside else loops) for child, inside in _children(node))


_LOOPS = (ast.For, ast.AsyncFor, ast.While, *_COMPREHENSIONS)


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """The nodes below one, each with whether it runs once a turn of the loop that `node` is."""
    if isinstance(node, ast.For | ast.AsyncFor):
        yield node.iter, False
        yield from ((child, True) for child in node.body)
        yield from ((child, False) for child in node.orelse)
    elif isinstance(node, ast.While):
        yield from ((child, True) for child in [node.test, *node.body])
        yield from ((child, False) for child in node.orelse)
    elif isinstance(node, _COMPREHENSIONS):
        parts = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.comprehension)]
        yield from ((child, True) for child in parts)
        for number, part in enumerate(node.generators):
            yield part.iter, number > 0
            yield from ((condition, True) for condition in part.ifs)
    else:
        yield from ((child, False) for child in ast.iter_child_nodes(node))


def _repeated(tree: ast.AST) -> Iterator[Finding]:
    """Calls that stand twice with the same text."""
    seen: dict[str, list[int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (node.args or node.keywords) and called(node) not in CHEAP_CALLS | MUTATORS:
            seen.setdefault(ast.unparse(node), []).append(node.lineno)
    for text, lines in seen.items():
        if len(lines) > 1 and len(text) <= LONGEST_CALL:
            yield Finding("repeated_call", min(lines), f"calls `{text}` {len(lines)} times")
