"""Replacing a whole definition of a Python file, found by its qualified name.

Nothing is guessed: several definitions of the name are ambiguous, and after the replacement the rest of the
file must be the same program as before.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from perfagent.tools.errors import EditError
from perfagent.tools.patch.indentation import indent_of, shifted
from perfagent.tools.patch.python import parsed
from perfagent.tools.patch.records import FunctionEdit
from perfagent.tools.patch.splice import Hit, spliced

_SUFFIXES = (".py", ".pyi")
_BLOCK = "if 1:\n"  # makes an indented definition parse with every character of its strings as it is
_BY_SEARCH = "use a SEARCH/REPLACE edit there"

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_Definition: TypeAlias = _Function | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True, slots=True)
class _Found:
    """A definition: its qualified name, its node, and the list of statements the node is in."""

    qualname: str
    node: _Definition
    siblings: list[ast.stmt]

    @property
    def first(self) -> int:
        """Its first line, decorators included, from 1."""
        return min([self.node.lineno, *(decorator.lineno for decorator in _decorators(self.node))])


def replace_definition(content: str, edit: FunctionEdit) -> str:
    """The file's text with the definition replaced; comments above it stay, its indentation is kept.

    Args:
        content: the file's text as it is on disk.
        edit: which definition, and its new code.

    Raises:
        EditError: `not_found` with names like it, `ambiguous` with the line of every definition, `syntax` when the
            code or the file is no Python, `already_applied`, or `malformed` when the code defines something else,
            lacks the decorators, or cannot be indented as the file is without changing a string.
    """
    unix = content.replace("\r\n", "\n")
    if not edit.path.endswith(_SUFFIXES) or "\r" in unix:
        raise EditError("malformed", f"{edit.path}: only definitions of Python files can be replaced", _BY_SEARCH)
    tree = parsed(unix)
    if isinstance(tree, str):
        raise EditError("syntax", f"{edit.path} cannot be read, so nothing is found in it: {tree}", _BY_SEARCH)
    found = _the_one(tree, edit)
    lines = unix.split("\n")
    first, last = found.first, _last_line(found.node, lines)
    _check_lines(found, lines, edit)
    old = lines[first - 1 : last]
    new = _without_comments_above(_new_lines(edit, found, old), lines[: first - 1])
    if new == old:
        raise EditError("already_applied", f"{edit.path}: {edit.qualname} has exactly this code already")
    changed = "\n".join([*lines[: first - 1], *new, *lines[last:]])
    _check_rest(tree, changed, edit)
    start = sum(len(line) + 1 for line in lines[: first - 1])
    return spliced(content, unix, Hit(start, start + len("\n".join(old)), "\n".join(new)))


def parses(code: str) -> bool:
    """Whether the code is Python, as a whole indented or not."""
    return not isinstance(_parsed_code(code), str)


def _the_one(tree: ast.Module, edit: FunctionEdit) -> _Found:
    """The only definition of the name."""
    wanted = edit.qualname.replace(".<locals>", "")
    everything = list(_definitions(tree.body, "", in_function=False))
    found = [definition for definition in everything if definition.qualname == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        at = ", ".join(str(definition.first) for definition in found)
        raise EditError("ambiguous", f"{edit.path}: {wanted} is defined at lines {at}", _BY_SEARCH)
    raise EditError("not_found", f"{edit.path} defines no {wanted}", _likes(wanted, everything))


def _likes(wanted: str, everything: list[_Found]) -> str:
    """Names that may be meant."""
    lines = {found.qualname: found.first for found in everything}
    last = wanted.rpartition(".")[2]
    like = [name for name in lines if name.rpartition(".")[2] == last] or get_close_matches(wanted, list(lines), n=3)
    if not like:
        return "to add something new, use a SEARCH/REPLACE edit"
    return f"did you mean {' or '.join(f'{name} (line {lines[name]})' for name in like[:3])}?"


def _definitions(body: list[ast.stmt], prefix: str, *, in_function: bool) -> Iterator[_Found]:
    """Every definition below the statements, in order; assignments of modules and classes only."""
    for node in body:
        name = _name(node)
        if isinstance(node, _Function | ast.ClassDef):
            yield _Found(prefix + node.name, node, body)
            yield from _definitions(node.body, f"{prefix}{node.name}.", in_function=isinstance(node, _Function))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            if name and not in_function:
                yield _Found(prefix + name, node, body)
        else:
            for inner in _bodies(node):
                yield from _definitions(inner, prefix, in_function=in_function)


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The lists of statements of an `if`, `try`, `with`, loop or `match`."""
    for _, value in ast.iter_fields(node):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            yield value
        elif isinstance(value, list):
            for part in value:
                if isinstance(part, ast.ExceptHandler | ast.match_case):
                    yield part.body


def _name(node: ast.stmt) -> str:
    """The name a statement defines; empty when it defines none or several."""
    if isinstance(node, _Function | ast.ClassDef):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else ""


def _decorators(node: ast.stmt) -> list[ast.expr]:
    return node.decorator_list if isinstance(node, _Function | ast.ClassDef) else []


def _last_line(node: _Definition, lines: list[str]) -> int:
    """The definition's last line; comments below it that stand deeper than its first line are its own."""
    last = end = node.end_lineno or node.lineno
    margin = len(indent_of(lines[node.lineno - 1]))
    for number in range(last + 1, len(lines) + 1):
        line = lines[number - 1]
        if line.lstrip().startswith("#") and len(indent_of(line)) > margin and isinstance(node, _Function):
            end = number
        elif line.strip():
            break
    return end


def _check_lines(found: _Found, lines: list[str], edit: FunctionEdit) -> None:
    """Refuse a definition that shares a line with something else."""
    node = found.node
    before = lines[node.lineno - 1].encode()[: node.col_offset]
    after = lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset or 0 :].strip()
    if before.strip() or (after and not after.startswith(b"#")):
        raise EditError("malformed", f"{edit.path}: {edit.qualname} shares its line with other code", _BY_SEARCH)


def _new_lines(edit: FunctionEdit, found: _Found, old: list[str]) -> list[str]:
    """The new code's lines, indented as the old one's."""
    code = edit.code.replace("\r\n", "\n")
    body = _parsed_code(code)
    if isinstance(body, str):
        raise EditError("syntax", f"{edit.path}: the new code of {edit.qualname} is no Python: {body}")
    _check_code(body, found, edit)
    lines = code.rstrip().split("\n")
    while not lines[0].strip():
        del lines[0]
    moved = shifted(lines, indent_of(old[0]), old)
    if moved is None:
        raise EditError(
            "malformed",
            f"{edit.path}: the code of {edit.qualname} holds a string of several lines that indenting would change",
            f"send the code indented by {len(indent_of(old[0]))}, as it stands in the file",
        )
    return moved


def _check_code(body: list[ast.stmt], found: _Found, edit: FunctionEdit) -> None:
    """Refuse code that is anything but one definition of the name with its decorators."""
    name = found.qualname.rpartition(".")[2]
    if len(body) != 1 or _name(body[0]) != name:
        others = [_name(node) or f"a statement (line {node.lineno})" for node in body if _name(node) != name]
        told = ", ".join(others) or f"{name} {len(body)} times"
        remedy = f"send the definition of {name} alone, and anything else by an edit of its own"
        raise EditError("malformed", f"{edit.path}: the code for {edit.qualname} holds {told}", remedy)
    kept = _decorators(found.node)
    if kept and not _decorators(body[0]):
        names = ", ".join(f"@{ast.unparse(decorator)}" for decorator in kept)
        raise EditError(
            "malformed",
            f"{edit.path}: {edit.qualname} has {names}, and the new code has no decorator",
            "repeat the decorators; to take one away, edit its line",
        )


def _without_comments_above(new: list[str], above: list[str]) -> list[str]:
    """The code without the comments that begin it and stand above the definition already."""
    comments = next((at for at, line in enumerate(new) if not line.strip().startswith("#")), 0)
    same = comments and [line.strip() for line in new[:comments]] == [line.strip() for line in above[-comments:]]
    return new[comments:] if same else new


def _check_rest(before: ast.Module, changed: str, edit: FunctionEdit) -> None:
    """Refuse a change after which anything but the definition is another program."""
    after = parsed(changed)
    if not isinstance(after, str):
        dumps = []
        for tree in (before, after):
            found = [one for one in _definitions(tree.body, "", in_function=False) if one.qualname == _plain(edit)]
            for one in found[:1]:
                one.siblings[one.siblings.index(one.node)] = ast.Pass()
            dumps.append(ast.dump(tree))
        if dumps[0] == dumps[1]:
            return
    raise EditError("syntax", f"{edit.path}: with the new {edit.qualname} the file around it reads differently")


def _plain(edit: FunctionEdit) -> str:
    return edit.qualname.replace(".<locals>", "")


def _parsed_code(code: str) -> list[ast.stmt] | str:
    """The code's statements, or one line on why it is no Python."""
    first = next((line for line in code.split("\n") if line.strip()), "")
    if not indent_of(first):
        tree = parsed(code)
        return tree if isinstance(tree, str) else tree.body
    tree = parsed(_BLOCK + code)
    if isinstance(tree, str):
        return tree
    block = tree.body[0]
    return block.body if isinstance(block, ast.If) and len(tree.body) == 1 else "its lines are indented unevenly"
