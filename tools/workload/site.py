"""Where a workload runs: the paths as the sandbox shows them, and what they say about the target's layout."""

from __future__ import annotations

import ast
import configparser
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HARNESS = Path(__file__).parent / "harness"
"""Folder to mount read-only, for `Site.harness`."""

SINGLE_THREADED = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}
"""One thread for numeric libraries: CPU time of several threads says nothing about speed, and pairs are
pinned to a core.
"""


@dataclass(frozen=True, slots=True)
class Site:
    """One side's tree and what it takes to run code in it; every path is as seen inside the sandbox.

    Attributes:
        tree: root of the side's tree.
        python: the interpreter.
        harness: the folder `HARNESS`.
        scratch: a writable folder outside the tree.
        source_roots: folders relative to the tree that come first on PYTHONPATH, see `source_roots()`.
        env: further environment variables; a PYTHONPATH among them comes after the source roots.
        pytest_options: options of the repository's own that must stay, see `pytest_options()`.
        values_module: the file with `encode(value)`; only needed to observe values.
    """

    tree: str
    python: str
    harness: str
    scratch: str
    source_roots: tuple[str, ...] = (".",)
    env: Mapping[str, str] = field(default_factory=dict)
    pytest_options: tuple[str, ...] = ()
    values_module: str = ""

    def environment(self, hash_seed: int) -> dict[str, str]:
        """The environment of one sample; both sides of a pair get the same hash seed, the next pair another."""
        roots = [self.tree if root == "." else f"{self.tree}/{root}" for root in self.source_roots]
        path = ":".join([*roots, self.env["PYTHONPATH"]] if self.env.get("PYTHONPATH") else roots)
        env = {**SINGLE_THREADED, **self.env, "PYTHONPATH": path, "PYTHONHASHSEED": str(hash_seed)}
        # With it every sample would compile the tree anew: several times the cost of a short import workload.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        return env


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _ini(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return configparser.RawConfigParser()
    return parser


def _get(table: object, *keys: str) -> Any:
    """The value at nested keys, None where a level is missing or is no table."""
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _pyproject_roots(pyproject: dict[str, Any]) -> Iterator[str]:
    tool = pyproject.get("tool", {})
    yield _get(tool, "setuptools", "package-dir", "") or ""
    where = _get(tool, "setuptools", "packages", "find", "where")
    yield from where if isinstance(where, list) else ()
    for package in _get(tool, "poetry", "packages") or ():
        yield _get(package, "from") or ""
    for package in _get(tool, "hatch", "build", "targets", "wheel", "packages") or ():
        yield str(Path(package).parent)
    yield _get(tool, "pdm", "build", "package-dir") or ""
    yield _get(tool, "maturin", "python-source") or ""


def _setup_cfg_roots(tree: Path) -> Iterator[str]:
    config = _ini(tree / "setup.cfg")
    for line in config.get("options", "package_dir", fallback="").splitlines():
        package, _, folder = line.partition("=")
        if not package.strip():
            yield folder.strip()
    yield from config.get("options.packages.find", "where", fallback="").split()


def _setup_py_roots(tree: Path) -> Iterator[str]:
    """What `package_dir={"": ...}` and `find_packages(...)` say, where setup.py says it in so many words."""
    try:
        module = ast.parse((tree / "setup.py").read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(module):
        if isinstance(node, ast.keyword) and node.arg == "package_dir" and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "" and isinstance(value, ast.Constant):
                    yield str(value.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and "find" in node.func.id:
            given = node.args[:1] + [word.value for word in node.keywords if word.arg == "where"]
            yield from (str(arg.value) for arg in given if isinstance(arg, ast.Constant))


def _has_package(folder: Path) -> bool:
    return any(folder.glob("*/__init__.py"))


def source_roots(tree: Path) -> tuple[str, ...]:
    """The folders whose packages the target's code imports, relative to the tree.

    What the build configuration declares; else `src` when it holds a package or a module; else `.` when it
    holds the package; else `lib` or `python` when those do; else `.`.
    """
    declared = [
        *_pyproject_roots(_toml(tree / "pyproject.toml")),
        *_setup_cfg_roots(tree),
        *_setup_py_roots(tree),
    ]
    roots = dict.fromkeys(str(Path(root)) for root in declared if isinstance(root, str) and root)
    found = tuple(root for root in roots if (tree / root).is_dir() and not Path(root).is_absolute())
    if found:
        return found
    source = tree / "src"
    if _has_package(source) or any(source.glob("*.py")):
        return ("src",)
    aside = {"tests", "test", "docs", "doc", "examples", "benchmarks", "bench", "scripts", "tools"}
    if any(path.parent.name not in aside for path in tree.glob("*/__init__.py")):
        return (".",)
    return next(((name,) for name in ("lib", "python") if _has_package(tree / name)), (".",))


# What changes how tests are found and imported stays; what selects, distributes, measures or prints goes.
_KEPT = (
    "--import-mode",
    "--ds",
    "--dc",
    "--asyncio-mode",
    "--confcutdir",
    "--override-ini",
    "--pythonwarnings",
)
_KEPT_SHORT = ("-p", "-o", "-W")
_DROPPED_VALUES = (
    "xdist",
    "pytest_cov",
    "randomly",
    "no:benchmark",
    "no:terminal",
    "addopts=",
    "required_plugins=",
)


def _pytest_table(tree: Path) -> Mapping[str, Any]:
    """The repository's pytest settings, from the first file in which pytest would look for them."""
    for name, section in (("pytest.ini", "pytest"), (".pytest.ini", "pytest")):
        if (tree / name).is_file():
            return dict(_ini(tree / name).items(section)) if _ini(tree / name).has_section(section) else {}
    tool = _get(_toml(tree / "pyproject.toml"), "tool", "pytest")
    if isinstance(tool, dict):
        table = tool.get("ini_options", tool)
        return table if isinstance(table, dict) else {}
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        if _ini(tree / name).has_section(section):
            return dict(_ini(tree / name).items(section))
    return {}


def pytest_setting(tree: Path, name: str) -> tuple[str, ...]:
    """A list-like setting of the repository's pytest configuration, empty when it is not set."""
    value = _pytest_table(tree).get(name, "")
    if isinstance(value, list):
        return tuple(str(word) for word in value)
    try:
        return tuple(shlex.split(str(value)))
    except ValueError:
        return tuple(str(value).split())


def pytest_options(tree: Path) -> tuple[str, ...]:
    """The options in the repository's `addopts` without which its tests would be found or imported differently."""
    kept: list[str] = []
    words = iter(pytest_setting(tree, "addopts"))
    for word in words:
        short = next((name for name in _KEPT_SHORT if word.startswith(name)), None)
        long, equals, value = word.partition("=")
        if short is not None:
            value = word[len(short) :] or next(words, "")
            option = [short, value]
        elif long in _KEPT:
            option = [word] if equals else [word, next(words, "")]
        else:
            continue
        if not value.startswith(_DROPPED_VALUES):
            kept += option
    return tuple(kept)
