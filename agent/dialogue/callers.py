"""Who calls a function or method of a name: found in the sources, without running anything.

Python is read by its syntax, so that the function around a call is known and definitions, comments and texts do not
count; a method is known by its name alone, whatever it is called on. In other languages a word before a parenthesis is
taken for a call.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_SHOWN = 60  # calls listed, those outside of tests first
_WIDTH = 120  # characters of a line
_C = (".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".java")  # where calls stand indented, inside of functions
_NO_SOURCE = (".md", ".rst", ".txt", ".json", ".toml", ".cfg", ".ini", ".yml", ".yaml", ".html", ".csv", ".po", ".svg")


@dataclass(frozen=True, slots=True)
class Call:
    """A call or, when `used` says so, a mention as a value: a callback, a decorator."""

    path: str
    line: int
    around: str
    text: str
    used: bool = False

    def __str__(self) -> str:
        where = f" in {self.around}" if self.around else ""
        return f"{self.path}:{self.line}{where}{' (not called here, passed on)' if self.used else ''}: {self.text}"


def callers_of(name: str, files: Mapping[str, str]) -> str:
    """The calls of `name` in some files (text by path), one a line, those in tests last."""
    found = [call for path, text in sorted(files.items()) for call in _calls(name, path, text)]
    found.sort(key=lambda call: (_is_test(call.path), call.path, call.line, call.used))
    if not found:
        return f"nothing calls {name} by that name"
    more = f"\n[... {len(found) - _SHOWN} more; search for the name with a glob to see them ...]"
    return "\n".join(map(str, found[:_SHOWN])) + (more if len(found) > _SHOWN else "")


def _calls(name: str, path: str, text: str) -> Iterator[Call]:
    lines = text.replace("\r\n", "\n").split("\n")
    if path.endswith((".py", ".pyi")):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            yield from _by_look(name, path, lines)
        else:
            for line, around, used in _in_python(tree, name):
                yield Call(path, line, around, lines[line - 1].strip()[:_WIDTH] if line <= len(lines) else "", used)
    elif not path.endswith(_NO_SOURCE):
        yield from _by_look(name, path, lines)


def _in_python(tree: ast.AST, name: str) -> Iterator[tuple[int, str, bool]]:
    """Line, qualified name of what is around, and whether the function is only passed on."""
    todo: list[tuple[ast.AST, str, bool]] = [(tree, "", False)]
    while todo:
        node, around, is_called = todo.pop()
        if _names(node, name):
            yield node.lineno, around, not is_called  # type: ignore[attr-defined]  # a Name or an Attribute has one
        inside = around
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = f"{around}.{node.name}" if around else node.name
        called = node.func if isinstance(node, ast.Call) else None
        todo += [(child, inside, child is called) for child in ast.iter_child_nodes(node)]


def _names(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Load)


def _by_look(name: str, path: str, lines: list[str]) -> Iterator[Call]:
    call = re.compile(rf"(?<![\w$]){re.escape(name)}\s*\(")
    definition = re.compile(
        rf"^\s*(?:[\w:*&<>\[\], ]+\s)?(?:def|fn|func|function|cdef|cpdef)\s.*\b{re.escape(name)}\s*\("
    )
    in_c = path.endswith(_C)
    for number, line in enumerate(lines, 1):
        defines = definition.match(line) or (in_c and not line[:1].isspace() and not line.startswith("#"))
        if call.search(line) and not defines:
            yield Call(path, number, "", line.strip()[:_WIDTH])


def _is_test(path: str) -> bool:
    return any(part.startswith(("test", "bench")) or part.endswith("_test.py") for part in path.split("/"))
