"""Which of a repository's own tests concern some functions: read from the sources, nothing is run.

A test speaks of a function when the function's name is among the identifiers of the test's body. Names that few tests
use say more than those that all use, so each counts with the logarithm of how rare it is (inverse document frequency,
Spärck Jones 1972). A test whose file imports the function's module, or is named after it, comes first among equals.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

#: Characters; a longer test file is generated data.
LARGEST_FILE = 1_000_000

#: What a test's file gains in score when it imports the target's module, and when it is named after it: less than one
#: rare name, more than a name that half of the tests use.
IMPORTS_MODULE, NAMED_AFTER = 0.5, 1.0

_COMMON = """
    setup experiment workload store_result load_result check_equivalence run_test main result results file filename
    data reference prefix eqcheck argparse timeit time json random math os sys number setup_data value values name
    args parser print len range list dict set tuple str int float bool sum min max sorted enumerate zip map open
    append items keys get copy repeat statistics mean stdev np pd numpy pandas"""

#: Of a workload's script: names that say nothing about what it calls.
COMMON_WORDS = frozenset(_COMMON.split())

WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class RankedTest:
    """A test function with how much it has to do with the targets; `node` is its pytest id."""

    node: str
    path: str
    score: float


def files_of_tests(files: Iterable[str]) -> list[str]:
    """Those of a repository's files that pytest collects by name."""
    names = ((path, PurePosixPath(path).name) for path in files)
    return sorted(p for p, name in names if name.endswith("_test.py") or re.fullmatch(r"test_.*\.py", name))


def ranked_tests(tree: Path, files: Iterable[str], functions: Mapping[str, Collection[str]]) -> tuple[RankedTest, ...]:
    """Test functions that mention a target, those that have most to do with the targets first.

    Args:
        tree: the repository's files.
        files: those of them to look at, relative.
        functions: file of the repository -> functions in it, dotted or plain; the file may be empty when unknown.
    """
    names = frozenset(filter(None, map(plain_name, (name for group in functions.values() for name in group))))
    modules = frozenset(PurePosixPath(path).stem for path in functions if path) - {"__init__"}
    found = [each for path in files_of_tests(files) for each in _tests_in(tree, path, modules)]
    shown = {name: sum(name in test.words for test in found) for name in names}
    rare = {name: math.log(1 + len(found) / count) for name, count in shown.items() if count}
    scored = [RankedTest(t.node, t.path, _score(t, rare)) for t in found if any(name in t.words for name in rare)]
    return tuple(sorted(scored, key=lambda each: (-each.score, each.node)))


def words_of_script(source: str) -> frozenset[str]:
    """Names that a workload's script imports or calls, without those that every script has."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError):
        return frozenset(WORD.findall(source)) - COMMON_WORDS
    return frozenset(_called(module)) - COMMON_WORDS


def _called(module: ast.Module) -> Iterator[str]:
    """Names in `from x import name` and in what is called."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute):
                yield called.attr
            elif isinstance(called, ast.Name):
                yield called.id


@dataclass(frozen=True, slots=True)
class _Test:
    """A test function: identifiers of its body, and what its file's imports and name add to its score."""

    node: str
    path: str
    words: frozenset[str]
    bonus: float


def _score(test: _Test, rare: Mapping[str, float]) -> float:
    return test.bonus + sum(weight for name, weight in rare.items() if name in test.words)


def parsed(tree: Path, path: str) -> tuple[ast.Module, list[str]]:
    """A file's syntax tree and its lines; empty ones for a file that cannot be read or is too long."""
    try:
        source = (tree / path).read_text("utf-8")
        if len(source) <= LARGEST_FILE:
            return ast.parse(source), source.splitlines()
    except (OSError, SyntaxError, ValueError):
        pass
    return ast.Module([], []), []


def plain_name(name: str) -> str:
    """The last part of a dotted name; the class's for a special method, which no test names."""
    parts = name.split(".")
    if parts[-1].startswith("__") and len(parts) > 1:
        return parts[-2]
    return "" if parts[-1].startswith("__") else parts[-1]


def _tests_in(tree: Path, path: str, modules: frozenset[str]) -> Iterator[_Test]:
    module, lines = parsed(tree, path)
    bonus = IMPORTS_MODULE * bool(modules & _imported(module))
    bonus += NAMED_AFTER * (PurePosixPath(path).stem.removeprefix("test_").removesuffix("_test") in modules)
    for prefix, function in _functions(module):
        words = frozenset(WORD.findall("\n".join(lines[function.lineno - 1 : function.end_lineno])))
        yield _Test(f"{path}::{prefix}{function.name}", path, words, bonus)


def _imported(module: ast.Module) -> frozenset[str]:
    """Parts of the names of imported modules."""
    dotted = [node.module or "" for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    dotted += [alias.name for node in ast.walk(module) if isinstance(node, ast.Import) for alias in node.names]
    return frozenset(part for name in dotted for part in name.split("."))


def _functions(module: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Test functions with what stands before their names in a node id."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield "", node
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            inner = (each for each in node.body if isinstance(each, ast.FunctionDef))
            yield from ((f"{node.name}::", each) for each in inner if each.name.startswith("test"))
