"""What a Python project's files say of its environment: interpreter, build backend, what its tests need."""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfagent.tools.environment.hints import DEV_NAMES, TEST_NAMES, hints
from perfagent.tools.environment.locks import LOCK_FILES, pins, pipfile_packages
from perfagent.tools.environment.needs import needs_of_tests
from perfagent.tools.environment.reading import NATIVE_SOURCES, SKIPPED, ini, listed, strings, table, toml

TEST_FILES = re.compile(r"(?:^|[-_./])(?:(?:py|unit)?tests?|testing)[-_.]?", re.IGNORECASE)
DEV_FILES = re.compile(r"(?:^|[-_./])(?:dev|develop|development)[-_.]?", re.IGNORECASE)
DECLARATIONS = frozenset(
    {
        "pyproject.toml",
        "setup.cfg",
        "setup.py",
        "tox.ini",
        "tox.toml",
        "pytest.ini",
        "noxfile.py",
        "MANIFEST.in",
        "Pipfile",
    }
    | set(LOCK_FILES)
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was read; requirement strings are PEP 508.

    Attributes:
        installable: whether there is a project to install (not just a folder of scripts).
        requires_python: version specifier, empty when none is given.
        minors: newest and others of the `3.X` versions the classifiers claim, ascending.
        backend: the PEP 517 build backend; empty for setup.py's default.
        build_requires: what the build backend needs.
        dependencies: the static dependencies of pyproject.toml or setup.cfg.
        extras: the extras that hold what tests need. extra_dependencies: what they require, as far as pyproject.toml
            says.
        groups: requirements of the PEP 735 groups that do.
        requirement_files: paths relative to the tree; what an application or the tests need.
        hints: requirements worth trying when nothing else names what the tests need.
        pins: constraints by a lock file.
        needs: well-known packages that the tests are seen to use.
    """

    installable: bool
    requires_python: str
    minors: tuple[int, ...]
    backend: str
    build_requires: tuple[str, ...]
    dependencies: tuple[str, ...]
    extras: tuple[str, ...]
    groups: tuple[str, ...]
    requirement_files: tuple[str, ...]
    hints: tuple[str, ...]
    pins: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    extra_dependencies: tuple[str, ...] = ()


def read_manifest(tree: Path) -> Manifest:
    """Read a project's declarations; what is malformed counts as absent, its own build will complain."""
    pyproject = toml(tree / "pyproject.toml")
    project, build = table(pyproject, "project"), table(pyproject, "build-system")
    config = ini(tree / "setup.cfg")
    script = _script(tree / "setup.py")
    extras = {
        *table(project, "optional-dependencies"),
        *(config["options.extras_require"] if config.has_section("options.extras_require") else ()),
        *script.get("extras_require", ()),
    }
    classifiers = [*strings(project.get("classifiers")), *listed(config, "metadata", "classifiers")]
    classifiers += script.get("classifiers", ())
    groups = _groups(table(pyproject, "dependency-groups"))
    chosen = for_tests(extras)
    files = _requirement_files(tree, declared=bool(chosen or groups))
    return Manifest(
        installable=bool(project or build or "metadata" in config or (tree / "setup.py").exists()),
        requires_python=str(
            project.get("requires-python")
            or config.get("options", "python_requires", fallback="")
            or "".join(script.get("python_requires", ()))
        ),
        minors=_minors(classifiers),
        backend=str(build.get("build-backend", "")),
        build_requires=tuple(strings(build.get("requires"))),
        dependencies=(*strings(project.get("dependencies")), *listed(config, "options", "install_requires")),
        extras=chosen,
        groups=groups,
        requirement_files=files,
        hints=(*script.get("tests_require", ()), *hints(tree), *pipfile_packages(tree)),
        pins=pins(tree),
        needs=needs_of_tests(tree),
        extra_dependencies=_extra_dependencies(project, chosen),
    )


def _extra_dependencies(project: Mapping[str, Any], extras: Iterable[str]) -> tuple[str, ...]:
    """What extras require beside the project itself, whose other extras they may name."""
    table_of_extras = table(project, "optional-dependencies")
    found = [item for name in extras for item in strings(table_of_extras.get(name))]
    own = re.compile(rf"{re.escape(str(project.get('name', '')))}\b(?![-.])", re.IGNORECASE)
    return tuple(item for item in found if not own.match(item))


def for_tests(names: Iterable[str]) -> tuple[str, ...]:
    """Of extras or groups those with what tests need: named so, else the shortest that speaks of tests, else dev."""
    known = [name for name in sorted(names) if re.sub(r"[-_.]+", "-", name).lower() in (*TEST_NAMES, *DEV_NAMES)]
    exact = [name for name in known if name.lower() not in DEV_NAMES]
    alike = sorted((name for name in names if re.search(r"(?:^|[-_.])(?:py|unit)?tests?(?:[-_.]|$)", name)), key=len)
    return tuple(exact or alike[:1] or known)


def digest(tree: Path) -> str:
    """A digest of every file an environment is built from: declarations and the sources of compiled parts."""
    total = hashlib.sha256()
    for path in sorted(_relevant(tree)):
        total.update(f"{path.relative_to(tree)}\0".encode("utf-8", "surrogateescape"))
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _relevant(tree: Path) -> Iterator[Path]:
    """Files that `digest` covers."""
    for folder, folders, files in os.walk(tree):
        folders[:] = [name for name in folders if name not in SKIPPED]
        top = Path(folder) == tree or Path(folder) == tree / "requirements"
        for name in files:
            declares = top and (name in DECLARATIONS or (name.endswith(".txt") and "require" in folder + name))
            if (declares or NATIVE_SOURCES.search(name)) and (path := Path(folder, name)).is_file():
                yield path


def _script(path: Path) -> dict[str, list[str]]:
    """The literal arguments of setup.py's setup() that matter here; a script is read, never run."""
    try:
        nodes = list(ast.walk(ast.parse(path.read_bytes())))
    except (OSError, SyntaxError, ValueError):
        return {}
    names = {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = {}
    for node in nodes:
        if isinstance(node, ast.keyword) and node.arg in _ARGUMENTS:
            value = names.get(node.value.id) if isinstance(node.value, ast.Name) else node.value
            found[node.arg] = list(_literals(value))
    return found


_ARGUMENTS = ("extras_require", "tests_require", "python_requires", "classifiers")


def _literals(node: ast.AST | None) -> Iterator[str]:
    """A string, the strings of a list, or the keys of a dict."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Dict(keys=items):
            for item in items:
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    yield item.value


def _minors(classifiers: list[str]) -> tuple[int, ...]:
    """The X of every `Programming Language :: Python :: 3.X`."""
    found = (re.fullmatch(r"Programming Language :: Python :: 3\.(\d+)", text.strip()) for text in classifiers)
    return tuple(sorted({int(match[1]) for match in found if match}))


def _groups(table: Mapping[str, Any]) -> tuple[str, ...]:
    """The requirements of the groups tests need, includes followed (PEP 735)."""
    normal = {re.sub(r"[-_.]+", "-", name).lower(): value for name, value in table.items()}
    found: dict[str, None] = {}

    def add(name: str, above: tuple[str, ...]) -> None:
        for item in normal.get(name, ()) if name not in above else ():
            if isinstance(item, str):
                found[item] = None
            elif isinstance(item, dict) and isinstance(inner := item.get("include-group"), str):
                add(re.sub(r"[-_.]+", "-", inner).lower(), (*above, name))

    for name in for_tests(normal):
        add(name, ())
    return tuple(found)


def _requirement_files(tree: Path, *, declared: bool) -> tuple[str, ...]:
    """requirements.txt, and the files for tests (else for development) when nothing better is `declared`."""
    paths = [*tree.glob("*requirements*.txt"), *tree.glob("requirements/*.txt")]
    names = sorted(str(path.relative_to(tree)) for path in paths)
    main = [name for name in names if name == "requirements.txt"]
    tests = [name for name in names if TEST_FILES.search(name)]
    development = [name for name in names if DEV_FILES.search(name)]
    return (*main, *(() if declared else tests or development))
