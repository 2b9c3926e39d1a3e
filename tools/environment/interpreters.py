"""The Python interpreters of this machine, and which of them suits a project."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from perfagent.tools.environment.manifest import Manifest
from perfagent.tools.errors import BuildError

NEWEST_MINOR, OLDEST_MINOR = 20, 7  # the runner needs 3.7
QUERY_TIMEOUT_S = 20.0
QUERY = """
import json, sys, sysconfig
ordinary = sys.version_info[3] == "final" and not sysconfig.get_config_var("Py_GIL_DISABLED")
base = getattr(sys, "_base_executable", "") or sys.executable
sys.stdout.write(json.dumps([base, "%d.%d.%d" % sys.version_info[:3], ordinary]))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that runs: its path (never that of a virtual environment) and its version such as "3.11.7"."""

    path: str
    version: str

    @property
    def minor(self) -> int:
        """The X of 3.X."""
        return int(self.version.split(".")[1])


def parse_query(output: str) -> Interpreter | None:
    """What a Python run with `-c QUERY` printed; None for pre-releases and free-threaded builds."""
    try:
        path, version, ordinary = json.loads(output)
    except ValueError:
        return None
    return Interpreter(path, version) if ordinary else None


@functools.cache
def query(path: str) -> Interpreter | None:
    """Ask a program whether it is a usable Python; a pyenv shim of a version that is not active is not."""
    try:
        asked = subprocess.run(
            [path, "-I", "-c", QUERY], capture_output=True, text=True, timeout=QUERY_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_query(asked.stdout)


def candidates() -> Iterator[str]:
    """Programs that may be Pythons, the newest first, asking none of them."""
    homes = [Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"]
    homes.append(Path.home() / ".local/share/uv/python")
    # Another user's may be named by a variable that outlived a change of user.
    readable = [home for home in homes if os.access(home, os.R_OK | os.X_OK)]
    installed = [path for home in readable for path in home.glob("*/bin/python3")]
    # Runners of GitHub's Actions have every Python there is a release of, none of them on PATH.
    if cached := os.environ.get("RUNNER_TOOL_CACHE"):
        installed += Path(cached).glob("Python/*/*/bin/python3")
    for minor in range(NEWEST_MINOR, OLDEST_MINOR - 1, -1):
        name = f"python3.{minor}"
        if (found := shutil.which(name)) is not None:
            yield found
        own = re.compile(rf"(?:^|[-/])3\.{minor}\.(\d+)(?:[-/]|$)")
        matches = [(int(match[1]), path) for path in installed if (match := own.search("/".join(path.parts[-4:-2])))]
        yield from (str(path) for _, path in sorted(matches, reverse=True))
    yield from ("python3", sys.executable)


def accepts(specifier: str) -> Callable[[Interpreter], bool]:
    """A test of versions against a requires-python specifier; a malformed one accepts everything."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        allowed = SpecifierSet(specifier)
    except InvalidSpecifier:
        return lambda _: True
    return lambda interpreter: allowed.contains(interpreter.version)


def find(
    manifest: Manifest,
    wanted: str | None,
    here: Iterable[Interpreter | None] | None = None,
    *,
    claimed: bool = False,
) -> Interpreter:
    """The interpreter to build with.

    Args:
        manifest: says what the project supports. here: interpreters to choose from, the newest first; this
        machine's when None. wanted: "3.X", "3.X.Y" or a path; the project's word counts when None: the newest
        it allows, and not newer than the newest it claims to support, if one of those is here. claimed: take none
        that is newer than that.

    Raises:
        BuildError: there is none.
    """
    if wanted and "/" in wanted:
        named = query(wanted)
        if named is None:
            raise BuildError(
                f"{wanted} is no usable Python", "give a version (--python 3.12) or another path", code="PA301"
            )
        return named
    wanted = (wanted or "").removeprefix("python")
    fits = accepts(f"=={wanted}.*" if wanted else manifest.requires_python)
    newest = NEWEST_MINOR if wanted or not manifest.minors else manifest.minors[-1]
    later: Interpreter | None = None
    for found in map(query, candidates()) if here is None else here:
        if found is None or not fits(found) or found.minor < OLDEST_MINOR:
            continue
        if found.minor <= newest:
            return found
        if later is None or found.minor < later.minor:
            later = found  # the nearest above what is claimed
    if later is not None and not claimed:
        return later
    needed = wanted or manifest.requires_python
    minor = re.search(r"3\.\d+", needed)
    version = minor[0] if minor else "3"
    raise BuildError(
        f"no Python {needed} is here", f"uv python install {version} (or pyenv install {version})", code="PA301"
    )
