"""Reading a tree: the symbols of a file and a text search with a cap."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

from perfagent.tools.errors import EditError, UsageError

SymbolKind = Literal["class", "function", "method"]

MAX_MATCHES = 100
MAX_LINE = 300
# Larger files are data or generated, and a backtracking pattern on them could take minutes.
MAX_SEARCHED_BYTES = 2 * 2**20


@dataclass(frozen=True, slots=True)
class Symbol:
    """A class or function: dotted name, 1-based inclusive lines (decorators included), and its parameters as
    written.
    """

    kind: SymbolKind
    qualname: str
    start: int
    end: int
    parameters: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A line that matched: path relative to the tree, 1-based line, its text shortened to 300 characters."""

    path: str
    line: int
    text: str


def outline(text: str) -> list[Symbol]:
    """The classes, functions and methods of a Python source, in order, nested ones after what holds them.

    Raises:
        EditError: `syntax`, the text is not Python that this interpreter reads.
    """
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise EditError("syntax", f"not valid Python: {error}") from error
    return list(_symbols(module, ""))


def _symbols(node: ast.AST, prefix: str) -> Iterator[Symbol]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield _symbol("class", child, prefix)
            yield from _symbols(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            kind: SymbolKind = "method" if isinstance(node, ast.ClassDef) else "function"
            yield _symbol(kind, child, prefix, f"({ast.unparse(child.args)})")
            yield from _symbols(child, f"{prefix}{child.name}.<locals>.")
        elif not isinstance(child, ast.expr):
            yield from _symbols(child, prefix)


def _symbol(
    kind: SymbolKind,
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
    prefix: str,
    parameters: str = "",
) -> Symbol:
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return Symbol(kind, f"{prefix}{node.name}", start, node.end_lineno or node.lineno, parameters)


def search(tree: Path, pattern: str, glob: str = "*", *, limit: int = MAX_MATCHES) -> list[Match]:
    """The lines of a tree's text files that match a regular expression, in path order, at most `limit`.

    Args:
        tree: an exported tree; links are not followed.
        pattern: a Python regular expression, searched in each line.
        glob: what a file's relative path or its name must match.
        limit: how many matches to stop after.

    Raises:
        UsageError: the pattern is no regular expression.
    """
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise UsageError(f"{pattern!r} is no regular expression: {error}") from error
    found: list[Match] = []
    for path, text in _texts(tree, glob):
        for number, line in enumerate(text.splitlines(), 1):
            if wanted.search(line):
                found.append(Match(path, number, line[:MAX_LINE]))
                if len(found) >= limit:
                    return found
    return found


def _texts(tree: Path, glob: str) -> Iterator[tuple[str, str]]:
    """Relative path and text of every regular text file that the glob takes, in path order."""
    for folder, names, files in os.walk(tree):
        names[:] = sorted(name for name in names if name not in {".git", "__pycache__"})
        for name in sorted(files):
            path = Path(folder, name)
            relative = path.relative_to(tree).as_posix()
            if not (fnmatch(relative, glob) or fnmatch(name, glob)) or path.is_symlink() or not path.is_file():
                continue
            if path.stat().st_size > MAX_SEARCHED_BYTES:
                continue
            data = path.read_bytes()
            if b"\0" not in data:
                yield relative, data.decode("utf-8", "replace")
