"""The versions a project's lock file pins, as constraints: what its maintainers run is what is measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from perfagent.tools.environment.reading import table, toml

#: The first that is there counts.
LOCK_FILES = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock")


def pins(tree: Path) -> tuple[str, ...]:
    """Constraints `name==version`, sorted; a package locked at several versions, or from no index, is left free."""
    for name in LOCK_FILES:
        if (tree / name).is_file():
            found: dict[str, set[str]] = {}
            for package, version in _pipfile(tree / name) if name == "Pipfile.lock" else _tables(tree / name):
                found.setdefault(package, set()).add(version)
            return tuple(sorted(f"{package}=={min(them)}" for package, them in found.items() if len(them) == 1))
    return ()


def pipfile_packages(tree: Path) -> tuple[str, ...]:
    """What a Pipfile asks for, by name, its development packages too."""
    pipfile = toml(tree / "Pipfile")
    return tuple(dict.fromkeys([*table(pipfile, "packages"), *table(pipfile, "dev-packages")]))


def _tables(path: Path) -> Iterator[tuple[str, str]]:
    """Names and versions of the `[[package]]` tables of uv, Poetry and PDM, and of `[[packages]]` of PEP 751."""
    content = toml(path)
    entries: Any = content.get("package") or content.get("packages")
    for entry in entries if isinstance(entries, list) else ():
        name, version = (entry.get("name"), entry.get("version")) if isinstance(entry, dict) else (None, None)
        if isinstance(name, str) and isinstance(version, str) and not _elsewhere(entry):
            yield name, version


def _elsewhere(entry: dict[str, Any]) -> bool:
    """Whether a package comes from a folder or a repository: the project itself, for one."""
    source = table(entry, "source")
    kinds = {"editable", "virtual", "directory", "git", "path", "url"}
    return bool(kinds & set(source)) or source.get("type") in ("directory", "git", "file", "url") or "path" in entry


def _pipfile(path: Path) -> Iterator[tuple[str, str]]:
    """Names and versions of Pipenv's lock file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for part in ("default", "develop"):
        for name, entry in table(content, part).items() if isinstance(content, dict) else ():
            version = entry.get("version") if isinstance(entry, dict) else None
            if isinstance(version, str) and version.startswith("=="):
                yield name, version.removeprefix("==")
