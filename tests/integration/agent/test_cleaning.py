"""`perfagent clean` against a real engine: images of this home go when nobody needs them, all others stay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from perfagent.tools.environment.docker_build import DEPENDENCIES
from perfagent.tools.environment.host_python import REPOSITORY as PYTHONS
from perfagent.tools.environment.host_python import bake
from perfagent.tools.environment.images import (
    LABEL_ENVIRONMENT,
    PACKAGES_LABEL,
    bare,
    environment_images,
    environment_labels,
    remove_image,
    remove_volume,
)
from perfagent.tools.environment.interpreters import candidates, query
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE, connected, present

#: What is younger stays: the packages that builds on this machine share are not for a test to remove.
MOMENT = ("--older-than", "0.0000001")

pytestmark = pytest.mark.docker


@pytest.fixture
def make_image() -> Iterator[Callable[[dict[str, str]], str]]:
    """Makes images with labels, each with a layer of its own; removes those that are still there."""
    made: list[str] = []
    with connected() as client:

        def make(labels: dict[str, str]) -> str:
            container = client.api.create_container(BASE_IMAGE, ["true"], labels=labels)["Id"]
            try:
                image = str(client.api.commit(container)["Id"])
            finally:
                client.api.remove_container(container)
            made.append(image)
            return image

        yield make
        for image in made:
            if present(client, image):
                client.api.remove_image(image, force=True)


@pytest.fixture
def clean(tmp_path: Path) -> Callable[..., Any]:
    def call(*arguments: str) -> dict[str, bool]:
        command = [sys.executable, "-m", "perfagent", "clean", "--json", *arguments]
        environ = os.environ | {"PERFAGENT_HOME": str(tmp_path)}
        done = subprocess.run(command, env=environ, capture_output=True, check=True)
        items = json.loads(done.stdout)["items"]
        return {item["name"]: item["goes"] for item in items if item["kind"] in ("image", "environment", "packages")}

    return call


def test_images_nobody_needs_go_and_others_stay(
    make_image: Callable[[dict[str, str]], str], clean: Callable[..., Any], tmp_path: Path
) -> None:
    environments, other, key = tmp_path / "cache" / "environments", tmp_path / "other", uuid.uuid4().hex
    environments.mkdir(parents=True)
    other.mkdir()
    labels = {
        "named": environment_labels(f"named-{key}", environments.parent),
        "nameless": environment_labels(f"nameless-{key}", environments.parent),
        "other": environment_labels(f"other-{key}", other),
        "vanished": environment_labels(f"vanished-{key}", tmp_path / "vanished"),
        "elsewhere": environment_labels(f"elsewhere-{key}", tmp_path / "vanished") | {"perfagent.host": "elsewhere"},
        "silent": {LABEL_ENVIRONMENT: f"silent-{key}"},
    }
    images = {name: make_image(label) for name, label in labels.items()}
    (environments / f"named-{key}.json").write_text(json.dumps({"image": images["named"]}))
    assert clean("--dry-run")[f"nameless-{key}"]
    found = clean()
    assert {name for name in labels if found[f"{name}-{key}"]} == {"nameless", "vanished"}
    with connected() as client:
        assert {name for name in images if present(client, images[name])} == {"named", "other", "elsewhere", "silent"}
        assert clean("--all", *MOMENT)[f"named-{key}"]
        assert {name for name in images if present(client, images[name])} == {"other", "elsewhere", "silent"}
        assert present(client, BASE_IMAGE)


@pytest.mark.parametrize("repository", [DEPENDENCIES, PYTHONS])
def test_layers_that_builds_share_go_with_everything(
    clean: Callable[..., Any], tmp_path: Path, repository: str
) -> None:
    key = uuid.uuid4().hex
    with connected() as client:
        labels = environment_labels(key, tmp_path / "cache")
        (tmp_path / "cache").mkdir()
        container = client.api.create_container(BASE_IMAGE, ["true"], labels=labels)["Id"]
        layer = str(client.api.commit(container, repository, key)["Id"])
        client.api.remove_container(container)
        assert clean()[key] is False and not clean("--all", "--older-than", "1")[key] and present(client, layer)
        assert clean("--all", *MOMENT)[key] and not present(client, layer)


def test_a_volume_of_packages_goes_with_everything(clean: Callable[..., Any]) -> None:
    name = f"perfagent-{uuid.uuid4().hex}"
    with connected() as client:
        client.api.create_volume(name, labels={PACKAGES_LABEL: "1"})
        try:
            assert clean("--all", "--dry-run")[name] and clean()[name] is False
            assert remove_volume(name) and name not in clean()
        finally:
            remove_volume(name)


def test_an_image_in_a_container_stays(
    make_image: Callable[[dict[str, str]], str], clean: Callable[..., Any], tmp_path: Path
) -> None:
    key = uuid.uuid4().hex
    image = make_image(environment_labels(key, tmp_path / "cache"))
    with connected() as client:
        container = client.api.create_container(image, ["true"])["Id"]
        try:
            assert clean()[key] is False
        finally:
            client.api.remove_container(container)
        assert clean()[key] is True


def test_an_image_with_a_python_of_this_host_says_whose_it_is(tmp_path: Path) -> None:
    found = [it for path in candidates() if (it := query(path)) and not it.path.startswith("/usr/")]
    if not found:
        pytest.skip("this machine has no Python but its system's")
    with connected() as client:
        # A base of its own, as an image that is there already is not made again.
        container = client.api.create_container(BASE_IMAGE, ["true"], labels={"test": uuid.uuid4().hex})["Id"]
        base = str(client.api.commit(container)["Id"])
        client.api.remove_container(container)
        try:
            baked = bake(client, base, found[0], tmp_path)
            (image,) = [each for each in environment_images() if each.id == bare(baked)]
            assert image.layer and image.cache == tmp_path and remove_image(image)
        finally:
            if present(client, base):  # the engine removes nameless parents with the last child
                client.api.remove_image(base, force=True)
