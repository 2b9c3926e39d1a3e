from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets.gso import GsoInstance


@dataclass(frozen=True)
class History:
    """A project of four commits: slow, still slow (`v1.0`), fast with a changed test, and a later one (`v2.0`)."""

    folder: Path
    commits: tuple[str, ...]

    def git(self, *words: str) -> str:
        return run_git(self.folder, *words)

    def instance(self, **changes: object) -> GsoInstance:
        """The third commit as a task."""
        row = {"instance_id": "acme__tool-1", "repo": "acme/tool", "base_commit": f"{self.commits[2]}^"}
        more = {"opt_commit": self.commits[2], "prob_script": "pass", "tests": ["pass"]}
        return GsoInstance.model_validate({**row, **more, **changes})


def run_git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    told = subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True, text=True)
    return told.stdout.strip()


@pytest.fixture
def history(tmp_path: Path) -> History:
    folder = tmp_path / "sources" / "acme__tool"
    (folder / "tests").mkdir(parents=True)
    run_git(folder, "init", "-q", "-b", "main")
    commits = []
    for version, code in enumerate(["slow = 1\n", "slow = 2\n", "fast = 3\n", "later = 4\n"]):
        (folder / "tool.py").write_text(code)
        (folder / "tests/test_tool.py").write_text("def test():\n    pass\n" * (1 + version // 2))
        run_git(folder, "add", "-A")
        run_git(folder, "commit", "-qm", f"change {version}")
        if version in (1, 3):
            run_git(folder, "tag", f"v{version // 2 + 1}.0")
        commits.append(run_git(folder, "rev-parse", "HEAD"))
    return History(folder, tuple(commits))
