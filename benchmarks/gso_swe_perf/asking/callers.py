"""Who calls some functions, by name: private functions are mentioned by no test, but what calls them may be."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from perfagent.benchmarks.gso_swe_perf.asking.related import WORD, files_of_tests, parsed, plain_name

#: Rounds of asking who calls the callers: beyond some, everything calls everything.
CALLER_ROUNDS = 4


def widening(
    tree: Path, files: Iterable[str], functions: Mapping[str, Collection[str]]
) -> Iterator[Mapping[str, Collection[str]]]:
    """The functions themselves, then those that call them, then those that call these, while there are any.

    Args:
        tree: the repository's files.
        files: those of them to look at, relative.
        functions: file of the repository -> functions in it, dotted or plain.
    """
    yield functions
    names = frozenset(filter(None, map(plain_name, (name for group in functions.values() for name in group))))
    mentioned = _mentioned(tree, files)
    seen = names
    for _ in range(CALLER_ROUNDS):
        names = frozenset(caller for caller, words in mentioned.items() if words & names) - seen
        if not names:
            return
        seen |= names
        yield {"": sorted(names)}


def _mentioned(tree: Path, files: Iterable[str]) -> dict[str, set[str]]:
    """Plain name of every function and class outside of the tests -> the identifiers it mentions."""
    paths = sorted(path for path in files if path.endswith(".py"))
    found: dict[str, set[str]] = {}
    for path in sorted(set(paths) - set(files_of_tests(paths))):
        module, lines = parsed(tree, path)
        for name, words in _definitions(module, lines, ""):
            found.setdefault(name, set()).update(words)
    return found


def _definitions(node: ast.AST, lines: Sequence[str], owner: str) -> Iterator[tuple[str, list[str]]]:
    """Functions below a node with the identifiers behind their first lines, and classes with those of their bases.

    They go by their plain names; a special method by its class's, as tests name that.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield child.name, [word for base in child.bases for word in WORD.findall(ast.unparse(base))]
            yield from _definitions(child, lines, child.name)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            if name := plain_name(f"{owner}.{child.name}" if owner else child.name):
                yield name, WORD.findall("\n".join(lines[child.lineno : child.end_lineno]))
        else:
            yield from _definitions(child, lines, owner)
