"""Docker images of environments: whose they are, what they take up, and removing those nobody needs.

An image belongs to the cache folder whose records name it. Several caches may share one engine, and an engine several
machines, so an image says in its labels which cache of which machine it was made for; what another one may still use
is shown and never removed.
"""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfagent.tools.errors import SandboxError
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE, NOT_FOUND, connected, engine_errors

OURS, REPOSITORY, BASE_REPOSITORY = "perfagent/", "perfagent/env", BASE_IMAGE.partition(":")[0]
PACKAGES_LABEL = "perfagent.packages"  # of volumes with the packages that builds share
LABEL_ENVIRONMENT = "perfagent.environment"
LABEL_CACHE, LABEL_HOST = "perfagent.cache", "perfagent.host"
CONFLICT = 409  # a container uses it, or another image stands on it


@dataclass(frozen=True, slots=True)
class EnvironmentImage:
    """One image that `build_environment` made.

    Attributes:
        id: the engine's, without "sha256:".
        key: of the environment, or the image's tag.
        layer: whether environments are built on it (interpreter, dependencies), so that no record names it.
        own_bytes: what it takes up beside the layers it shares with other images.
        cache: the cache folder it was made for; None when another machine made it, or one that did not say.
        created: seconds since the epoch.
    """

    id: str
    key: str
    layer: bool
    own_bytes: int
    cache: Path | None
    created: float

    @property
    def orphaned(self) -> bool:
        """Whether the cache it was made for is gone from this machine."""
        return self.cache is not None and not self.cache.is_dir()


def environment_labels(key: str, cache: Path) -> dict[str, str]:
    """Labels of an image made for a cache."""
    return {LABEL_ENVIRONMENT: key, LABEL_CACHE: str(cache.resolve()), LABEL_HOST: platform.node()}


def environment_images() -> list[EnvironmentImage]:
    """Every image of an environment the engine has, oldest first; none when there is no engine."""
    with contextlib.suppress(SandboxError), connected() as client:
        listed = [each for each in client.api.images() if _ours(each)]
        # The engine counts shared layers in `df` alone, whose labels Podman leaves out.
        shared = {bare(each["Id"]): each.get("SharedSize", 0) for each in client.api.df()["Images"] or []}
        found = [_image(each, shared.get(bare(each["Id"]), 0)) for each in listed]
        return sorted(found, key=lambda image: image.created)
    return []


def bare(image: str) -> str:
    """An image's id without its algorithm, which Docker always names and Podman at times."""
    return image.removeprefix("sha256:")


def _ours(listed: dict[str, Any]) -> bool:
    """Whether perfagent made an image while it built an environment."""
    return LABEL_ENVIRONMENT in (listed["Labels"] or {}) or any(map(_is_layer, listed["RepoTags"] or []))


def _is_layer(tag: str) -> bool:
    return tag.startswith(OURS) and not tag.startswith((f"{REPOSITORY}:", BASE_REPOSITORY))


def _image(listed: dict[str, Any], shared_bytes: int) -> EnvironmentImage:
    labels, tags = listed["Labels"] or {}, listed["RepoTags"] or []
    here = labels.get(LABEL_HOST) == platform.node() and LABEL_CACHE in labels
    return EnvironmentImage(
        id=bare(listed["Id"]),
        key=labels.get(LABEL_ENVIRONMENT) or tags[0],
        layer=any(_is_layer(tag) for tag in tags),
        own_bytes=listed["Size"] - max(shared_bytes, 0),  # -1 when the engine has not counted
        cache=Path(labels[LABEL_CACHE]) if here else None,
        created=float(listed["Created"]),
    )


def package_volumes() -> list[tuple[str, int]]:
    """Name and bytes of the volumes that hold packages for builds; none when there is no engine."""
    with contextlib.suppress(SandboxError), connected() as client:
        listed = client.api.df()["Volumes"] or []
        return [
            (each["Name"], max((each.get("UsageData") or {}).get("Size", 0), 0))
            for each in listed
            if PACKAGES_LABEL in (each["Labels"] or {})
        ]
    return []


def remove_volume(name: str) -> bool:
    """Remove a volume; False when a container uses it.

    Raises:
        SandboxError: the engine failed.
    """
    with connected() as client:
        return _removed(lambda: client.api.remove_volume(name))


def remove_image(image: EnvironmentImage) -> bool:
    """Remove an image; False when something uses it.

    Raises:
        SandboxError: the engine failed.
    """
    with connected() as client:
        return _removed(lambda: client.api.remove_image(image.id, force=False))


def _removed(remove: Callable[[], None]) -> bool:
    """Whether what is to be removed is gone afterwards."""
    from docker.errors import APIError

    with engine_errors():
        try:
            remove()
        except APIError as error:
            status = error.response.status_code if error.response is not None else None
            if status == NOT_FOUND:
                return True
            if status == CONFLICT:
                return False
            raise
    return True
