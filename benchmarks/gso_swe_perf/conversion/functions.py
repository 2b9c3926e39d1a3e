"""Which functions a change touches, and which a script calls: SWE-Perf's oracle and realistic targets."""

from __future__ import annotations

import ast
import io
import random
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from perfagent.benchmarks.gso_swe_perf.conversion.commits import diff_of
from perfagent.benchmarks.gso_swe_perf.datasets.hygiene import FilePatch, file_patches
from perfagent.tools.errors import EditError
from perfagent.tools.patch import Policy
from perfagent.tools.repository import Git, Symbol, outline
from perfagent.tools.repository.reading import SymbolKind

Functions = dict[str, list[str]]

#: The first line of a definition below its decorators.
_HEAD = re.compile(r"^[ \t]*(class|def|async)\b", re.MULTILINE)

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? ", re.MULTILINE)

#: Methods of these are Python's; a call of one of their names says nothing about the repository.
_PYTHONS = (list, dict, set, str, bytes, tuple, int, float, io.TextIOWrapper, io.BufferedRandom, random.Random)
_BUILTIN = frozenset(name for kind in _PYTHONS for name in dir(kind))

#: A name that more places define than this is too common to be a guess.
_MAX_PLACES = 3


def patched_functions(git: Git, base: str, head: str) -> Functions:
    """The functions of `base` whose lines a change to `head` removes, replaces or adds to; no tests.

    Functions that the change adds are none of the base's and cannot be named as targets.
    """
    found: Functions = {}
    for part in file_patches(diff_of(git, base, head, context=0)):
        if part.path.endswith(".py") and _is_code(part.path) and not part.is_new:
            names = _touched(part, _symbols(git, base, part.path))
            if names:
                found[part.path] = names
    return found


def called_functions(git: Git, base: str, scripts: Iterable[str]) -> Functions:
    """A guess at the repository's functions that scripts call, by names alone; nothing is run.

    A function that is imported is looked for where it is imported from, and else wherever its package defines the
    name; a method, wherever an imported package defines one. Names defined in more than three places are left out, and
    a script in a syntax that this Python does not know.
    """
    calls = Calls()
    for script in scripts:
        try:
            calls.visit(ast.parse(script))
        except SyntaxError:
            continue
    found: dict[str, set[str]] = {}
    for path, qualname in _places(git, base, calls):
        found.setdefault(path, set()).add(qualname)
    return {path: sorted(names) for path, names in sorted(found.items())}


@dataclass
class Calls(ast.NodeVisitor):
    """What a script calls.

    Attributes:
        modules: name in the script -> dotted module, or module and name, that it stands for.
        functions: name of a called function -> dotted modules it was reached through.
        methods: names of methods called on anything else.
    """

    modules: dict[str, str] = field(default_factory=dict)
    functions: dict[str, set[str]] = field(default_factory=dict)
    methods: set[str] = field(default_factory=set)

    def visit_Import(self, node: ast.Import) -> None:
        """`import a.b as c`."""
        for alias in node.names:
            self.modules[alias.asname or alias.name.partition(".")[0]] = (
                alias.name if alias.asname else alias.name.partition(".")[0]
            )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """`from a.b import c as d`."""
        for alias in node.names:
            self.modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def visit_Call(self, node: ast.Call) -> None:
        """`c(...)`, `a.b.c(...)`, `anything.c(...)`."""
        self.generic_visit(node)
        parts = _dotted(node.func)
        if parts and parts[0] in self.modules:
            module, _, name = ".".join([self.modules[parts[0]], *parts[1:]]).rpartition(".")
            self.functions.setdefault(name, set()).add(module)
        elif isinstance(node.func, ast.Attribute) and node.func.attr not in _BUILTIN:
            self.methods.add(node.func.attr)


def _touched(part: FilePatch, symbols: list[Symbol]) -> list[str]:
    """The innermost functions that hold a hunk's old lines, in the file's order."""
    hit: set[str] = set()
    functions = [symbol for symbol in symbols if symbol.kind != "class"]
    for match in _HUNK.finditer(part.text):
        first, count = int(match[1]), int(match[2] or 1)
        # Without old lines the hunk stands between `first` and the line after it, and both must be the function's.
        lines = range(first, first + count) if count else range(first, first + 1)
        for line in lines:
            holding = [s for s in functions if s.start <= line <= s.end and (count or line < s.end)]
            if holding:
                hit.add(min(holding, key=lambda symbol: symbol.end - symbol.start).qualname)
    # A property's setter, or an overload, has the name of the function before it.
    return list(dict.fromkeys(_plain(s.qualname) for s in functions if s.qualname in hit))


def _places(git: Git, base: str, calls: Calls) -> Iterator[tuple[str, str]]:
    """Files and qualified names of what is called."""
    names = [*calls.functions, *calls.methods]
    defined = _definitions(git, base, [name for name in names if name.isidentifier()])
    for name, modules in calls.functions.items():
        there = [(path, symbol) for path, symbol in defined.get(name, []) if symbol.kind != "method"]
        near = [hit for hit in there if any(_is_in(hit[0], module, exactly=True) for module in modules)]
        far = [hit for hit in there if any(_is_in(hit[0], module, exactly=False) for module in modules)]
        hits = near or far
        if len(hits) <= _MAX_PLACES:
            yield from ((path, _callable(symbol)) for path, symbol in hits)
    packages = set(calls.modules.values())
    for name in sorted(calls.methods):
        there = [
            (path, symbol)
            for path, symbol in defined.get(name, [])
            if symbol.kind == "method" and any(_is_in(path, package, exactly=False) for package in packages)
        ]
        if len(there) <= _MAX_PLACES:
            yield from ((path, _plain(symbol.qualname)) for path, symbol in there)


def _definitions(git: Git, base: str, names: list[str]) -> dict[str, list[tuple[str, Symbol]]]:
    """Name -> where it is defined outside of tests, and as what."""
    found: dict[str, list[tuple[str, Symbol]]] = {}
    if not names:
        return found
    pattern = rf"^[[:space:]]*(async def|def|class) +({'|'.join(sorted(set(names)))}) *[(:]"
    told = git.run("grep", "-l", "-z", "-E", "-e", pattern, base, "--", ok=(0, 1)).text
    paths = [line.partition(":")[2] for line in told.split("\0") if line.endswith(".py")]
    for path in paths:
        if not _is_code(path):
            continue
        for symbol in _symbols(git, base, path):
            name = symbol.qualname.rpartition(".")[2]
            if name in names and "<locals>" not in symbol.qualname:
                found.setdefault(name, []).append((path, symbol))
    return found


def _symbols(git: Git, revision: str, path: str) -> list[Symbol]:
    """A file's outline; by indentation when it is written in a Python that this one does not read."""
    source = git.run("show", f"{revision}:{path}").stdout.decode("utf-8", "replace")
    try:
        return outline(source)
    except EditError:
        return _indented(source)


def _indented(source: str) -> list[Symbol]:
    from perfagent.tools.profile import SourceFile

    with tempfile.TemporaryDirectory(prefix="source-") as folder:
        place = Path(folder, "source.py")
        place.write_text(source, "utf-8")
        file = SourceFile(place)
    heads = {one.qualname: _HEAD.search(file.text(one)) for one in file.functions}
    classes = {qualname for qualname, head in heads.items() if head and head[1] == "class"}
    found = []
    for one in sorted(file.functions, key=lambda one: one.start):
        in_class = one.qualname.rpartition(".")[0] in classes
        kind: SymbolKind = "class" if one.qualname in classes else "method" if in_class else "function"
        found.append(Symbol(kind, one.qualname, one.start, one.end))
    return found


def _is_code(path: str) -> bool:
    """Whether a file is the project itself, neither a test of it nor a benchmark."""
    return Policy().protection(path) not in ("a test", "a benchmark")


def _is_in(path: str, module: str, *, exactly: bool) -> bool:
    """Whether a file is a module's, or, not `exactly`, of its top-level package."""
    file = path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__")
    if exactly:
        return file == module.replace(".", "/")
    return file.partition("/")[0] == module.partition(".")[0]


def _callable(symbol: Symbol) -> str:
    """What runs when the symbol is called."""
    return f"{symbol.qualname}.__init__" if symbol.kind == "class" else _plain(symbol.qualname)


def _plain(qualname: str) -> str:
    return qualname.replace(".<locals>", "")


def _dotted(node: ast.expr) -> list[str]:
    """`a.b.c` as its parts; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []
