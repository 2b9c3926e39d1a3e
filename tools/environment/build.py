"""Environments for the target's code, built once and found again by the digest of all they are built from."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.tools.environment.builder import BubblewrapBuilder, HostBuilder
from perfagent.tools.environment.docker_build import DEPENDENCIES, PREFIX, Base, ContainerBuilder, bases
from perfagent.tools.environment.install import Installer, Steps
from perfagent.tools.environment.interpreters import Interpreter, find
from perfagent.tools.environment.manifest import Manifest, digest, read_manifest
from perfagent.tools.environment.own_image import advice, of_repository, own_image
from perfagent.tools.environment.store import Store
from perfagent.tools.environment.version import plain, version_of
from perfagent.tools.errors import BuildError, SandboxUnavailable
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE, connected, image_id, present
from perfagent.tools.sandbox.protocol import Environment, SandboxKind

if TYPE_CHECKING:
    from docker import DockerClient

FORMAT = 8  # of stored environments; another number makes all of them be built anew
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides what an environment is like."""

    kind: SandboxKind
    tree: Path
    python: str | None
    setup: str | None
    image: str | None
    packages: tuple[str, ...]
    version: str
    extras: tuple[str, ...] | None = None

    def steps(self, manifest: Manifest) -> Steps:
        """What the installer is told."""
        return Steps(manifest, self.setup, self.packages, self.version, self.extras)

    def key(self, base: str, manifest: Manifest) -> str:
        """The environment's name, given the identity of the interpreter or image it is made from."""
        named = [word for word in (self.setup or "").split() if (self.tree / word).is_file()]
        scripts = [hashlib.sha256((self.tree / word).read_bytes()).hexdigest() for word in named]
        parts = [FORMAT, self.kind, base, self.python, self.setup, scripts, self.packages, self.version]
        parts += [self.extras, manifest.needs]
        return hashlib.sha256(json.dumps([*parts, digest(self.tree)]).encode()).hexdigest()[:24]

    def dependencies_key(self, base: str, manifest: Manifest) -> str:
        """The name of the environment without the project: what it is made from that is none of the target's code."""
        asked = [self.python, self.packages, self.extras, manifest.requires_python, manifest.minors]
        listed = [manifest.dependencies, manifest.extra_dependencies, manifest.groups, manifest.hints, manifest.pins]
        return hashlib.sha256(json.dumps([FORMAT, base, asked, listed]).encode()).hexdigest()[:24]


def build_environment(  # noqa: PLR0913 - one parameter for each thing the user may say
    kind: SandboxKind,
    tree: Path,
    *,
    cache: Path,
    python: str | None = None,
    setup: str | None = None,
    image: str | None = None,
    packages: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
    version: str | None = None,
    extras: Sequence[str] | None = None,
) -> Environment:
    """The environment for a tree's code: an earlier one if nothing it depends on has changed, else a new one.

    The tree is not touched: the build works on a copy. What it generates there is the environment's
    `overlay`.

    Args:
        kind: the sandbox it is for. tree: the target's files. cache: folder for environments and package
        caches. python: interpreter to use: "3.X", "3.X.Y" or a path; else the newest the project supports.
        setup: shell command that installs the project, run in the copy; else the project's declarations
        decide. image: docker image to start from, or a Dockerfile's path in the tree or `devcontainer` (see
        own_image.py); else our base image or an official Python one. packages:
        requirements to add unless the project brings them at its own pins. say: told what is going on, a line
        at a time. version: what names the project's version for build tools that would ask version control, a tag
        for one; else the latest tag. extras: the project's extras to install; those for tests when None.

    Raises:
        BuildError: it does not build; quotes the build's telling lines.
        SandboxUnavailable: no engine, or no image to start from.
    """
    told = plain(version or "") or version_of(tree)
    chosen = None if extras is None else tuple(extras)
    recipe = Recipe(kind, tree.resolve(), python, setup, image, tuple(packages), told, chosen)
    build = in_container if kind == "docker" else on_host
    try:
        return build(recipe, cache.resolve(), say)
    except BuildError as error:
        own = "" if image else advice(tree)
        if not own:
            raise
        way = own if kind == "docker" else f"{own} --sandbox docker"
        raise BuildError(error.message, "; or ".join(filter(None, (error.remedy, way))), code=error.code) from error


def on_host(recipe: Recipe, cache: Path, say: Say) -> Environment:
    """For bubblewrap and local: a virtual environment of one of the host's interpreters.

    Raises:
        BuildError: see `build_environment`.
    """
    manifest = read_manifest(recipe.tree)
    interpreter = find(manifest, recipe.python)
    key = recipe.key(f"{interpreter.path} {interpreter.version}", manifest)
    store = Store(cache, key)
    with store.locked(say):
        if (known := store.load()) is not None:
            return known
        with store.building(recipe.tree) as site:
            builder = (BubblewrapBuilder if recipe.kind == "bubblewrap" else HostBuilder)(site, interpreter)
            say(f"building an environment with Python {interpreter.version}")
            installer = Installer(builder, recipe.steps(manifest), say)
            begun = False
            if isinstance(builder, BubblewrapBuilder):
                if not recipe.setup:
                    installer.dependencies()
                    begun = True
                builder.part_from_others()
            roots, native = installer.install(begun=begun)
            built = Environment(
                kind=recipe.kind,
                image="",
                prefix=site.prefix,
                python=f"{site.prefix}/bin/python",
                version=interpreter.version,
                key=key,
                log="\n".join(builder.log),
                cached=False,
                roots=roots,
                native=native,
            )
            return store.save(built)


def in_container(recipe: Recipe, cache: Path, say: Say) -> Environment:
    """For docker: an image made from the first one that has a suitable Python.

    Raises:
        BuildError, SandboxUnavailable: see `build_environment`.
    """
    manifest = read_manifest(recipe.tree)
    with connected() as client:
        if recipe.image is not None and of_repository(recipe.image):
            recipe = replace(recipe, image=own_image(client, recipe.tree, recipe.image, cache, say))
        key = recipe.key(_origin(client, recipe.image), manifest)
        store = Store(cache, key)
        with store.locked(say):
            if (known := store.load()) is not None and present(client, known.image):
                return known
            with store.building(recipe.tree) as site:
                start = functools.partial(ContainerBuilder, site, client, run_id=f"build-{key}")
                begun = _begun(client, recipe, manifest, cache, start, say)
                builder, interpreter = begun.builder, begun.interpreter
                try:
                    say(f"building an image with Python {interpreter.version}")
                    roots, native = Installer(builder, recipe.steps(manifest), say).install(begun=begun.dependencies)
                    image = builder.commit(key)
                finally:
                    builder.give_back()
                    builder.close()
                built = Environment(
                    kind="docker",
                    image=image,
                    prefix=None,
                    python=f"{PREFIX}/bin/python",
                    version=interpreter.version,
                    key=key,
                    log="\n".join(builder.log),
                    cached=False,
                    roots=roots,
                    native=native,
                )
                return store.save(built)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A builder to go on with, and whether the dependencies are there."""

    builder: ContainerBuilder
    interpreter: Interpreter
    dependencies: bool


def _begun(
    client: DockerClient,
    recipe: Recipe,
    manifest: Manifest,
    cache: Path,
    start: Callable[..., ContainerBuilder],
    say: Say,
) -> _Begun:
    """A builder on the image of the dependencies, which is made first where it is not there.

    A setup command of the user's decides itself what is installed, so it begins with nothing.

    Raises:
        BuildError: no image has a suitable Python, or no environment can be made in it.
    """
    ways = bases(client, recipe.image, manifest, recipe.python, cache, say)
    if recipe.setup:
        return _Begun(*suitable(start, ways, manifest, recipe.python), dependencies=False)
    key = recipe.dependencies_key(_origin(client, recipe.image), manifest)
    layer = f"{DEPENDENCIES}:{key}"
    if not present(client, layer):
        first, _ = suitable(functools.partial(start, shared=True), ways, manifest, recipe.python)
        try:
            Installer(first, recipe.steps(manifest), say).dependencies()
            first.commit(key, DEPENDENCIES)
        finally:
            first.give_back()
            first.close()
    builder = start(image=layer)
    try:
        return _Begun(builder, builder.installed_python(), dependencies=True)
    except BaseException:
        builder.close()
        raise


def _origin(client: DockerClient, image: str | None) -> str:
    """What a build starts from, as far as it is known before: the id of the image, else its name."""
    name = image or BASE_IMAGE
    return image_id(client, name) if present(client, name) else name


def suitable(
    start: Callable[..., ContainerBuilder], ways: Iterable[Callable[[], Base]], manifest: Manifest, wanted: str | None
) -> tuple[ContainerBuilder, Interpreter]:
    """A builder in the first image whose Python suits.

    Raises:
        BuildError: none does; says what was in the way of each.
    """
    obstacles: dict[str, None] = {}
    for way in ways:
        builder = None
        try:
            base = way()
            builder = start(image=base.image)
            return builder, builder.choose_python(manifest, base.python or wanted, claimed=base.claimed)
        except (BuildError, SandboxUnavailable) as error:
            obstacles[error.message] = None
            if builder is not None:
                builder.close()
        except BaseException:
            if builder is not None:
                builder.close()
            raise
    needed = wanted or manifest.requires_python or "3"
    remedy = "install that Python on this machine, or give an image that has it: --image"
    raise BuildError(f"no image has Python {needed} ({'; '.join(obstacles)})", remedy, code="PA301")
