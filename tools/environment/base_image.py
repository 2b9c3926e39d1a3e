"""A Debian image to build environments in, made without a registry: debootstrap, piped into the engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.tools.errors import SandboxError, SandboxUnavailable
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE, connected, engine_errors, image_id

if TYPE_CHECKING:
    from docker import DockerClient

DEFAULT_MIRROR = "http://deb.debian.org/debian"
PACKAGES = (
    "python3",
    "python3-venv",
    "python3-pip",
    "python3-dev",
    "gcc",
    "g++",
    "make",
    "git",
    "ca-certificates",
    "procps",
    "valgrind",  # counts instructions, as evidence beside a verdict; a tenth of the image
)
LIST_FOLDER = Path("/etc/apt/sources.list.d")
LIST_FILE = Path("/etc/apt/sources.list")
TIMEOUT_S = 1800.0


@dataclass(frozen=True, slots=True)
class Mirror:
    """One source of packages: base address and suites."""

    uri: str
    suites: tuple[str, ...]


def build_base_image(
    tag: str = BASE_IMAGE, say: Callable[[str], None] = lambda _: None, suite: str = "bookworm"
) -> str:
    """Build the base image; its id. Takes some minutes and 0.9 GB.

    Args:
        tag: what the image is called.
        say: told what is going on.
        suite: the Debian release.

    Raises:
        SandboxUnavailable: debootstrap or root is missing, or no engine runs.
        SandboxError: the packages cannot be had, or the engine refuses the import.
    """
    debootstrap = shutil.which("debootstrap") or shutil.which("debootstrap", path="/usr/sbin:/sbin")
    if debootstrap is None:
        raise SandboxUnavailable("debootstrap is not installed", "apt-get install debootstrap", code="PA306")
    if os.geteuid() != 0:
        raise SandboxUnavailable("debootstrap needs root", "sudo perfagent image build-base", code="PA306")
    with connected() as client, tempfile.TemporaryDirectory(prefix="perfagent-base-") as folder:
        root = Path(folder) / "root"
        mirror = choose_mirror(configured(), suite)
        say(f"fetching Debian {suite} from {mirror}")
        bootstrap([debootstrap, "--variant=minbase", f"--include={','.join(PACKAGES)}", suite, str(root), mirror])
        shutil.rmtree(root / "var/cache/apt/archives", ignore_errors=True)
        shutil.rmtree(root / "var/lib/apt/lists", ignore_errors=True)
        say("importing it")
        return load(client, root, tag)


def bootstrap(argv: list[str]) -> None:
    """Run debootstrap.

    Raises:
        SandboxError: it fails; quotes its last line.
    """
    try:
        ran = subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise SandboxError("debootstrap did not end", code="PA306") from error
    if ran.returncode != 0:
        lines = (ran.stdout + ran.stderr).strip().splitlines() or ["it says nothing"]
        raise SandboxError(f"debootstrap fails: {lines[-1]}", "check the mirror in /etc/apt/sources.list", code="PA306")


def configured() -> list[Mirror]:
    """The package sources of this host's apt, in both of its file formats."""
    found: list[Mirror] = []
    lists = [LIST_FILE, *sorted(LIST_FOLDER.glob("*.list"))] if LIST_FOLDER.is_dir() else [LIST_FILE]
    for path in lists:
        found += one_line_sources(path.read_text() if path.is_file() else "")
    for path in sorted(LIST_FOLDER.glob("*.sources")):
        found += deb822_sources(path.read_text())
    return found


def one_line_sources(text: str) -> list[Mirror]:
    """Sources in the style `deb [options] uri suite component...` (sources.list(5))."""
    lines = (re.match(r"\s*deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)", line) for line in text.splitlines())
    return [Mirror(match[1], (match[2],)) for match in lines if match]


def deb822_sources(text: str) -> list[Mirror]:
    """Sources in stanzas of `Field: value` lines; comment lines count for nothing, even between fields."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = []
    for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
        fields = {
            name.strip().lower(): value.split()
            for name, colon, value in (line.partition(":") for line in stanza.splitlines())
            if colon and not name[:1].isspace()
        }
        if "deb" in fields.get("types", ()) and fields.get("enabled") != ["no"]:
            found += [Mirror(uri, tuple(fields.get("suites", ()))) for uri in fields.get("uris", ())]
    return found


def choose_mirror(mirrors: Iterable[Mirror], suite: str) -> str:
    """The address to fetch from: the host's own for the suite, else its own for Debian, else Debian's."""
    debian = [mirror for mirror in mirrors if re.search(r"/debian/?$", mirror.uri)]
    exact = [mirror for mirror in debian if suite in mirror.suites]
    return next((mirror.uri for mirror in [*exact, *debian]), DEFAULT_MIRROR)


def load(client: DockerClient, root: Path, tag: str) -> str:
    """Stream a folder into the engine as an image; its id.

    Raises:
        SandboxError: the engine refuses it.
    """
    repository, _, version = tag.partition(":")
    with subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE) as tar:
        assert tar.stdout is not None
        with engine_errors():
            client.api.import_image_from_stream(tar.stdout, repository=repository, tag=version or None)
    with engine_errors():
        return image_id(client, tag)
