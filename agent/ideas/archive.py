"""What makes two candidates the same change, so that none is measured twice.

Agentless (Xia et al., 2024) compares patches after `ast.unparse` of both sides; here whole files are compared as they
stand after the patch.
"""

from __future__ import annotations

import ast
import hashlib
import re
import shutil
import tempfile
from pathlib import Path

from perfagent.tools.patch import apply_patch, read_patch

#: Languages in which the indentation of a line says what it belongs to.
INDENTED = frozenset({".pyx", ".pxd", ".pxi", ".pyi", ".nim", ".coffee", ".yaml", ".yml"})

_QUOTED = re.compile(r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""")
_SPACE = re.compile(r"\s+")


def normal_digest(parent_tree: Path, diff: str) -> str:
    """A digest of what a candidate's files are after its change: equal for changes that differ in form alone.

    Of Python files the syntax tree counts, without comments, docstrings and formatting; of others the text, without
    blank lines and with each run of white space outside of quotes as one blank. Files that the change leaves the same
    program do not count.

    Args:
        parent_tree: the baseline's tree, on the host.
        diff: what is applied to it.

    Raises:
        EditError: the diff does not apply.
    """
    paths = read_patch(diff).paths
    with tempfile.TemporaryDirectory(prefix="perfagent-") as folder:
        tree = Path(folder)
        for path in paths:
            if (parent_tree / path).is_file():
                (tree / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(parent_tree / path, tree / path)
        apply_patch(tree, diff)
        forms = {path: (_form(parent_tree / path), _form(tree / path)) for path in paths}
    changed = sorted((path, after) for path, (before, after) in forms.items() if before != after)
    return hashlib.sha256(repr(changed).encode()).hexdigest()


def _form(file: Path) -> str:
    """What counts of a file; empty where there is none."""
    if not file.is_file():
        return ""
    data = file.read_bytes()
    if file.suffix == ".py":
        try:
            return ast.dump(_bare(ast.parse(data)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return _spaced(data, indented=True)
    return _spaced(data, indented=file.suffix in INDENTED)


def _bare(module: ast.Module) -> ast.Module:
    """The tree without docstrings."""
    for node in ast.walk(module):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and type(first.value.value) is str:
                # What is nothing but its docstring needs a body.
                node.body[:1] = [] if len(node.body) > 1 else [ast.Pass()]
    return module


def _spaced(data: bytes, *, indented: bool) -> str:
    """Text with its white space in one form; the indentation stays where it means something."""
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    if not indented:
        return repr([_tight(line) for line in lines if line.strip()])
    return repr([(len(line) - len(line.lstrip()), _tight(line)) for line in lines if line.strip()])


def _tight(line: str) -> str:
    parts = _QUOTED.split(line.strip())
    return "".join(part if number % 2 else _SPACE.sub(" ", part) for number, part in enumerate(parts))
