"""What `perfagent clean` takes away and what it leaves, without an engine."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from perfagent.agent.claims import hold_cache
from perfagent.agent.cleaning import Wish, clean
from perfagent.agent.run_folder import RunFolder, runs_home
from perfagent.tools.errors import PerfagentError


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PERFAGENT_HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    return tmp_path


def environment(home: Path, key: str, *, whole: bool = True, days: float = 0.0) -> Path:
    folder = home / "cache" / "environments"
    (folder / key).mkdir(parents=True)
    (folder / f"{key}.lock").touch()
    if whole:
        (folder / f"{key}.json").write_text('{"image": ""}')
        os.utime(folder / f"{key}.json", (0, time.time() - days * 86400))
    return folder / key


def run(name: str, *, finished: bool = True, days: float = 0.0) -> Path:
    path = runs_home() / name
    RunFolder(path).close()
    (path / "trees" / "c-1").mkdir()
    (path / "work").mkdir()
    (path / "work" / "scratch-x").mkdir()
    if finished:
        (path / "result.json").write_text("{}")
    os.utime(path / "events.jsonl", (0, time.time() - days * 86400))
    return path


def gone(wish: Wish | None = None) -> set[tuple[str, str]]:
    return {(item.kind, item.name) for item in clean(wish or Wish(), dry_run=False) if item.goes}


def test_leftovers_go_and_documents_stay(home: Path) -> None:
    whole, half = environment(home, "whole"), environment(home, "half", whole=False)
    ended, stopped = run("ended"), run("stopped", finished=False)
    assert gone() == {("leftover", "half"), ("leftover", "ended"), ("leftover", "stopped")}
    assert whole.exists() and not half.exists()
    assert (ended / "result.json").exists() and not (ended / "trees" / "c-1").exists()
    assert (stopped / "trees" / "c-1").exists() and not (stopped / "work" / "scratch-x").exists()
    assert gone() == set()


def test_a_dry_run_removes_nothing(home: Path) -> None:
    half, ended = environment(home, "half", whole=False), run("ended", days=99)
    found = clean(Wish(environments=True, runs=True), dry_run=True)
    assert {item.name for item in found if item.goes} == {"half", "ended"}
    assert half.exists() and (ended / "trees" / "c-1").exists()


def test_ages_decide_over_runs_and_environments(home: Path) -> None:
    for days in (3, 10, 40):
        environment(home, f"env{days}", days=days)
        run(f"run{days}", days=days)
    assert ("run", "run40") in gone(Wish(runs=True))
    found = gone(Wish(environments=True, runs=True, days=7))
    assert {name for kind, name in found if kind != "leftover"} == {"env10", "env40", "run10"}
    assert (runs_home() / "run3").exists()


def test_what_a_run_uses_stays(home: Path) -> None:
    used, half = environment(home, "used"), environment(home, "half", whole=False)
    live = RunFolder(run("live", finished=False, days=99))
    live.claim()
    try:
        assert gone(Wish(environments=True, runs=True, days=0)) == set()
        assert used.exists() and half.exists() and (live.path / "trees" / "c-1").exists()
    finally:
        live.close()
    assert gone(Wish(environments=True)) >= {("environment", "used"), ("leftover", "half")}


def test_who_removes_environments_is_alone(tmp_path: Path) -> None:
    held = hold_cache(tmp_path, exclusively=True)
    assert held is not None and hold_cache(tmp_path, exclusively=True) is None
    held.close()
    first, second = (hold_cache(tmp_path, exclusively=False) for _ in range(2))
    assert first is not None and second is not None and hold_cache(tmp_path, exclusively=True) is None
    first.close()
    second.close()


def test_a_cache_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PerfagentError, match="no cache can be kept at"):
        hold_cache(tmp_path / "file" / "cache", exclusively=False)


def test_package_caches_go_with_everything_only(home: Path) -> None:
    (home / "cache" / "pip").mkdir(parents=True)
    assert gone() == set()
    assert gone(Wish(environments=True)) == {("packages", "pip")}


def test_builds_and_findings_go_with_everything_and_half_builds_at_once(home: Path) -> None:
    built, findings = home / "cache" / "built", home / "cache" / "findings"
    for folder in (built / "whole", built / "half.17.part", findings):
        folder.mkdir(parents=True)
    (findings / "known.json").write_text("{}")
    assert gone() == {("leftover", "half.17.part")}
    assert (built / "whole").exists() and gone(Wish(environments=True, days=1)) == set()
    assert gone(Wish(environments=True)) == {("build", "whole"), ("findings", "findings")}
    assert not findings.exists()
