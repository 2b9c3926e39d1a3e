from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.places import Place, open_arena, place_of
from perfagent.tools.environment.images import environment_images
from perfagent.tools.environment.interpreters import find
from perfagent.tools.environment.manifest import read_manifest
from perfagent.tools.errors import BuildError, SandboxUnavailable
from perfagent.tools.sandbox.docker_engine import connected

pytestmark = pytest.mark.docker


@pytest.fixture
def published(tiny: Any) -> Iterator[Any]:
    """An instance whose image is here under its published name, with the published layout."""
    instance = tiny.instance(instance_id="Acme__tiny-published", python="", pythonpath="")
    bare = Place(image="perfagent/base:bookworm", activate="", python="", origin="local", tree="/")
    with open_arena(bare) as arena:
        arena.run("python3 -m venv --without-pip /testbed/.venv; git init -q /testbed")
        with connected() as client:
            name, _, tag = instance.recipe.image.partition(":")
            client.api.commit(arena.container, name, tag)
    yield instance
    with connected() as client:
        client.images.remove(instance.recipe.image)


def test_an_image_is_built_with_the_base_and_nothing_of_the_expert(tiny: Any, tiny_place: Place) -> None:
    assert tiny_place.origin == "local"
    with open_arena(tiny_place) as arena:
        told = arena.run("git status --porcelain; git log --all --format=%s; cat tiny.py; command -v python")
    assert told.output.splitlines()[0] == "base"
    assert "n * (n - 1)" not in told.output
    assert told.output.splitlines()[-1] == tiny_place.python == "/testbed/.venv/bin/python"


def test_it_is_found_again_and_known_to_clean(tiny: Any, tiny_place: Place) -> None:
    said: list[str] = []
    assert place_of(tiny.instance(), tiny.repositories, said.append) == tiny_place
    assert not said
    (image,) = [each for each in environment_images() if f"sha256:{each.id}" == tiny_place.image]
    assert image.cache == tiny.repositories.cache.resolve()


def test_two_that_ask_at_once_build_once(tiny: Any) -> None:
    instance = tiny.instance(install_commands=["python -c 'import tiny' # twice"])
    said: list[str] = []
    places: list[Place] = []
    ask = [
        threading.Thread(target=lambda: places.append(place_of(instance, tiny.repositories, said.append)))
        for _ in range(2)
    ]
    for thread in ask:
        thread.start()
    for thread in ask:
        thread.join()
    assert places[0] == places[1]
    assert len([line for line in said if line.startswith("building")]) == 1


def test_requirements_beside_the_recipe_are_installed_too(tiny: Any) -> None:
    with pytest.raises(BuildError, match="nowhere-at-all"):
        place_of(tiny.instance(), tiny.repositories, extra=["./nowhere-at-all"])


def test_what_fails_in_the_recipe_is_quoted(tiny: Any) -> None:
    instance = tiny.instance(install_commands=["echo 'Error: no such compiler' >&2; exit 3"])
    with pytest.raises(BuildError, match="environment of acme__tiny-1 does not build") as error:
        place_of(instance, tiny.repositories)
    assert "no such compiler" in str(error.value)


def test_a_python_that_nobody_builds_any_more_is_refused_at_once(tiny: Any) -> None:
    with pytest.raises(BuildError, match=r"needs Python 3\.6; what is built here begins with 3\.7"):
        place_of(tiny.instance(python="3.6"), tiny.repositories)


def test_an_old_python_of_this_machine_is_put_into_the_image(tiny: Any) -> None:
    try:
        find(read_manifest(tiny.history), "3.8")
    except BuildError:
        pytest.skip("this machine has no Python 3.8 to put into an image")
    place = place_of(tiny.instance(python="3.8"), tiny.repositories)
    with open_arena(place) as arena:
        assert arena.run("python -c 'import sys, tiny; print(sys.version_info[:2])'").output == "(3, 8)\n"


def test_the_published_image_is_chosen_where_it_is_here(tiny: Any, published: Any) -> None:
    place = place_of(published, tiny.repositories)
    assert (place.origin, place.python) == ("published", "/testbed/.venv/bin/python")
    assert place_of(published, tiny.repositories, images="published") == place


def test_a_local_image_is_built_where_that_is_asked_for(tiny: Any, published: Any) -> None:
    assert place_of(published, tiny.repositories, images="local").origin == "local"


def test_an_image_that_cannot_be_pulled_is_asked_for_once(tiny: Any) -> None:
    said: list[str] = []
    for number in range(2):
        instance = tiny.instance(instance_id=f"acme__tiny-absent{number}", python="", pythonpath="")
        assert place_of(instance, tiny.repositories, said.append).origin == "local"
    told = [line for line in said if "building its environment here" in line]
    assert len(told) == 2
    assert "a while ago" in told[1]


def test_an_image_that_is_asked_for_and_cannot_be_had_is_an_error(tiny: Any) -> None:
    with pytest.raises(SandboxUnavailable):
        place_of(tiny.instance(), tiny.repositories, images="published")
