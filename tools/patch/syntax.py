"""New errors a change brings into a Python file: syntax, and names that are bound nowhere.

Only new ones count, so that a file the host's Python cannot read, or one that already uses names it gets at
run time, does not block an edit. The idea of comparing before and after is Agentless's (Xia et al. 2024).
"""

from __future__ import annotations

import ast
import builtins
import warnings

_MODULE_NAMES = frozenset(
    {"__file__", "__name__", "__doc__", "__package__", "__spec__", "__loader__", "__path__", "__builtins__"}
    | {"__annotations__", "__class__", "__module__", "__qualname__", "__dict__", "__all__", "reveal_type"}
)
_KNOWN = frozenset(dir(builtins)) | _MODULE_NAMES


def syntax_errors(path: str, text: str, before: str | None = None) -> str | None:
    """One line on what is newly wrong with the file; None when nothing is, or when it is no Python file.

    Args:
        path: the file's name; anything but `.py` and `.pyi` passes.
        text: the file after the change.
        before: the file before the change; None for a new file.
    """
    if not path.endswith((".py", ".pyi")):
        return None
    old = _parsed(before) if before is not None else None
    if isinstance(old, str):
        return None
    tree = _parsed(text)
    if isinstance(tree, str):
        return f"{path}: {tree}"
    new = undefined_names(tree)
    if old is not None:
        known = undefined_names(old)
        new = {name: line for name, line in new.items() if name not in known}
    if not new:
        return None
    listed = ", ".join(f"{name} (line {line})" for name, line in sorted(new.items(), key=lambda item: item[1]))
    return f"{path}: undefined name: {listed}"


def undefined_names(tree: ast.Module) -> dict[str, int]:
    """Names loaded but bound nowhere in the module and no builtins, with the first line that loads each.

    Scopes are not told apart, and a star import may bind anything, so that what is reported is certain.
    """
    bound: set[str] = set(_KNOWN)
    loaded: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return {}
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            loaded[node.id] = min(node.lineno, loaded.get(node.id, node.lineno))
        else:
            bound.update(_bound_by(node))
    return {name: line for name, line in loaded.items() if name not in bound}


def _bound_by(node: ast.AST) -> list[str]:
    """Names the node binds by itself."""
    match node:
        case ast.Name(id=name) | ast.arg(arg=name):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [alias.asname or alias.name.partition(".")[0] for alias in names]
        case ast.Global(names=declared) | ast.Nonlocal(names=declared):
            return declared
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(rest)):
            return [rest]
    # The type parameters of Python 3.12, whose node classes an older host does not have.
    return (
        [node.name] if type(node).__name__ in {"TypeVar", "ParamSpec", "TypeVarTuple"} and hasattr(node, "name") else []
    )


def _parsed(text: str) -> ast.Module | str:
    """The module, or one line on why it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        return f"{error.msg} (line {error.lineno})"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"cannot be parsed: {error}"
