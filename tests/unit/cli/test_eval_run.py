"""What `eval generate|score|worker` refuse before anything is run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perfagent.cli.main import application
from perfagent.tools.errors import PerfagentError, SandboxUnavailable, UsageError

ROW = {"instance_id": "own__words-8", "repo": "own/words", "base_commit": "0" * 40, "patch": "", "workload": "print()",
       "speedup": 2.5, "version": "1.1"}  # fmt: skip


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PERFAGENT_HOME", str(tmp_path / "home"))
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW))
    return tmp_path


def call(rows: Path, verb: str, *words: str) -> None:
    where = ["--dataset", str(rows / "rows.jsonl"), "--out", str(rows / "out")]
    arguments = ["eval", "swefficiency", verb, *where, *words]
    application(arguments)(arguments, prog_name="perfagent", standalone_mode=False)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["generate", "--best-of"], "give --rollouts N too"),
        (["generate", "--setting", "oracle"], "swefficiency has one setting only"),
        (["generate", "--strategy", "guess"], "sets strategy to 'guess'"),
        (["generate", "--instance", "other"], "no instance begins with 'other'"),
        (["score", "--predictions", "gold", "--protocol", "mine"], "there is no protocol 'mine'"),
        (["score", "--predictions", "gold", "--images", "mine"], "there are no images 'mine'"),
        (["score", "--predictions", "none.jsonl"], "there is no file of predictions none.jsonl"),
        (["score", "--predictions", "gold", "--jobs", "1", "--cluster", "local:1"], "give one of them"),
        (["score", "--predictions", "gold", "--jobs", "0"], "0 jobs at once were asked for"),
        (["score", "--predictions", "gold", "--cluster", "local:x"], "give local:2, or tcp://HOST:PORT"),
    ],
)
def test_wrong_usage_is_one_line(rows: Path, words: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        call(rows, *words)


def test_predictions_of_two_models_in_one_file_are_refused(rows: Path) -> None:
    lines = [{"instance_id": "own__words-8", "model_patch": "", "model_name_or_path": name} for name in ("a", "b")]
    other = ROW | {"instance_id": "own__words-9"}
    lines[1]["instance_id"] = "own__words-9"
    (rows / "rows.jsonl").write_text(json.dumps(ROW) + "\n" + json.dumps(other))
    (rows / "two.jsonl").write_text("\n".join(map(json.dumps, lines)))
    with pytest.raises(UsageError, match="holds predictions of 2 models: give a file for each model"):
        call(rows, "score", "--predictions", str(rows / "two.jsonl"))


def test_a_worker_without_a_scheduler_ends(rows: Path) -> None:
    arguments = ["eval", "worker", "--scheduler", "tcp://127.0.0.1:1", "--cores", "4095"]
    with pytest.raises(PerfagentError, match="names no cores to use here"):
        application(arguments)(arguments, prog_name="perfagent", standalone_mode=False)


def test_without_an_engine_nothing_is_begun(rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{rows}/no-engine.sock")
    with pytest.raises(SandboxUnavailable, match="the Docker engine does not answer"):
        call(rows, "score", "--predictions", "gold")
    assert not (rows / "out/places").exists()
