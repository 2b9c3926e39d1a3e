"""The Action's other mode: a run without a model, and its patches as pull requests on a GitHub of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

#: What the catalogue knows how to mend.
SLOW = """\
    out = []
    for word in words:
        if word not in out:
            out.append(word)
    return out
"""
INPUTS = {"mode": "optimize", "metric": "cpu", "max_time": "2"}


@pytest.fixture
def workspace(github: Any, upstream: Path, kit: Any, tmp_path: Path) -> Path:
    """A checkout of the forge's repository, in which a list is searched for every word."""
    workspace = tmp_path / "workspace"
    kit.git(tmp_path, "clone", "-q", str(upstream), str(workspace))
    (workspace / "textkit/words.py").write_text(kit.words(SLOW))
    bench = workspace / "benchmarks/bench.py"
    bench.write_text(bench.read_text().replace("30000", "1600"))
    kit.git(workspace, "commit", "-qam", "slow")
    kit.git(workspace, "push", "-q", "--force", str(github.bare), "HEAD:refs/heads/main")
    kit.git(workspace, "remote", "set-url", "origin", f"https://github.com/{github.full_name}")
    return workspace


@pytest.fixture
def job(jobs: Any, workspace: Path, github: Any) -> Any:
    """A scheduled job with a token of an app, as GitHub's own is."""
    github.login = None
    return jobs.job(workspace, {}, **jobs.at(github), GITHUB_EVENT_NAME="schedule")


@pytest.mark.bubblewrap
def test_a_proved_change_becomes_a_draft_and_a_refused_one_does_not_come_back(job: Any, github: Any) -> None:
    dry = job.judged(**INPUTS, dry_run="true", token=github.token)
    assert (dry.status, dry.outputs["patches"], github.writes) == (0, "1", []), dry.log
    assert "POST " in dry.log

    ran = job.judged(**INPUTS, token=github.token)
    assert (ran.status, ran.outputs["verdict"], ran.outputs["patches"]) == (0, "faster", "1"), ran.log
    assert float(ran.outputs["low"]) > 1.5
    (pull,) = github.pulls
    assert (pull.draft, pull.base, set(pull.labels)) == (True, "main", {"performance", "perfagent"})
    assert ran.outputs["pull-requests"].endswith(f"/pull/{pull.number}")
    assert f"[opened]({ran.outputs['pull-requests']})" in ran.summary
    assert github.head(pull.head)
    assert json.loads(Path(ran.outputs["report"], "result.json").read_text())["patches"]
    assert github.token not in ran.log

    pull.state = "closed"
    writes = len(github.writes)
    again = job.judged(**INPUTS, token=github.token)
    assert (again.status, again.outputs["pull-requests"], len(github.writes)) == (0, "", writes), again.log
    assert "refused by a person earlier" in again.summary


@pytest.mark.bubblewrap
def test_what_was_proved_is_told_also_when_the_forge_refuses(job: Any, github: Any) -> None:
    ran = job.judged(**INPUTS, token="wrong")
    assert (ran.status, ran.outputs["patches"]) == (1, "1"), ran.log
    assert "### 1 change proved faster" in ran.summary
    assert "not sent" in ran.summary
    assert [level for level, _ in ran.commands] == ["notice", "error"]
