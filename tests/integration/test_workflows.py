"""action.yml and every workflow are read by the two programs that know GitHub's rules, without a finding."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples/workflows").glob("*.yml"))
WORKFLOWS = [*EXAMPLES, *sorted((ROOT / ".github/workflows").glob("*.yml"))]
FILES = [ROOT / "action.yml", *WORKFLOWS]


@pytest.fixture(scope="module")
def validator() -> Path:
    program = ROOT / "tests/npm/node_modules/.bin/action-validator"
    if not program.exists():
        reason = "no tests/npm/node_modules: npm ci --prefix tests/npm --ignore-scripts"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return program


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_validator_finds_nothing(validator: Path, file: Path) -> None:
    done = subprocess.run([validator, file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_validator_would_find_something(validator: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(EXAMPLES[0].read_text().replace("runs-on:", "run-on:"))
    assert subprocess.run([validator, broken], capture_output=True, check=False).returncode != 0


def zizmor(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("zizmor")
    # Offline: whether a commit exists on GitHub is looked at when it is written down.
    command = [str(program), "--offline", "--no-config", "--no-progress", "--format=json", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_zizmor_finds_nothing() -> None:
    done = zizmor(*FILES)
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_zizmor_finds_nothing_either_when_it_is_pedantic_about_what_users_take() -> None:
    done = zizmor("--persona=pedantic", ROOT / "action.yml", *EXAMPLES)
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_zizmor_would_find_a_title_in_a_script(tmp_path: Path) -> None:
    text = (ROOT / "action.yml").read_text()
    assert '"$GITHUB_ACTION_PATH/scripts/action/run"' in text
    (tmp_path / "action.yml").write_text(text.replace('"$GITHUB_ACTION_PATH/scripts/action/run"', "${{ inputs.base }}"))
    found = json.loads(zizmor(tmp_path / "action.yml").stdout)
    assert [each["ident"] for each in found] == ["template-injection"]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_may_do_only_what_each_job_says(file: Path) -> None:
    workflow = yaml.safe_load(file.read_text())
    assert workflow["permissions"] == {}
    assert "concurrency" in workflow
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job
        assert "permissions" in job
    assert "pull_request_target" not in workflow[True]  # YAML's name for `on`


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_actions_of_others_are_pinned_with_their_version_beside(file: Path) -> None:
    for line in re.findall(r"uses: (actions/.+)", file.read_text()):
        assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_examples_give_only_inputs_and_read_only_outputs_that_there_are(file: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    (job,) = yaml.safe_load(file.read_text())["jobs"].values()
    (step,) = [step for step in job["steps"] if step.get("id") == "perfagent"]
    assert step["with"].keys() <= action["inputs"].keys()
    assert set(re.findall(r"steps\.perfagent\.outputs\.([\w-]+)", file.read_text())) <= action["outputs"].keys()
