"""What a frame of a profile is called."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from perfagent.tools.profile.collect import Row

Label = Callable[[Row], str]

_METHOD = re.compile(r"<method '(\w+)' of '([^']+)' objects>")
_FUNCTION = re.compile(r"<built-in method (.+)>")
_BOUND = re.compile(r"(.+) of (.+) object at 0x[0-9a-f]+")


def label_with_line(row: Row, root: str) -> str:
    """The name with file and line, files of the tree from its root on."""
    if row.file == "~":
        return row.name
    return f"{row.name} ({_path(row, root)}:{row.line})"


def stable_labels(root: str, tree: Path) -> Label:
    """What gives the same function the same label in two versions of a tree: its dotted name and file, no line.

    Code that has no name of its own (a lambda, a comprehension) is named by the function it stands in.

    Args:
        root: the tree's path as the rows' files give it.
        tree: the same tree on this machine, to read the sources.
    """
    # Parsing is slow to import and needed where labels are made only.
    from perfagent.tools.profile.functions import MODULE, SourceFile

    source = cache(SourceFile)

    def label(row: Row) -> str:
        if row.file == "~":
            return _builtin(row.name)
        path = _path(row, root)
        if not row.file.startswith(root + "/"):
            return f"{row.name} ({path})"
        name = source(tree / path).function(row.line, row.name).qualname
        inner = row.name.startswith("<") and row.name != MODULE
        return f"{name}.{row.name} ({path})" if inner else f"{name} ({path})"

    return label


def _path(row: Row, root: str) -> str:
    inside = row.file.startswith(root + "/")
    return posixpath.relpath(row.file, root) if inside else posixpath.basename(row.file)


def _builtin(name: str) -> str:
    """A builtin as people write it: `list.append`, `len`; addresses, which no two processes share, are left out."""
    if method := _METHOD.fullmatch(name):
        return f"{method[2]}.{method[1]}"
    if function := _FUNCTION.fullmatch(name):
        inner = function[1].removeprefix("builtins.")
        bound = _BOUND.fullmatch(inner)
        return f"{bound[2]}.{bound[1]}" if bound else inner
    return name
