"""A sandbox that was asked for and is not here, and what doctor says about it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Refused = Callable[..., str]
BENCH = ("--workload", "script:bench.py")


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A PATH with git and a shell alone."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("git", "sh"):
        (folder / name).symlink_to(shutil.which(name) or "")
    return str(folder)


@pytest.mark.parametrize("address", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:9"])
def test_no_docker_engine(refused: Refused, tally: Path, address: str) -> None:
    line = refused(1, "run", tally, *BENCH, "--sandbox", "docker", DOCKER_HOST=address)
    assert line.startswith("the docker sandbox does not work: the Docker engine does not answer")
    assert line.endswith("usermod -aG docker $USER)")


@pytest.mark.docker
def test_no_such_image(refused: Refused, tally: Path) -> None:
    line = refused(1, "run", tally, *BENCH, "--sandbox", "docker", "--image", "perfagent.invalid/none:1")
    assert line.endswith("the image perfagent.invalid/none:1 is not there: docker pull perfagent.invalid/none:1")


def test_no_bubblewrap(refused: Refused, tally: Path, bare_path: str) -> None:
    line = refused(1, "run", tally, *BENCH, "--sandbox", "bubblewrap", PATH=bare_path)
    assert line.startswith("the bubblewrap sandbox does not work")
    assert "bwrap is not installed: install it: apt-get install bubblewrap" in line


def test_doctor_where_nothing_contains(perfagent: Callable[..., object], bare_path: str) -> None:
    done = perfagent("doctor", "--json", PATH=bare_path, DOCKER_HOST="unix:///nowhere/docker.sock")
    findings = {each["name"]: each for each in json.loads(done.stdout)}  # type: ignore[attr-defined]
    assert (findings["sandbox docker"]["ok"], findings["sandbox bubblewrap"]["ok"]) == (False, False)
    assert "apt-get install bubblewrap" in findings["sandbox bubblewrap"]["remedy"]
    assert "systemctl start docker" in findings["sandbox docker"]["remedy"]
    assert findings["sandbox local"]["ok"]


def test_doctor_in_words(perfagent: Callable[..., object], bare_path: str) -> None:
    done = perfagent("doctor", PATH=bare_path, DOCKER_HOST="unix:///nowhere/docker.sock")
    lines = done.stdout.splitlines()  # type: ignore[attr-defined]
    place = next(number for number, line in enumerate(lines) if line.startswith("not here  sandbox bubblewrap: "))
    assert "apt-get install bubblewrap" in lines[place + 1]
