"""Requirements of tests that stand where only one tool looks: Poetry, PDM, Hatch, tox, nox, cibuildwheel."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from perfagent.tools.environment.reading import ini, listed, strings, table, toml

TEST_NAMES = ("test", "tests", "testing")  # of extras and groups
DEV_NAMES = ("dev", "develop", "development")
REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[\w,.-]+\])?\s*(?:[<>=!~][^:{}]*)?(?:;.*)?$")
TEST_SESSION = re.compile(r"^(?:unit_?|py_?)?tests?(?:_.*)?$|^testing$")


def hints(tree: Path) -> tuple[str, ...]:
    """The requirements, each once."""
    pyproject = toml(tree / "pyproject.toml")
    tools = table(pyproject, "tool")
    found = [*_poetry(tools), *_pdm(tools), *_hatch(tools), *_tox(tree), *_nox(tree / "noxfile.py")]
    return tuple(dict.fromkeys([*found, *_wheel_tests(tools)]))


def _poetry(tools: Mapping[str, Any]) -> Iterator[str]:
    """Names of Poetry's development dependencies; its version syntax is its own."""
    poetry = table(tools, "poetry")
    groups = table(poetry, "group")
    tables = [table(poetry, "dev-dependencies")]
    tables += [table(table(groups, name), "dependencies") for name in (*TEST_NAMES, "dev")]
    yield from (name for found in tables for name in found if name != "python")


def _pdm(tools: Mapping[str, Any]) -> Iterator[str]:
    """PDM's groups from before dependency groups."""
    groups = table(table(tools, "pdm"), "dev-dependencies")
    for name in (*TEST_NAMES, "dev"):
        yield from (item for item in strings(groups.get(name)) if not item.startswith("-"))


def _hatch(tools: Mapping[str, Any]) -> Iterator[str]:
    """What Hatch's environments for tests add."""
    environments = table(table(tools, "hatch"), "envs")
    for name in ("hatch-test", "test", "tests", "default"):
        for key in ("dependencies", "extra-dependencies"):
            yield from strings(table(environments, name).get(key))


def _tox(tree: Path) -> Iterator[str]:
    """The plain requirements of tox's default environment; those of one factor alone are left out."""
    lines = listed(ini(tree / "tox.ini"), "testenv", "deps")
    settings = toml(tree / "tox.toml") or table(table(toml(tree / "pyproject.toml"), "tool"), "tox")
    lines += strings(table(settings, "env_run_base").get("deps"))
    yield from (line for line in lines if REQUIREMENT.match(line))


def _nox(path: Path) -> Iterator[str]:
    """What the literal `session.install(...)` of the sessions for tests name; the file is read, never run."""
    try:
        nodes = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return
    for session in nodes:
        if isinstance(session, ast.FunctionDef) and TEST_SESSION.match(session.name):
            for call in ast.walk(session):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "install":
                    words = [word.value for word in call.args if isinstance(word, ast.Constant)]
                    if not any(str(word).startswith("-") for word in words):
                        yield from (word for word in words if isinstance(word, str) and REQUIREMENT.match(word))


def _wheel_tests(tools: Mapping[str, Any]) -> Iterator[str]:
    """What cibuildwheel installs before it tests a wheel."""
    wanted = table(tools, "cibuildwheel").get("test-requires")
    words = wanted.split() if isinstance(wanted, str) else strings(wanted)
    yield from (word for word in words if REQUIREMENT.match(word))
