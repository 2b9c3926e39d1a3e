"""An interpreter of this host put into an image: other Pythons than the base image's, without a registry.

The interpreter stands in the image where it stands on the host, as its own files name that place. What it needs of the
host's libraries comes along and is used only where the image has none of that name. It runs where the image's C library
is no older than the one it was built for; that is tried before the image is kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfagent.tools.environment.images import environment_labels
from perfagent.tools.environment.interpreters import QUERY_TIMEOUT_S, Interpreter
from perfagent.tools.errors import BuildError
from perfagent.tools.sandbox.docker_engine import engine_errors, image_id, owner_labels, present, remove

if TYPE_CHECKING:
    from docker import DockerClient

REPOSITORY = "perfagent/python"
LABEL_PYTHON = "perfagent.python"
LIBRARIES = "/opt/perfagent/libraries"
#: Of the standard library, what no program imports, or what is another environment's.
LEFT_OUT = frozenset({"test", "tests", "idlelib", "turtledemo", "lib2to3/tests", "__pycache__", "site-packages"})
#: The C library and what comes with it must be the image's own.
SYSTEM_LIBRARIES = re.compile(r"(?:ld-linux.*|linux-vdso|lib(?:c|m|pthread|dl|rt|util|resolv|gcc_s|stdc\+\+))\.so")
PARTS = """
import glob, json, os, sys, sysconfig
paths = sysconfig.get_paths()
libraries = glob.glob(os.path.join(sysconfig.get_config_var("LIBDIR") or "/nowhere", "libpython*.so*"))
found = [os.path.realpath(sys.executable), paths["stdlib"], paths["platstdlib"], paths["include"]] + libraries
sys.stdout.write(json.dumps([sys.executable, sys.base_prefix, [path for path in found if os.path.exists(path)]]))
"""
#: Keeps of the host's libraries those the image lacks, and tries the interpreter as an ordinary user will.
SETTLE = f"""
cd {LIBRARIES} 2>/dev/null && for library in *; do
  ldconfig -p | grep -qF "$library " && rm -f "$library"
done
echo {LIBRARIES} > /etc/ld.so.conf.d/zz-perfagent.conf; ldconfig
"$0" -I -c 'import ctypes, hashlib, ssl, venv, zlib'
"""
TRY_TIMEOUT_S = 60.0


def bake(client: DockerClient, base: str, interpreter: Interpreter, cache: Path) -> str:
    """The id of an image made of `base` and a host's interpreter; made once.

    Args:
        cache: the folder it is made for, which its labels name.

    Raises:
        BuildError: the interpreter is part of the host's system, or does not run in the image.
    """
    executable, prefix, parts = _parts(interpreter)
    if prefix == "/usr":
        raise BuildError(f"{interpreter.path} is part of this host's system and does not run elsewhere", code="PA301")
    stamp = f"{base} {executable} {interpreter.version} {Path(executable).stat().st_mtime_ns}"
    tag = f"{interpreter.version}-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    if present(client, f"{REPOSITORY}:{tag}"):
        return image_id(client, f"{REPOSITORY}:{tag}")
    with engine_errors():
        made = client.api.create_container(
            base, ["sh", "-c", SETTLE, executable], entrypoint=[], user="0:0", labels=owner_labels(f"build-{tag}")
        )
        try:
            with tempfile.TemporaryFile() as archive:
                _pack(archive, executable, parts)
                client.api.put_archive(made["Id"], "/", archive)
            client.api.start(made["Id"])
            ended = client.api.wait(made["Id"], timeout=TRY_TIMEOUT_S)
            if ended["StatusCode"] != 0:
                said = client.api.logs(made["Id"]).decode(errors="replace").strip().splitlines() or ["it says nothing"]
                raise BuildError(
                    f"this host's Python {interpreter.version} does not run in the base image: {said[-1]}", code="PA301"
                )
            labels = environment_labels(tag, cache) | {LABEL_PYTHON: interpreter.version}
            changes = ["ENTRYPOINT []", 'CMD ["sh"]', *(f"LABEL {key}={json.dumps(it)}" for key, it in labels.items())]
            return str(client.api.commit(made["Id"], REPOSITORY, tag, changes="\n".join(changes))["Id"])
        finally:
            remove(client, str(made["Id"]))


def _parts(interpreter: Interpreter) -> tuple[str, str, list[str]]:
    """The program, its prefix, and the files and folders it consists of.

    Raises:
        BuildError: it does not say.
    """
    try:
        asked = subprocess.run(
            [interpreter.path, "-I", "-c", PARTS], capture_output=True, timeout=QUERY_TIMEOUT_S, check=True
        )
        executable, prefix, parts = json.loads(asked.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise BuildError(f"{interpreter.path} does not say where its files are", code="PA301") from error
    return executable, prefix, parts


def _pack(archive: Any, executable: str, parts: list[str]) -> None:
    """Write the interpreter's files and libraries as a tar archive; `archive` is left at its beginning."""
    files = [path for part in parts for path in _files(Path(part))]
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for folder in sorted({parent for path in (Path(executable), *files) for parent in path.parents})[1:]:
            entry = tarfile.TarInfo(str(folder).lstrip("/"))
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755  # one's home must let the sandbox's user pass
            tar.addfile(entry)
        for path in files:
            tar.add(path, str(path).lstrip("/"), recursive=False, filter=_anonymous)
        if Path(executable) not in files:
            entry = tarfile.TarInfo(executable.lstrip("/"))
            entry.type, entry.linkname = tarfile.SYMTYPE, str(Path(executable).resolve())
            tar.addfile(entry)
        for name, path in sorted(_libraries(files).items()):
            _add(tar, f"{LIBRARIES}/{name}", path.read_bytes())
    archive.seek(0)


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """Add a program or library."""
    entry = tarfile.TarInfo(name.lstrip("/"))
    entry.size, entry.mode = len(data), 0o755
    tar.addfile(entry, io.BytesIO(data))


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """The entry as root's, readable by all."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode |= 0o444
    return entry


def _files(part: Path) -> Iterator[Path]:
    """The files below a folder, or the file itself."""
    if not part.is_dir():
        yield part
        return
    for path in sorted(part.iterdir()):
        if path.name in LEFT_OUT or (path.name.startswith("config-") and path.is_dir() and not path.is_symlink()):
            continue
        yield from _files(path) if path.is_dir() and not path.is_symlink() else [path]


def _libraries(files: list[Path]) -> dict[str, Path]:
    """The host's libraries that the programs among the files are linked to, by name."""
    programs = [str(path) for path in files if path.suffix == ".so" or ".so." in path.name or path.parent.name == "bin"]
    told = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout
    found = {name: Path(path) for name, path in re.findall(r"^\s*(\S+) => (/\S+)", told, re.MULTILINE)}
    own = {path.name for path in files}
    return {name: path for name, path in found.items() if not SYSTEM_LIBRARIES.match(name) and name not in own}
