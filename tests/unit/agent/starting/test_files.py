"""Files that would be written: their diff first, and never outside of the repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from perfagent.agent.starting.files import Change
from perfagent.agent.starting.initializing import writable
from perfagent.agent.starting.workflows import workflow_changes
from perfagent.tools.errors import PerfagentError


@pytest.mark.parametrize(("before", "after"), [(None, "a\nb"), ("a", "a\nb\n"), ("a\nb\n", "a\nc\n"), ("a\r\n", "a\n")])
def test_the_diff_is_what_git_applies(tmp_path: Path, before: str | None, after: str) -> None:
    if before is not None:
        (tmp_path / "x").write_text(before, newline="")
    diff = Change("x", after, "").diff(tmp_path)
    subprocess.run(["git", "-C", tmp_path, "apply"], input=diff.encode(), check=True)
    assert (tmp_path / "x").read_bytes() == after.encode()


def test_folders_are_made_and_links_out_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    Change("a/b/c", "text", "").write(root)
    assert (root / "a/b/c").read_text() == "text"
    (root / "out").symlink_to(tmp_path)
    with pytest.raises(PerfagentError, match="leads out of the repository"):
        Change("out/c", "text", "").write(root)
    assert not (tmp_path / "c").exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(PerfagentError, match="a/b cannot be written"):
        Change("a/b", "text", "").write(tmp_path)


def test_only_pyproject_may_be_there_already(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "same", "other"):
        (tmp_path / name).write_text("text")
    changes = [Change(name, "text" if name == "same" else "new", "") for name in ("pyproject.toml", "same", "other")]
    left, lines = writable(tmp_path, [*changes, Change("fresh", "new", "")])
    assert [each.path for each in left] == ["pyproject.toml", "fresh"]
    assert lines == ["other is there already and is left as it is"]


def test_the_workflows_are_those_of_the_examples() -> None:
    changes = workflow_changes()
    names = [".github/workflows/perfagent-gate.yml", ".github/workflows/perfagent-optimize.yml"]
    assert [each.path for each in changes] == names
    examples = Path(__file__).parents[4] / "examples/workflows"
    assert [each.text for each in changes] == [(examples / Path(name).name).read_text("utf-8") for name in names]
