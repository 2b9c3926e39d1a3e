"""An evaluation that is killed again and again comes to what an undisturbed one comes to."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docker

#: Seconds from a start to its end: from before the first job to behind some, and too short for all of them.
SHORTEST_S, LONGEST_S = 1.0, 6.0


def command(wordbook: Any, out: Path) -> list[str]:
    first = wordbook.tasks[0].ids["gso"]
    score = ["eval", "gso", "score", "--dataset", str(wordbook.files["gso"]), "--out", str(out), "--images", "local"]
    what = ["--repositories", str(wordbook.repositories), "--instance", first, "--json"]
    return [sys.executable, "-m", "perfagent", *score, *what, "--predictions", "gold", "--predictions", "empty"]


def finished(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in folder.glob("outcomes/[!.]*")}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERFAGENT_HOME", str(tmp_path / "home"))


def test_killed_ten_times_it_has_the_table_of_an_undisturbed_one(
    counted_wordbook: Any, tmp_path: Path, home: None
) -> None:
    plain = subprocess.run(command(counted_wordbook, tmp_path / "plain"), capture_output=True, text=True, check=True)
    kept: dict[str, int] = {}
    moments = random.Random(6)
    for _ in range(10):
        driver = subprocess.Popen(
            command(counted_wordbook, tmp_path / "killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            driver.wait(moments.uniform(SHORTEST_S, LONGEST_S))
        except subprocess.TimeoutExpired:
            os.kill(driver.pid, signal.SIGKILL)
        driver.wait()
        assert kept.items() <= finished(tmp_path / "killed").items()
        kept = finished(tmp_path / "killed")
    last = subprocess.run(command(counted_wordbook, tmp_path / "killed"), capture_output=True, text=True, check=True)
    assert kept.items() <= finished(tmp_path / "killed").items()
    undisturbed, killed = json.loads(plain.stdout), json.loads(last.stdout)
    assert killed["scores"] == undisturbed["scores"]
    assert [row["solved"] for scores in killed["scores"] for row in scores["rows"]] == [True, False]


def test_ctrl_c_ends_it_with_130_and_leaves_no_job(counted_wordbook: Any, tmp_path: Path, home: None) -> None:
    asked = command(counted_wordbook, tmp_path / "stopped")
    driver = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert driver.stderr is not None and driver.stderr.readline().startswith("environments: 1 to do")
    driver.send_signal(signal.SIGINT)
    _, told = driver.communicate(timeout=60)
    assert driver.returncode == 130 and told.endswith(
        "the same command again goes on\nperfagent: interrupted [PA001]\n"
    )
    assert [line for line in command_lines() if str(tmp_path).encode() in line] == []


def command_lines() -> list[bytes]:
    """Of the processes that run; some end while they are looked at."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found.append((process / "cmdline").read_bytes())
    return found
