"""Environments built here: our base image with a Python of the wanted version, the repository in /testbed, and the
instance's recipe carried out in a virtual environment inside of it, as GSO's images have it.

Nothing of another project's image is needed, so this works without a registry; what differs from the published image is
the operating system (Debian, not Ubuntu), the patch releases of Python, and packages that a recipe does not pin.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shlex
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.places.arena import DockerArena, open_arena
from perfagent.benchmarks.gso_swe_perf.places.place import TESTBED, Place
from perfagent.benchmarks.gso_swe_perf.places.repositories import Repositories
from perfagent.tools.environment.builder import STEP_TIMEOUT_S
from perfagent.tools.environment.docker_build import LIST_PYTHONS, Base, bases
from perfagent.tools.environment.images import LABEL_ENVIRONMENT, environment_labels
from perfagent.tools.environment.install import failure
from perfagent.tools.environment.interpreters import OLDEST_MINOR, QUERY, Interpreter, find, parse_query
from perfagent.tools.environment.manifest import Manifest, read_manifest
from perfagent.tools.errors import BuildError, SandboxUnavailable
from perfagent.tools.repository import LEFTOVERS
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE, connected, engine_errors, image_id, present

if TYPE_CHECKING:
    from docker import DockerClient

Say = Callable[[str], None]
#: Images made here; `perfagent clean` knows them by this beginning of their names.
REPOSITORY, EQUIPPED = "perfagent/place", "perfagent/place-tools"
LABEL_NOTES = "perfagent.place.notes"
#: Part of every image's key: raised when what is built of the same recipe changes.
VERSION = 1
PREFIX = f"{TESTBED}/.venv"
#: GSO harness: builds get no newer setuptools; later ones lack what old setup files import.
BUILD_PIN = "setuptools<82"
PIN_FILE = "/opt/perfagent/build-pins.txt"
#: pip reads the first for builds and installations alike, and from 25.3 on the second for builds; uv the third.
PIN_VARIABLES = ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT", "UV_BUILD_CONSTRAINT")
PINNED = f"echo '{BUILD_PIN}' > {PIN_FILE}\n" + "".join(f"export {name}={PIN_FILE}\n" for name in PIN_VARIABLES)
#: What instances' commands call that the base image lacks: patch(1), the last rung of GSO's and SWE-Perf's ladders, and
#: the uv of GSO's images ("GSO harness") in an environment of its own.
UV, UV_PREFIX = "uv==0.5.4", "/opt/perfagent/uv"
TOOLS = f"""set -e
command -v patch || {{ apt-get -q update; apt-get -q install -y --no-install-recommends patch; }}
rm -rf /var/lib/apt/lists/*
python3 -m venv {UV_PREFIX}
{UV_PREFIX}/bin/pip install -q {UV}
ln -sf {UV_PREFIX}/bin/uv /usr/local/bin/uv
"""
#: What a build leaves in the tree and git must not show: the tree would count as dirty.
BUILD_LEFTOVERS = (*LEFTOVERS, ".venv", "*.egg-info", "build", "*.so")
NO_PATCH = "the image lacks patch(1): a diff that git does not apply is not tried with it"

NO_SUBMODULES = "the repository's submodules are empty folders here: what builds from them does not"


def built(instance: Instance, repositories: Repositories, extra: tuple[str, ...], say: Say) -> Place:
    """An image built by the instance's recipe, found again by everything it depends on.

    Raises:
        BuildError: no Python suits, or a step of the recipe fails; quotes its telling lines.
        RepositoryError: the base commit cannot be had.
    """
    wanted = instance.recipe.python
    minor = wanted.split(".")[1:2] if wanted else []
    if minor and minor[0].isdigit() and int(minor[0]) < OLDEST_MINOR:
        raise BuildError(
            f"{instance.instance_id} needs Python {wanted}; what is built here begins with 3.{OLDEST_MINOR}",
            "use the published image",
            code="PA301",
        )
    commit = repositories.base_commit(instance)
    with connected() as client:
        key = _key(client, instance, commit, extra)
        tag = f"{REPOSITORY}:{key}"
        folder = repositories.cache / "places"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{key}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not present(client, tag):
                _build(client, instance, repositories, (key, extra), say)
        return _place(client, instance, tag)


def _key(client: DockerClient, instance: Instance, commit: str, extra: tuple[str, ...]) -> str:
    """A digest of everything a build depends on but what the package index holds that day."""
    recipe = instance.recipe
    facts = [VERSION, image_id(client, BASE_IMAGE), instance.repo, commit, recipe.python, recipe.install]
    told = json.dumps([*facts, recipe.packages, recipe.pythonpath, extra])
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _place(client: DockerClient, instance: Instance, tag: str) -> Place:
    """What is known of a built image."""
    image = client.images.get(tag)
    activate = f"source {PREFIX}/bin/activate"
    if instance.recipe.pythonpath:
        activate += f"\nexport PYTHONPATH={TESTBED}/{instance.recipe.pythonpath}".removesuffix("/.")
    notes = tuple(json.loads((image.labels or {}).get(LABEL_NOTES, "[]")))
    return Place(image=str(image.id), activate=activate, python=f"{PREFIX}/bin/python", origin="local", notes=notes)


def _build(
    client: DockerClient, instance: Instance, repositories: Repositories, named: tuple[str, tuple[str, ...]], say: Say
) -> None:
    """Build and keep the image of a key."""
    key, extra = named
    say(f"building the environment of {instance.instance_id}")
    with tempfile.TemporaryDirectory(prefix="perfagent-place-") as name:
        tree = Path(name, "tree")
        repositories.base_tree(instance, tree)
        base, python = _base(client, read_manifest(tree), instance.recipe.python, repositories.cache, say)
        start = Place(image=base, activate="", python=python, origin="local", tree="/")
        with open_arena(start, network=True) as arena:
            with tempfile.TemporaryFile() as archive:
                _pack(archive, tree)
                arena.put_archive(archive)
            notes = _install(arena, instance, extra)
            notes += [NO_SUBMODULES] if (tree / ".gitmodules").is_file() else []
            labels = {**environment_labels(key, repositories.cache), LABEL_NOTES: json.dumps(notes)}
            _keep(client, arena, REPOSITORY, labels)


def _base(client: DockerClient, manifest: Manifest, wanted: str | None, cache: Path, say: Say) -> tuple[str, str]:
    """The id of an image to build from, and the path of its interpreter.

    Raises:
        BuildError: no Python suits.
    """
    obstacles: dict[str, None] = {}
    for way in bases(client, None, manifest, wanted, cache, say):
        try:
            base = way()
            python = find(manifest, wanted, _pythons(base), claimed=base.claimed).path
            return _equipped(client, base.image, cache, say), python
        except (BuildError, SandboxUnavailable) as error:
            obstacles[error.message] = None
    raise BuildError(f"no Python {wanted or manifest.requires_python} for it: {'; '.join(obstacles)}", code="PA301")


def _equipped(client: DockerClient, base: str, cache: Path, say: Say) -> str:
    """The id of an image with the tools, made once for all instances; `base` itself where they cannot be had."""
    key = hashlib.sha256(f"{base} {TOOLS}".encode()).hexdigest()[:24]
    with (cache / "places" / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if present(client, f"{EQUIPPED}:{key}"):
            return image_id(client, f"{EQUIPPED}:{key}")
        say("putting patch and uv into the base image")
        with open_arena(Place(image=base, activate="", python="", origin="local", tree="/"), network=True) as arena:
            if arena.run(TOOLS, STEP_TIMEOUT_S).exit_code != 0:
                return base
            return _keep(client, arena, EQUIPPED, environment_labels(key, cache))


def _keep(client: DockerClient, arena: DockerArena, repository: str, labels: dict[str, str]) -> str:
    """Commit an arena as an image tagged with its environment's key; its id."""
    changes = ["ENTRYPOINT []", 'CMD ["sh"]']
    # A label's value is a word of a Dockerfile, which may hold variables.
    changes += [f"LABEL {label}={json.dumps(text)}".replace("$", "\\$") for label, text in labels.items()]
    with engine_errors():
        made = client.api.commit(arena.container, repository, labels[LABEL_ENVIRONMENT], changes="\n".join(changes))
        return str(made["Id"])


def _pythons(base: Base) -> list[Interpreter]:
    """The interpreters to choose from in an image."""
    with open_arena(Place(image=base.image, activate="", python="", origin="local", tree="/")) as arena:
        paths = [base.python] if base.python else arena.run(LIST_PYTHONS).output.split()
        asked = (parse_query(arena.run(f"{shlex.quote(path)} -I -c {shlex.quote(QUERY)}").output) for path in paths)
        return [found for found in asked if found is not None]


def _pack(archive: IO[bytes], tree: Path) -> None:
    """Write a tree as an archive of /testbed; the file is left at its beginning."""

    def owned(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        return entry

    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(tree, TESTBED.lstrip("/"), filter=owned)
    archive.seek(0)


def _install(arena: DockerArena, instance: Instance, extra: tuple[str, ...]) -> list[str]:
    """Carry out the recipe in an arena that has the tree; what differs from a published environment."""
    recipe = instance.recipe
    notes = [] if arena.run("command -v patch").exit_code == 0 else [NO_PATCH]
    excluded = "".join(f"{name}\\n" for name in BUILD_LEFTOVERS)
    steps = [
        f"cd {TESTBED} && mkdir -p .git/info && printf '{excluded}' >> .git/info/exclude",
        f"git config --global --add safe.directory {TESTBED}",
        f"{arena.place.python} -m venv {PREFIX}",
    ]
    inside = f"cd {TESTBED}\nsource {PREFIX}/bin/activate\n{PINNED}"
    for packages in (recipe.packages, extra):
        if packages:
            steps.append(f"{inside}python -m pip install {' '.join(map(shlex.quote, packages))}")
    if recipe.install:
        # One shell, as the benchmarks run them: a command may set a variable for the next one.
        steps.append("\n".join([f"{inside}set -e", *recipe.install]))
    for step in steps:
        ran = arena.run(step, STEP_TIMEOUT_S)
        if ran.exit_code != 0:
            raise failure(f"the environment of {instance.instance_id} does not build", ran.output)
    return notes
