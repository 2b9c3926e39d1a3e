"""The Action's scripts by themselves, and its pages against action.yml."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from perfagent import __version__


def test_the_scripts_are_whole(kit: Any) -> None:
    for script in (kit.ROOT / "scripts/action").iterdir():
        subprocess.run(["bash", "-n", script], check=True)
        assert script.stat().st_mode & 0o111


def test_perfagent_is_installed_from_the_actions_own_files(kit: Any, tmp_path: Path) -> None:
    variables = {
        "GITHUB_ACTION_PATH": str(kit.ROOT),
        "PERFAGENT_PYTHON_PATH": sys.executable,
        "PERFAGENT_TOOL": str(tmp_path / "tool"),
        "PIP_NO_DEPS": "1",  # what it needs is what these tests run on
    }
    subprocess.run([kit.ROOT / "scripts/action/install"], env={**os.environ, **variables}, check=True)
    asked = "from importlib.metadata import version; print(version('perfagent'))"
    done = subprocess.run([tmp_path / "tool/bin/python", "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == __version__
    assert (tmp_path / "tool/bin/perfagent").exists()


def test_the_page_tells_every_input_and_output_in_action_yml_words(kit: Any) -> None:
    action = yaml.safe_load((kit.ROOT / "action.yml").read_text())
    page = (kit.ROOT / "docs/github-action.md").read_text()
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.*?) \|", page, re.MULTILINE))
    for name, each in {**action["inputs"], **action["outputs"]}.items():
        assert rows.pop(name) == each["description"], name
    defaults = dict(re.findall(r"^\| `([\w-]+)` \| .*? \| `?(.*?)`? \|$", page, re.MULTILINE))
    for name, each in action["inputs"].items():
        assert defaults[name] == str(each["default"]), name
    assert set(rows) <= {
        "slower",
        "faster",
        "not_faster",
        "inconclusive",
        "not_measured",
        "skipped",
        "no_workload",
        "not_judged",
    }
