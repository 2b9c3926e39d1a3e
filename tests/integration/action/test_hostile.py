"""Names, titles and outputs made to be executed or obeyed are neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SHELL = "$(touch${IFS}pwned)`touch${IFS}pwned`"
#: A file's name may hold all of it: shell, markup, and commands to the runner on lines of their own.
FILE = "bench_$(touch pwned)`touch pwned`| <b> @all | #1 ](x).py"
LINES = "bench_x\n::set-output name=verdict::faster\n::add-mask::owned\n.py"
BENCH = """\
import sys

print("::set-output name=verdict::faster")
print("::add-path::/tmp", file=sys.stderr)


def workload():
    print("::error::printed by the benchmark")
    return sorted(str(number) for number in range(20000))
"""


@pytest.fixture
def job(request: pytest.FixtureRequest, jobs: Any, kit: Any, tmp_path: Path) -> Any:
    """A job on a branch with a hostile name, whose benchmark has a hostile file name and prints commands."""
    root = tmp_path / "upstream"
    (root / "benchmarks").mkdir(parents=True)
    (root / "benchmarks" / request.param).write_text(BENCH)
    (root / "pyproject.toml").write_text('[tool.perfagent]\nsetup = "true"\n')
    kit.git(root, "init", "-q", "-b", "main")
    kit.git(root, "add", "-A")
    kit.git(root, "commit", "-qm", "first")
    kit.git(root, "checkout", "-q", "-b", SHELL)
    (root / f"{SHELL}.py").write_text("VALUE = 1\n")
    kit.git(root, "add", "-A")
    kit.git(root, "commit", "-qm", f"{SHELL}\n\n::error::owned")
    base, head = (kit.git(root, "rev-parse", name) for name in ("main", SHELL))
    title = "`touch pwned` $(touch pwned)\n::error::owned"
    sides = {
        name: {"sha": sha, "ref": SHELL, "repo": {"full_name": "o/r"}} for name, sha in (("base", base), ("head", head))
    }
    return jobs.job(
        root, {"pull_request": {"number": 7, "title": title, "body": title, **sides}}, GITHUB_HEAD_REF=SHELL
    )


def pwned(*places: Path) -> list[Path]:
    return [found for place in places for found in place.rglob("pwned*")]


@pytest.mark.bubblewrap
@pytest.mark.parametrize("job", [FILE], indirect=True, ids=["a name"])
def test_nothing_of_a_pull_request_is_executed_or_obeyed(job: Any, kit: Any, tmp_path: Path) -> None:
    ran = job.judged(metric="cpu", token="")
    assert ran.status == 0, ran.log
    assert ran.outputs["verdict"] in ("not_faster", "inconclusive")
    assert {level for level, _ in ran.commands} <= kit.HARMLESS
    assert not [text for level, text in ran.commands if level == "error"]
    assert not pwned(tmp_path, kit.ROOT / "scripts")
    row = next(line for line in ran.summary.splitlines() if line.startswith("| `bench_"))
    assert row.count("|") == 7
    assert row.count("`") == 2


@pytest.mark.bubblewrap
@pytest.mark.parametrize("job", [LINES], indirect=True, ids=["a name of lines"])
def test_commands_on_lines_of_their_own_are_not_obeyed_either(job: Any, kit: Any) -> None:
    ran = job.judged(metric="cpu", token="")
    assert "\n::add-mask::owned\n" in ran.log
    assert {level for level, _ in ran.commands} <= kit.HARMLESS
    assert ran.outputs["verdict"] != "faster"


@pytest.mark.parametrize("name", ["base", "head", "workload", "ignore", "setup", "image", "labels", "model", "path"])
def test_no_input_is_read_as_shell(jobs: Any, kit: Any, tmp_path: Path, name: str) -> None:
    job = jobs.pull_request("null", base="bare")
    ran = job.run(token="", **{name: '$(touch pwned) `touch pwned` "; touch pwned; "\n::add-mask::x'})
    assert {level for level, _ in ran.commands} <= kit.HARMLESS
    assert not pwned(tmp_path)
    assert "touch pwned" not in "".join(ran.outputs.values())


@pytest.mark.parametrize("mode", ["", "gate optimize", "$(touch pwned)"])
def test_a_mode_that_is_none_is_refused(jobs: Any, tmp_path: Path, mode: str) -> None:
    ran = jobs.pull_request("docs").run(mode=mode, token="")
    assert (ran.status, ran.commands) == (2, [("error", "mode is gate or optimize")])
    assert not pwned(tmp_path)


def test_a_sandbox_that_is_none_runs_nothing(jobs: Any) -> None:
    ran = jobs.pull_request("slow").run(sandbox="auto", token="")
    assert (ran.status, ran.steps[-1]) == (1, "Make the sandbox work")
    assert ran.commands == [("error", "sandbox is bubblewrap, docker or local")]
