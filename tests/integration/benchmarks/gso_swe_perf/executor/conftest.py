"""A worker made for these tests: what a job does stands in its instance's name, and what it did in the folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.executor import Work
from perfagent.benchmarks.gso_swe_perf.records import Job

#: Writes when it began and ended and on which core; `dies-N` kills itself N times, `hangs` never ends, `fails` says
#: why.
SCRIPT = """
import json, os, pathlib, signal, sys, threading, time

def end_with_giver():
    while os.read(0, 64):
        pass
    os.killpg(0, signal.SIGKILL)

folder, job = pathlib.Path(sys.argv[1]), json.loads(sys.stdin.readline())
threading.Thread(target=end_with_giver, daemon=True).start()
name = job["instance_id"]
if (folder / "outcomes" / job["id"]).exists():
    sys.exit()
with (folder / "tries" / job["id"]).open("a") as file:
    file.write("x")
tries = (folder / "tries" / job["id"]).stat().st_size
began = time.time()
if name.startswith("dies") and tries <= int(name.split("-")[1]):
    os.kill(os.getpid(), signal.SIGKILL)
if name.startswith("fails"):
    sys.exit("there is no such thing")
time.sleep(3600 if name.startswith("hangs") else float(name.split("-")[1]) if name.startswith("sleeps") else 0.1)
done = {"core": os.environ["PERFAGENT_CORE"], "began": began, "ended": time.time(), "tries": tries}
temporary = folder / f".{job['id']}.{os.getpid()}"
temporary.write_text(json.dumps(done))
try:
    os.link(temporary, folder / "outcomes" / job["id"])
except FileExistsError:
    (folder / "rewritten").touch()
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Claims of these tests' own."""
    monkeypatch.setenv("PERFAGENT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An evaluation's folder, as far as the script needs one."""
    for name in ("outcomes", "tries", "logs"):
        (tmp_path / "evaluation" / name).mkdir(parents=True)
    (tmp_path / "evaluation/worker.py").write_text(SCRIPT)
    return tmp_path / "evaluation"


@pytest.fixture
def make_work(folder: Path) -> Callable[..., Work]:
    """Work done by the script."""

    def make(**facts: Any) -> Work:
        given: dict[str, Any] = {"timeout_s": 30.0, "grace_s": 2.0, **facts}
        return Work(folder, (sys.executable, "-S", str(folder / "worker.py")), **given)

    return make


@pytest.fixture
def make_jobs() -> Callable[..., list[Job]]:
    """Jobs by what they do."""
    return lambda *names: [
        Job(id=f"{number}.{name}", kind="official", instance_id=name) for number, name in enumerate(names)
    ]
