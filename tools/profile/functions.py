"""Which function of a source file a profile's code object is."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from pathlib import Path

MODULE = "<module>"
"""Name of a file's top level: time under it is import time."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function, class body or module; `start` counts from the first decorator, both lines are inclusive."""

    qualname: str
    name: str
    start: int
    end: int


def _definitions(node: ast.AST, prefix: str) -> list[Function]:
    found = []
    for child in ast.iter_child_nodes(node):
        inner = prefix
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            start = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
            inner = f"{prefix}{child.name}"
            found.append(Function(inner, child.name, start, child.end_lineno or child.lineno))
            inner += "."
        found += _definitions(child, inner)
    return found


_HEAD = re.compile(r"[ \t]*(?:async\s+def|def|class)\s+(\w+)")


def _indented(lines: list[str]) -> list[Function]:
    """Definitions found by indentation alone, for syntax of another Python than the one that runs this."""
    found: list[Function] = []
    inside: list[tuple[int, Function]] = []  # indentation and head of the definitions that are open
    decorator: int | None = None
    last = 0
    for number, line in enumerate([*lines, "end"], 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        indentation = len(line) - len(line.lstrip())
        while inside and inside[-1][0] >= indentation and not text.startswith((")", "]", "}")):
            found.append(replace(inside.pop()[1], end=last))
        if text.startswith("@"):
            decorator = decorator or number
        head = _HEAD.match(line)
        if head:
            prefix = f"{inside[-1][1].qualname}." if inside else ""
            inside.append((indentation, Function(prefix + head[1], head[1], decorator or number, number)))
            decorator = None
        last = number
    return found


class SourceFile:
    """The functions of one file; when it cannot be read, they are known by name and line alone."""

    def __init__(self, path: Path) -> None:
        self.functions: list[Function] = []
        self.lines = 0
        self._text: list[str] = []
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        self.lines = text.count("\n") + 1
        self._text = text.splitlines()
        try:
            self.functions = _definitions(ast.parse(text), "")
        except (SyntaxError, ValueError):
            self.functions = _indented(text.splitlines())

    def text(self, function: Function) -> str:
        """The source of one function; empty when the file cannot be read."""
        return "\n".join(self._text[function.start - 1 : function.end])

    def function(self, line: int, name: str) -> Function:
        """The function whose code starts at a line.

        Lambdas, comprehensions and generator expressions belong to the function they are written in.
        """
        inside = [function for function in self.functions if function.start <= line <= function.end]
        innermost = max(inside, key=lambda function: (function.start, -function.end), default=None)
        if name == MODULE:
            return Function(MODULE, MODULE, 1, max(self.lines, 1))
        if not name.startswith("<"):
            # The code of a decorated function starts at its first decorator, in Python 3.7 at its `def`.
            named = [function for function in inside if function.name == name]
            if named:
                return max(named, key=lambda function: function.start)
            if not self.lines:
                return Function(name, name, line, line)
        return innermost or Function(MODULE, MODULE, 1, max(self.lines, 1))
