"""`perfagent ci`: what it needs to be told, and how it says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def perfagent(*arguments: str, cwd: Path = Path("/"), **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "CI_", "PERFAGENT_"))}
    command = [sys.executable, "-m", "perfagent", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=kept | environment)


@pytest.mark.parametrize("arguments", [["--help"], ["gate", "--help"], ["optimize", "-h"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom perfagent.cli.main import application\n"
        "try: application(['ci', *sys.argv[1:]])(['ci', *sys.argv[1:]])\nexcept SystemExit: pass\n"
        "print(sorted({'litellm', 'langgraph', 'docker', 'git', 'pydantic', 'jinja2', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_list_of_commands_names_both() -> None:
    told = perfagent("ci", "--help").stdout
    assert "\n  gate " in told
    assert "\n  optimize " in told


def test_a_base_must_be_named_where_no_event_does(tmp_path: Path) -> None:
    done = perfagent("ci", "gate", cwd=tmp_path, TMPDIR=str(tmp_path))
    assert done.returncode == 2
    assert "this job does not say what to compare with: name a commit or branch with --base" in done.stderr
    assert not list(tmp_path.iterdir())


def test_on_github_an_error_is_an_annotation_too(tmp_path: Path) -> None:
    done = perfagent("ci", "gate", "--base", "main", cwd=tmp_path, GITHUB_ACTIONS="true", RUNNER_TEMP=str(tmp_path))
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("::error title=perfagent::")]


def test_json_is_one_document_also_when_nothing_was_measured(words_repository: Path, tmp_path: Path) -> None:
    done = perfagent("ci", "gate", "--base", "HEAD", "--json", cwd=words_repository, TMPDIR=str(tmp_path))
    assert json.loads(done.stdout) == {
        "verdict": "skipped",
        "sentence": "Not measured: the change touches nothing",
        "failed": False,
        "result": None,
    }
    assert "Not measured" in done.stderr
