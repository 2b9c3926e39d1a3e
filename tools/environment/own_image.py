"""An image by the repository's own words: built from a Dockerfile of its own, or what its devcontainer names.

Both are used when the user asks for them, never because they are there: a Dockerfile is made to ship the program or to
develop it, and says nothing about where its tests run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfagent.tools.environment.builder import MEMORY_SHARE, STEP_TIMEOUT_S
from perfagent.tools.environment.images import environment_labels
from perfagent.tools.environment.indexes import index_variables, scrubbed
from perfagent.tools.environment.install import failure
from perfagent.tools.environment.reading import table
from perfagent.tools.errors import BuildError
from perfagent.tools.sandbox.docker_engine import engine_errors, image_id, present

if TYPE_CHECKING:
    from docker import DockerClient

REPOSITORY = "perfagent/own"
DEVCONTAINER = "devcontainer"
DEVCONTAINER_FILES = (".devcontainer/devcontainer.json", ".devcontainer.json")
DOCKERFILES = ("Dockerfile", "Containerfile", "docker/Dockerfile", ".devcontainer/Dockerfile")
#: No image is called so: names are lower-case and begin with a letter or digit (distribution's `reference.go`).
PATH = re.compile(r"[./].*|(.*/)?[\w.-]*(Dockerfile|Containerfile)[\w.-]*", re.DOTALL)
#: devcontainer.json is JSON with comments and commas too many; strings are left alone.
COMMENTS = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
COMMAS = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])')
STEP = re.compile(r"Step \d+/\d+ : (.*)")
#: What a build knows without declaring it (Dockerfile reference, "Predefined ARGs"); it is kept out of the history.
PROXIES = frozenset({"http_proxy", "https_proxy", "no_proxy", "all_proxy"})
BY_HAND = "mend it, or build it yourself (docker build -t NAME .) and give --image NAME"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build.

    Attributes:
        file: the Dockerfile, relative to the tree. context: the folder whose files it may copy, likewise. arguments:
        values of its ARGs. target: its stage, the last when None.
    """

    file: Path
    context: Path = Path()
    arguments: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None


def of_repository(image: str | None) -> bool:
    """Whether what was given as an image is to be looked up in the repository."""
    return image is not None and (image == DEVCONTAINER or bool(PATH.fullmatch(image)))


def advice(tree: Path) -> str:
    """How to use what the repository brings, empty when it brings nothing."""
    if any((tree / name).is_file() for name in DEVCONTAINER_FILES):
        return f"use the repository's own devcontainer: --image {DEVCONTAINER}"
    found = next((name for name in DOCKERFILES if (tree / name).is_file()), None)
    return f"use the repository's own Dockerfile: --image ./{found}" if found else ""


def own_image(
    client: DockerClient, tree: Path, image: str, cache: Path, say: Callable[[str], None] = lambda _: None
) -> str:
    """The image that a path to a Dockerfile or `devcontainer` stands for: an id when it was built, else a name.

    It is built when no earlier build had the same Dockerfile, context and arguments.

    Args:
        tree: the committed files. image: what the user gave. cache: the folder it is made for. say: told what goes on.

    Raises:
        BuildError: there is no such file, or it does not build.
        SandboxError: the engine failed.
    """
    found = devcontainer(tree) if image == DEVCONTAINER else Plan(Path(image))
    if isinstance(found, str):
        return found
    for path in (found.file, found.context):
        if not (tree / path).resolve().is_relative_to(tree.resolve()):
            raise BuildError(
                f"{path} is outside of the repository", "paths are relative to the repository's root", code="PA304"
            )
    for path, there in ((found.file, (tree / found.file).is_file()), (found.context, (tree / found.context).is_dir())):
        if not there:
            raise BuildError(
                f"the repository has no {path} at this commit", "commit it, or give another --image", code="PA304"
            )
    key = _key(tree, found)
    tag = f"{REPOSITORY}:{key}"
    if not present(client, tag):
        say(f"building the image of {found.file}")
        _build(client, tree, found, tag, environment_labels(key, cache))
    return image_id(client, tag)


def devcontainer(tree: Path) -> Plan | str:
    """What the devcontainer is made from: a Dockerfile, or the name of an image.

    Raises:
        BuildError: there is none, or it is made in another way.
    """
    name = next((name for name in DEVCONTAINER_FILES if (tree / name).is_file()), None)
    if name is None:
        raise BuildError("the repository has no devcontainer", f"it would be {DEVCONTAINER_FILES[0]}", code="PA304")
    try:
        text = (tree / name).read_text("utf-8")
        for noise in (COMMENTS, COMMAS):
            text = noise.sub(lambda found: found[1] or "", text)
        told: Any = json.loads(text)
    except (OSError, ValueError) as error:
        raise BuildError(
            f"{name} cannot be read ({error})", "mend it, or give another --image", code="PA304"
        ) from error
    told = told if isinstance(told, dict) else {}
    build = table(told, "build")
    file = build.get("dockerfile") or told.get("dockerFile")  # the second is how it was written until 2022
    if isinstance(file, str):
        context = build.get("context") or told.get("context") or "."
        arguments = {key: str(value) for key, value in table(build, "args").items()}
        folder, target = Path(name).parent, build.get("target")
        return Plan(_plain(folder / file), _plain(folder / str(context)), arguments, str(target) if target else None)
    if isinstance(told.get("image"), str):
        return str(told["image"])
    raise BuildError(f"{name} names neither an image nor a Dockerfile", "give an --image", code="PA304")


def _plain(path: Path) -> Path:
    """A path without steps up and down again."""
    return Path(os.path.normpath(path))


def _key(tree: Path, plan: Plan) -> str:
    """A digest of everything a build may read."""
    total = hashlib.sha256(json.dumps([str(plan.file), str(plan.context), dict(plan.arguments), plan.target]).encode())
    for path in (tree / plan.file, *_files(tree / plan.context)):
        link = path.is_symlink()
        data = os.fsencode(path.readlink()) if link else path.read_bytes()
        kind = [str(path.relative_to(tree)), link, not link and os.access(path, os.X_OK)]
        total.update(json.dumps(kind).encode() + hashlib.sha256(data).digest())
    return total.hexdigest()[:24]


def _files(folder: Path) -> Iterator[Path]:
    """Files and links below a folder, in order."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or path.is_file():
            yield path


def _build(client: DockerClient, tree: Path, plan: Plan, tag: str, labels: dict[str, str]) -> None:
    """Build with the network on; the engine gives up when our connection ends.

    Raises:
        BuildError: it does not build; quotes the build's telling lines.
    """
    memory = int(client.info()["MemTotal"] * MEMORY_SHARE)
    proxies = {name: value for name, value in index_variables().items() if name.lower() in PROXIES}
    output: list[str] = []
    with engine_errors():
        events = client.api.build(
            path=str(tree / plan.context),
            dockerfile=str((tree / plan.file).resolve()),
            tag=tag,
            labels=labels,
            buildargs={**proxies, **plan.arguments},
            target=plan.target,
            container_limits={"memory": memory, "memswap": memory},
            timeout=STEP_TIMEOUT_S,
            rm=True,
            forcerm=True,
            decode=True,
        )
        deadline = time.monotonic() + STEP_TIMEOUT_S
        error = ""
        for event in events:  # read to its end even after an error: only then is the connection given back
            if time.monotonic() > deadline:
                events.close()
                raise BuildError(f"the build of {plan.file} does not end", BY_HAND, code="PA303")
            output.append(scrubbed(event.get("stream", "")))
            error = error or scrubbed(str(event.get("error", "")))
    if error:
        raise _failure(plan.file, output, error)


def _failure(file: Path, output: list[str], error: str) -> BuildError:
    """Why a build failed; in one line when its base image cannot be had."""
    text = "".join(output)
    step = (STEP.findall(text) or [""])[-1].split()
    reason = " ".join(error.split())
    if step[:1] == ["FROM"] or step[:1] == ["from"]:
        base = next(word for word in step[1:] if not word.startswith("--"))
        return BuildError(
            f"{file} starts from {base}, which is not here and cannot be pulled ({reason})", BY_HAND, code="PA304"
        )
    return BuildError(failure(f"{file} does not build", f"{text}\n{reason}").message, BY_HAND, code="PA304")
