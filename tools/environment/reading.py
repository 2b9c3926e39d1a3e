"""Reading a project's declarations forgivingly: what is missing or malformed counts as empty."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Nothing in these belongs to the project's sources; copying or hashing them would only cost time.
SKIPPED = frozenset(
    {".git", ".hg", ".tox", ".nox", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".eggs"}
)

# What compiled parts are made from: another content means another built file.
NATIVE_SOURCES = re.compile(
    r"\.(?:c|cc|cpp|cxx|h|hh|hpp|pyx|pxd|pxi|rs|f|f90|f03|cu|cmake)$|^(?:CMakeLists\.txt|meson\.build|meson\.options"
    r"|meson_options\.txt|Cargo\.(?:toml|lock)|Makefile|configure)$"
)
# A requirement that is a name with extras, versions and a marker (PEP 508), and neither an option, a path nor a URL.
FROM_INDEX = re.compile(r"\s*[A-Za-z0-9][\w.-]*\s*(\[[^\]]*\])?\s*([(<>=!~][^/@;]*)?(;.*)?")


def toml(path: Path) -> dict[str, Any]:
    """A TOML file's content; empty when it is missing or malformed."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def table(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A sub-table; empty when it is missing or something else."""
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def strings(value: object) -> list[str]:
    """The strings of a list; none when it is something else."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def ini(path: Path) -> configparser.ConfigParser:
    """A setup.cfg or tox.ini; empty when it is missing or malformed."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return configparser.ConfigParser()
    return parser


def listed(config: configparser.ConfigParser, section: str, name: str) -> list[str]:
    """A setup.cfg list; `file:` directives name no requirement themselves."""
    value = config.get(section, name, fallback="")
    found = [line.split(" #")[0].strip() for line in value.splitlines()]
    return [line for line in found if line and not line.startswith(("#", "file:"))]


def named(requirement: str) -> str:
    """The distribution a requirement names."""
    return normal(re.split(r"[^\w.-]", requirement)[0])


def normal(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
