"""Images from the repository's own Dockerfile or devcontainer, built by a real engine."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker.errors import ImageNotFound

from perfagent.tools.environment import build_environment
from perfagent.tools.environment.own_image import own_image
from perfagent.tools.errors import BuildError
from perfagent.tools.sandbox import Command, Limits, open_sandbox
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE, connected

pytestmark = pytest.mark.docker

OWNER = """
import sys
from pathlib import Path
from perfagent.tools.environment.own_image import own_image
from perfagent.tools.sandbox.docker_engine import connected
with connected() as client:
    own_image(client, Path(sys.argv[1]), "./Dockerfile", Path(sys.argv[1]))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "given.txt").write_text(uuid.uuid4().hex)
    return tmp_path / "tree"


@pytest.fixture
def removed() -> Iterator[Callable[[str], str]]:
    """Removes images in the end."""
    images: list[str] = []
    yield lambda image: images.append(image) or image  # type: ignore[func-returns-value]
    with connected() as client:
        for image in images:  # children first
            with contextlib.suppress(ImageNotFound):
                client.images.remove(image, force=True)


def refuse(tree: Path, image: str = "./Dockerfile") -> BuildError:
    with connected() as client, pytest.raises(BuildError) as caught:
        own_image(client, tree, image, tree.parent)
    return caught.value


def test_code_runs_in_what_the_dockerfile_makes_and_it_is_made_once(
    tree: Path, tmp_path: Path, removed: Callable[[str], str]
) -> None:
    (tree / "Dockerfile").write_text(f'FROM {BASE_IMAGE}\nCOPY given.txt /made.txt\nENTRYPOINT ["false"]\n')
    said: list[str] = []
    for _ in range(2):
        built = build_environment("docker", tree, cache=tmp_path, setup="true", image="./Dockerfile", say=said.append)
        removed(built.image)
    with connected() as client:
        own = removed(own_image(client, tree, "./Dockerfile", tmp_path))
        assert str(tmp_path) in client.images.get(own).labels.values()

    assert built.cached and sum("the image of Dockerfile" in line for line in said) == 1
    with open_sandbox("docker", mounts=[], environment=built, limits=Limits(), run_id="t") as sandbox:
        told = sandbox.execute(Command(("cat", "/made.txt"), "/tmp")).stdout
    assert told == (tree / "given.txt").read_text()


def test_a_devcontainer_has_its_own_context_and_arguments(tree: Path, removed: Callable[[str], str]) -> None:
    (tree / ".devcontainer").mkdir()
    (tree / ".devcontainer" / "near.txt").touch()
    (tree / ".devcontainer" / "Dev").write_text(f"FROM {BASE_IMAGE}\nARG NAME\nCOPY near.txt /$NAME\nRUN test -e /x\n")
    text = '{"build": {"dockerfile": "Dev", "args": {"NAME": "x"}}} // done'
    (tree / ".devcontainer" / "devcontainer.json").write_text(text)
    with connected() as client:
        assert removed(own_image(client, tree, "devcontainer", tree.parent)).startswith("sha256:")


def test_what_cannot_be_built_is_told_by_its_own_lines(tree: Path) -> None:
    (tree / "Dockerfile").write_text(f"FROM {BASE_IMAGE}\nRUN echo error: no such thing; exit 4\n")
    told = refuse(tree)
    assert "Dockerfile does not build" in told.message and "error: no such thing" in told.message
    (tree / "Dockerfile").write_text("FROM localhost:1/nobody/nothing:1\n")
    told = refuse(tree)
    assert told.message.startswith("Dockerfile starts from localhost:1/nobody/nothing:1, which is not here and cannot")
    assert "\n" not in told.message and "docker build" in told.remedy


def test_no_file_of_the_host_is_read(tree: Path) -> None:
    assert "has no Dockerfile" in refuse(tree).message
    (tree.parent / "secret").write_text("hush")
    (tree / "Dockerfile").symlink_to("../secret")
    for image in ("./Dockerfile", "../secret", str(tree.parent / "secret")):
        assert "outside of the repository" in refuse(tree, image).message


def test_what_is_there_is_mentioned_when_the_default_way_fails(tree: Path, tmp_path: Path) -> None:
    (tree / "Dockerfile").touch()
    with pytest.raises(BuildError) as caught:
        build_environment("docker", tree, cache=tmp_path, setup="exit 1")
    assert "--setup" in caught.value.remedy and caught.value.remedy.endswith("--image ./Dockerfile")


def test_a_killed_owner_leaves_no_build_running(tree: Path) -> None:
    marker = str(1000 + uuid.uuid4().int % 10**6)
    (tree / "Dockerfile").write_text(f"FROM {BASE_IMAGE}\nRUN sleep {marker}\n")
    with connected() as client, subprocess.Popen([sys.executable, "-c", OWNER, str(tree)]) as process:

        def running() -> list[str]:
            return [
                each.id for each in client.containers.list(ignore_removed=True) if marker in str(each.attrs["Args"])
            ]

        def until(wanted: bool) -> None:
            deadline = time.monotonic() + 20
            while bool(running()) is not wanted:
                assert time.monotonic() < deadline, f"running: {running()}"
                time.sleep(0.1)

        until(True)
        process.kill()
        until(False)
