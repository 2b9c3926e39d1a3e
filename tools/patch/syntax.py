"""New errors a change brings into a file, seen before anything runs: syntax, undefined names, brackets.

Only new ones count, so that a file the host's Python cannot read, or one that already uses names it gets at run
time, does not block an edit. The idea of comparing before and after is Agentless's (Xia et al. 2024); names are
resolved by pyflakes, which tells scopes apart.
"""

from __future__ import annotations

import ast
import re

from perfagent.tools.patch.brackets import C_SUFFIXES, JS_SUFFIXES, unbalanced
from perfagent.tools.patch.python import compiled, quiet

PYTHON_SUFFIXES = (".py", ".pyi")

# Defined by whoever runs the code: type checkers, gettext.install, IPython.
_GIVEN = ("reveal_type", "reveal_locals", "_", "get_ipython", "__annotations__", "__loader__", "__spec__")
# What can bind names that no reader sees.
_BINDERS = frozenset({"exec", "globals", "vars"})
_QUOTE = re.compile(rb"[rRuUbBfF]{0,2}['\"]")


def is_checked(path: str) -> bool:
    """Whether `syntax_errors` knows anything of files of this name."""
    return path.endswith((*PYTHON_SUFFIXES, *C_SUFFIXES, *JS_SUFFIXES))


def syntax_errors(path: str, text: str, before: str | None = None) -> str | None:
    """One line on what is newly wrong with the file; None when nothing is, or when its language is not known.

    Args:
        path: the file's name; its suffix tells the language.
        text: the file after the change.
        before: the file before the change; None for a new file.
    """
    problem = _python_errors(path, text, before) if path.endswith(PYTHON_SUFFIXES) else _brackets(path, text, before)
    return f"{path}: {problem}" if problem else None


def undefined_names(path: str, text: str, tree: ast.Module) -> dict[str, int]:
    """Names used where nothing binds them, with the first line that uses each.

    Nothing is reported of a module that may get names in a way that cannot be read (a star import, `globals()`,
    `exec`), and no name that only stands in a string, which is no annotation everywhere it looks like one.

    Args:
        path: the file's name: `__path__` is defined in an `__init__.py`.
        text: the source.
        tree: the source, parsed.
    """
    from pyflakes.checker import Checker
    from pyflakes.messages import UndefinedLocal, UndefinedName

    if any(_binds_unseen(node) for node in ast.walk(tree)):
        return {}
    try:
        with quiet():
            messages = Checker(tree, filename=path, builtins=_GIVEN, withDoctest=False).messages
    except RecursionError:
        return {}
    lines = text.encode("utf-8", "surrogatepass").split(b"\n")
    found: dict[str, int] = {}
    for message in sorted(messages, key=lambda message: message.lineno):
        if isinstance(message, UndefinedName | UndefinedLocal):
            in_string = _QUOTE.match(lines[message.lineno - 1][message.col :])
            if not in_string:
                found.setdefault(message.message_args[0], message.lineno)
    return found


def _python_errors(path: str, text: str, before: str | None) -> str | None:
    old = compiled(before) if before is not None else None
    if isinstance(old, str):
        return None
    tree = compiled(text)
    if isinstance(tree, str):
        return tree
    new = undefined_names(path, text, tree)
    if new and old is not None and before is not None:
        known = undefined_names(path, before, old)
        new = {name: line for name, line in new.items() if name not in known}
    listed = ", ".join(f"{name} (line {line})" for name, line in new.items())
    return f"undefined name: {listed}" if new else None


def _brackets(path: str, text: str, before: str | None) -> str | None:
    if before is not None and unbalanced(path, before):
        return None
    return unbalanced(path, text)


def _binds_unseen(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return any(alias.name == "*" for alias in node.names)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _BINDERS
