"""Moving code to another indentation without changing what it means."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Sequence

from perfagent.tools.patch.python import quiet

_BLOCK = "if 1:\n"


def indent_of(line: str) -> str:
    """The whitespace a line begins with."""
    return line[: len(line) - len(line.lstrip())]


def shifted(lines: Sequence[str], wanted: str, old: Sequence[str]) -> list[str] | None:
    """The lines moved so that the first begins with `wanted`; None when that cannot be done for certain.

    What stands inside a string of several lines is moved too where it is a docstring or where `old` then holds
    it, and stays where `old` holds it as it is. Another such string is new, and nobody knows what it means.

    Args:
        lines: Python code that parses, the first line not blank.
        wanted: the first line's indentation afterwards.
        old: the lines that the code takes the place of.
    """
    margin = indent_of(lines[0])
    if margin == wanted:
        return list(lines)
    moved = [wanted + line.removeprefix(margin) if _moves(line, margin) else line for line in lines]
    for first, last, is_docstring in _strings(lines):
        if is_docstring or _holds(old, moved[first:last]):
            continue
        if not _holds(old, lines[first:last]):
            return None
        moved[first:last] = lines[first:last]
    return moved


def _moves(line: str, margin: str) -> bool:
    return bool(line.strip()) and line.startswith(margin)


def _holds(old: Sequence[str], part: Sequence[str]) -> bool:
    """Whether the lines stand in `old` one after another; what follows the string's end may differ."""
    body = list(part[:-1])
    closing = part[-1]
    return any(
        list(old[at : at + len(body)]) == body and _same_start(old[at + len(body)], closing)
        for at in range(len(old) - len(body))
    )


def _same_start(one: str, other: str) -> bool:
    """Whether two lines that end a string agree up to the quotes that end it."""
    for quotes in ('"""', "'''"):
        if quotes in one and quotes in other:
            return one.partition(quotes)[0] == other.partition(quotes)[0]
    return one == other


def _strings(lines: Sequence[str]) -> list[tuple[int, int, bool]]:
    """The lines [first, last) inside or at the end of each string of several lines, and whether it is a docstring.

    A string's first line is code: it begins before the string does.
    """
    indented = bool(indent_of(lines[0]))
    source = (_BLOCK if indented else "") + "\n".join(lines) + "\n"
    offset = int(indented)
    docstrings = _docstring_lines(source)
    found, openings = [], []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind in {"FSTRING_START", "TSTRING_START"}:
            openings.append(token.start[0])
        first = openings.pop() if kind in {"FSTRING_END", "TSTRING_END"} else token.start[0]
        if kind in {"STRING", "FSTRING_END", "TSTRING_END"} and token.end[0] > first:
            found.append((first - offset, token.end[0] - offset, first in docstrings))
    return found


def _docstring_lines(source: str) -> set[int]:
    """The first lines of strings that are statements."""
    with quiet():
        tree = ast.parse(source)
    return {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
