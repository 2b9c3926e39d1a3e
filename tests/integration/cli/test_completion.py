"""Completion in a real bash, with the script that `--show-completion` prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ASK = """\
eval "$(perfagent --show-completion)"
[[ "$(complete -p perfagent)" == *_perfagent_completion* ]] || exit 3
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_perfagent_completion perfagent
printf '%s\\n' "${COMPREPLY[@]}"
"""
Offered = Callable[..., list[str]]


@pytest.fixture
def offered(tmp_path: Path) -> Offered:
    """What bash offers for a line; its last word is the one being typed."""

    def ask(*words: str) -> list[str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", ASK, "bash", "perfagent", *words],
            env=os.environ | {"PATH": path, "PERFAGENT_HOME": str(tmp_path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stderr == ""
        return done.stdout.split()

    return ask


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ru"], ["run", "runs"]),
        (["run"], ["run", "runs"]),
        (["run", ".", "--max-c"], ["--max-cost", "--max-calls", "--max-candidates"]),
        (["run", ".", "--sandbox", ""], ["auto", "docker", "bubblewrap", "local"]),
        (["run", ".", "--strategy", "b"], ["best-of"]),
        (["memory", "s"], ["show"]),
        (["eval", "gso", "sc"], ["score"]),
        (["eval", "gso", "score", "--proto"], ["--protocol"]),
        (["explain", "PA20"], [f"PA20{last}" for last in range(10)]),
        (["show", "zzz"], []),
    ],
)
def test_what_is_offered(offered: Offered, words: list[str], expected: list[str]) -> None:
    assert sorted(offered(*words)) == sorted(expected)


def test_runs_are_offered_newest_first(offered: Offered, tmp_path: Path) -> None:
    for name in ("20260101-120000-aaaa", "20260301-120000-bbbb", "20250101-120000-cccc"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        asked = {"command": "run", "repository": "/home/you/project"}
        (tmp_path / "runs" / name / "run.json").write_text(json.dumps(asked))
    (tmp_path / "runs" / "20260401-120000-dddd").mkdir()
    (tmp_path / "runs" / "20260401-120000-dddd" / "run.json").write_text("cut off")
    assert offered("show", "2026") == ["20260301-120000-bbbb", "20260101-120000-aaaa"]
    assert len(offered("run", ".", "--replay", "")) == 3
    assert offered("apply", "*") == []
