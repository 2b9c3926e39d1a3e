"""Real changes: the files that differ between two releases of a package, cut into hunks and definitions."""

from __future__ import annotations

import ast
import inspect
import random
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TypeVar

from perfagent.benchmarks.real_projects.projects import pip, run
from perfagent.tools.errors import PerfagentError

_SUFFIXES = (".py", ".pyx", ".pxd", ".c", ".h", ".cpp", ".js")
_CONTEXT = 3  # lines quoted around a change, as in a diff
_LONGEST_HUNK = 25  # lines; longer ones nobody quotes
_LONGEST_FILE = 3_000  # lines; difflib takes too long beyond
_Part = TypeVar("_Part")
_BODIES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Releases:
    """Two releases of a package whose wheels run anywhere."""

    name: str
    old: str
    new: str


#: Of different kinds and styles; Cython's wheel holds C and C++, Sphinx's JavaScript.
RELEASES = (
    Releases("networkx", "2.8.8", "3.1"),
    Releases("sympy", "1.11.1", "1.12"),
    Releases("httpx", "0.23.0", "0.25.0"),
    Releases("attrs", "22.1.0", "23.1.0"),
    Releases("sqlparse", "0.4.2", "0.4.4"),
    Releases("pygments", "2.13.0", "2.15.0"),
    Releases("jinja2", "3.0.3", "3.1.0"),
    Releases("werkzeug", "2.2.0", "2.3.0"),
    Releases("click", "8.0.4", "8.1.0"),
    Releases("rich", "12.6.0", "13.0.0"),
    Releases("more-itertools", "9.0.0", "9.1.0"),
    Releases("docutils", "0.18.1", "0.19"),
    Releases("structlog", "22.3.0", "23.1.0"),
    Releases("cython", "3.0.10", "3.0.11"),
    Releases("sphinx", "5.3.0", "6.0.0"),
)

#: Looked at only when the rules were settled: their figure is one that nothing was fitted to.
HELD_OUT = (
    Releases("requests", "2.28.2", "2.31.0"),
    Releases("marshmallow", "3.19.0", "3.20.1"),
    Releases("beautifulsoup4", "4.11.2", "4.12.2"),
    Releases("nltk", "3.7", "3.8.1"),
    Releases("dask", "2022.12.1", "2023.5.0"),
    Releases("pytest", "7.2.2", "7.4.0"),
    Releases("bokeh", "3.0.3", "3.1.1"),
    Releases("scrapy", "2.8.0", "2.9.0"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One file in two releases, its text with `\\n` line ends."""

    package: str
    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """One change of a file with three lines around it.

    Attributes:
        change: the file.
        start: its first line, from 0.
        old, new: its lines before and after.
        lead, tail: how many of the first and of the last lines are context.
        wanted: the file before, with this change alone made.
    """

    change: Change
    start: int
    old: tuple[str, ...]
    new: tuple[str, ...]
    lead: int
    tail: int
    wanted: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or method that differs, defined once in either file; `old` and `new` are its lines."""

    change: Change
    qualname: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    wanted: str


def changes(releases: Releases, cache: Path) -> list[Change]:
    """The sources that differ between the releases, by path.

    Raises:
        PerfagentError: pip did not bring them.
    """
    old, new = (_tree(releases.name, version, cache) for version in (releases.old, releases.new))
    found = []
    for file in sorted(path for path in old.rglob("*") if path.suffix in _SUFFIXES):
        name = file.relative_to(old).as_posix()
        if (new / name).is_file():
            texts = [_text(tree / name) for tree in (old, new)]
            if texts[0] != texts[1] and all(texts):
                found.append(Change(releases.name, name, texts[0], texts[1]))
    return found


def hunks(change: Change) -> Iterator[Hunk]:
    """The hunks of a file that quote at most 25 lines."""
    before, after = (text.removesuffix("\n").split("\n") for text in (change.before, change.after))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        start, stop = group[0][1], group[-1][2]
        old, new = before[start:stop], after[group[0][3] : group[-1][4]]
        lead, tail = (part[2] - part[1] if part[0] == "equal" else 0 for part in (group[0], group[-1]))
        if len(old) <= _LONGEST_HUNK and any(line.strip() for line in old):
            wanted = "\n".join([*before[:start], *new, *before[stop:]]) + "\n"
            yield Hunk(change, start, tuple(old), tuple(new), lead, tail, wanted)


def definitions(change: Change) -> Iterator[Definition]:
    """The functions of a Python file that differ, as `inspect` would cut them out."""
    if not change.path.endswith(".py"):
        return
    before, after = _functions(change.before), _functions(change.after)
    lines = change.before.removesuffix("\n").split("\n")
    for name in sorted(before.keys() & after.keys()):
        (start, old), (_, new) = before[name], after[name]
        if old != new and bool(old[0].lstrip().startswith("@")) <= bool(new[0].lstrip().startswith("@")):
            wanted = "\n".join([*lines[:start], *new, *lines[start + len(old) :]]) + "\n"
            yield Definition(change, name, old, new, wanted)


def sample(found: Sequence[_Part], most: int, seed: int) -> list[_Part]:
    """At most so many hunks or definitions, the same ones for the same seed, in their order."""
    drawn = random.Random(seed).sample(range(len(found)), min(most, len(found)))
    return [found[index] for index in sorted(drawn)]


def _tree(name: str, version: str, cache: Path) -> Path:
    """The unpacked wheel, downloaded once."""
    folder = cache / f"{name}-{version}"
    if not folder.exists():
        wheels = cache / "wheels" / folder.name
        wheels.mkdir(parents=True, exist_ok=True)
        options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--platform", "any", "--dest", str(wheels)]
        run([*pip(cache), "download", *options, f"{name}=={version}"], cache)
        wheel = next(wheels.glob("*.whl"), None)
        if wheel is None:
            raise PerfagentError(f"pip brought no wheel of {name} {version}")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


def _text(file: Path) -> str:
    """The text, empty when it is not of the plain kind that is compared."""
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return ""
    plain = text.endswith("\n") and "\r" not in text and text.count("\n") <= _LONGEST_FILE
    return text if plain else ""


def _functions(text: str) -> dict[str, tuple[int, tuple[str, ...]]]:
    """First line (from 0) and lines of every function whose name is defined once."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError:
        return {}
    lines = text.split("\n")
    found = list(_named(tree, ""))
    counts = Counter(name for name, _ in found)
    return {
        name: (start, _block(lines[start:]))
        for name, node in found
        if counts[name] == 1 and not isinstance(node, ast.ClassDef)
        for start in [min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1]
    }


def _block(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines of the definition that begins here."""
    return tuple(line.removesuffix("\n") for line in inspect.getblock([f"{line}\n" for line in lines]))


def _named(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """Everything defined below a node, with its qualified name."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _BODIES):
            yield prefix + child.name, child
            yield from _named(child, f"{prefix}{child.name}.")
        else:
            yield from _named(child, prefix)
