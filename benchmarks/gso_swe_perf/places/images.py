"""The image of an instance: the published one where it can be had, else one built here."""

from __future__ import annotations

import contextlib
import fcntl
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.places.arena import open_arena
from perfagent.benchmarks.gso_swe_perf.places.building import built
from perfagent.benchmarks.gso_swe_perf.places.place import Place
from perfagent.benchmarks.gso_swe_perf.places.repositories import Repositories
from perfagent.tools.environment.docker_build import pulled_soon
from perfagent.tools.errors import BuildError, SandboxUnavailable
from perfagent.tools.sandbox.docker_engine import NOT_FOUND, connected, image_id, present

if TYPE_CHECKING:
    from docker import DockerClient

Say = Callable[[str], None]
Wanted = Literal["auto", "published", "local"]
#: So long a registry that did not answer, or an image that it does not have, is not asked for again.
REFUSAL_S = 1800.0


def place_of(
    instance: Instance,
    repositories: Repositories,
    say: Say = lambda _: None,
    *,
    images: Wanted = "auto",
    extra: Sequence[str] = (),
) -> Place:
    """The environment of an instance, made when it is not here yet.

    Args:
        images: `published` for the benchmark's own image or none, `local` for one built by the instance's recipe,
            `auto` for the published one where it is here or its registry answers soon.
        extra: requirements that a local environment gets beside the recipe's: what a protocol needs itself.
        say: told what goes on.

    Raises:
        BuildError: the environment does not build, or the published image is not as it should be.
        SandboxUnavailable: no engine runs, or `published` was asked for and cannot be had.
        RepositoryError: the base commit cannot be had.
    """
    name = instance.recipe.image
    if images == "published" and not name:
        raise SandboxUnavailable(f"{instance.instance_id} has no published image", "take --images local", code="PA603")
    if name and images != "local":
        try:
            return _published(instance, repositories.cache, say)
        except SandboxUnavailable as missing:
            if images == "published":
                raise
            say(f"{instance.instance_id}: {missing.message}; building its environment here")
    return built(instance, repositories, tuple(extra), say)


def _published(instance: Instance, cache: Path, say: Say) -> Place:
    """The benchmark's own image.

    Raises:
        SandboxUnavailable: it is not here and cannot be pulled.
        BuildError: it has no interpreter where it should be.
    """
    recipe = instance.recipe
    with connected() as client:
        image = (
            image_id(client, recipe.image) if present(client, recipe.image) else _pulled(client, instance, cache, say)
        )
    place = Place(image=image, activate=recipe.activate, python="", origin="published")
    with open_arena(place) as arena:
        found = arena.run("command -v python && test -e .git")
    if found.exit_code != 0:
        raise BuildError(
            f"{recipe.image} has no Python or no repository in {place.tree}", "take --images local", code="PA603"
        )
    return place.model_copy(update={"python": found.output.splitlines()[-1]})


def _pulled(client: DockerClient, instance: Instance, cache: Path, say: Say) -> str:
    """The id of the image, from its registry, which is not asked again soon after it refused.

    Raises:
        SandboxUnavailable: it cannot be pulled.
    """
    name = instance.recipe.image
    refusals = Refusals(cache / "places" / "refused.json")
    if refusals.has(name):
        raise SandboxUnavailable(f"{name} could not be pulled a while ago", f"docker pull {name}", code="PA603")
    try:
        return pulled_soon(client, name, say)
    except SandboxUnavailable as error:
        refusals.add(name if _is_missing(error) else repository(name))
        raise


def _is_missing(error: SandboxUnavailable) -> bool:
    """Whether the registry answered that it has no such image, which says nothing about its other ones."""
    response = getattr(error.__cause__, "response", None)
    return response is not None and response.status_code == NOT_FOUND


def repository(image: str) -> str:
    """An image's name without its tag."""
    head, colon, tag = image.rpartition(":")
    return head if colon and "/" not in tag else image


class Refusals:
    """What could not be pulled lately, for all processes that share a cache."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def has(self, image: str) -> bool:
        """Whether the image, or all of its repository, was refused within `REFUSAL_S`."""
        known, now = self._read(), time.time()
        return any(now - known.get(name, -REFUSAL_S) < REFUSAL_S for name in (image, repository(image)))

    def add(self, name: str) -> None:
        """Note that an image or a repository was refused now."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fresh = self._file.with_suffix(".new")
            fresh.write_text(json.dumps({**self._read(), name: time.time()}))
            fresh.rename(self._file)

    def _read(self) -> dict[str, float]:
        with contextlib.suppress(OSError, ValueError):
            known = json.loads(self._file.read_text())
            return {str(name): float(when) for name, when in known.items()}
        return {}
