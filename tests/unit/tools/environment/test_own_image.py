from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.environment.own_image import Plan, advice, devcontainer, of_repository
from perfagent.tools.errors import BuildError

COMMENTED = """
// For format details, see https://containers.dev
{ "name": "x", /* not "this": */
  "build": { "dockerfile": "../docker/Dev", "context": "..", "args": {"URL": "http://localhost//a,}", "N": 3,}, }, }
"""


def write(tree: Path, name: str, text: str = "") -> None:
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(text)


@pytest.mark.parametrize(
    "image",
    [
        "./Dockerfile",
        "Dockerfile",
        "docker/Dockerfile.dev",
        "ci/test.Dockerfile",
        "Containerfile",
        "devcontainer",
        "./x",
    ],
)
def test_files_of_the_repository(image: str) -> None:
    assert of_repository(image)


@pytest.mark.parametrize("image", [None, "python:3.12", "perfagent/base:bookworm", "localhost:5000/a/b@sha256:00"])
def test_names_of_images(image: str | None) -> None:
    assert not of_repository(image)


def test_a_devcontainer_with_comments_names_a_dockerfile(tmp_path: Path) -> None:
    write(tmp_path, ".devcontainer/devcontainer.json", COMMENTED)
    assert devcontainer(tmp_path) == Plan(Path("docker/Dev"), Path(), {"URL": "http://localhost//a,}", "N": "3"})


def test_a_devcontainer_names_an_image_or_an_older_dockerfile(tmp_path: Path) -> None:
    write(tmp_path, ".devcontainer.json", '{"image": "python:3.12"}')
    assert devcontainer(tmp_path) == "python:3.12"
    write(tmp_path, ".devcontainer.json", '{"dockerFile": "Dockerfile"}')
    assert devcontainer(tmp_path) == Plan(Path("Dockerfile"), Path())


@pytest.mark.parametrize(
    ("text", "why"), [("{", "cannot be read"), ('{"dockerComposeFile": "a.yml"}', "names neither"), ("[]", "neither")]
)
def test_a_devcontainer_that_tells_nothing_is_one_line(tmp_path: Path, text: str, why: str) -> None:
    write(tmp_path, ".devcontainer/devcontainer.json", text)
    with pytest.raises(BuildError, match=why):
        devcontainer(tmp_path)


def test_advice_names_what_is_there(tmp_path: Path) -> None:
    assert advice(tmp_path) == ""
    write(tmp_path, "docker/Dockerfile")
    assert advice(tmp_path).endswith("--image ./docker/Dockerfile")
    write(tmp_path, ".devcontainer.json")
    assert advice(tmp_path).endswith("--image devcontainer")
