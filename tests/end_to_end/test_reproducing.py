"""Whoever has a clone repeats a verdict by the commands that stand in its result."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any


def repeated(result: Any, perfagent: Any, repository: Path, place: Path) -> Any:
    """The result of a result's own commands in a fresh clone, beside the files that the run kept for them."""
    subprocess.run(["git", "clone", "-q", repository, place], check=True)
    for file in Path(result["run_dir"], "reproduce").iterdir():
        shutil.copy(file, place)
    script = " && ".join(result["reproduce"]) + " --json"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for _ in range(6):  # as long as another test keeps the machine too busy to judge
        done = subprocess.run(["sh", "-c", script], check=False, cwd=place, env={**perfagent.environ, "PATH": path},
                              capture_output=True, text=True, timeout=400)  # fmt: skip
        if "nothing can be judged" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_commands_of_a_verdict_give_it_again(perfagent: Any, repository: Path, kit: Any, tmp_path: Path) -> None:
    bench, patch = tmp_path / "my bench.py", tmp_path / "a.patch"
    bench.write_text((repository / "benchmarks/small.py").read_text())
    patch.write_text(kit.diff_of(kit.WORDS, kit.FAST_WORDS))
    flags = ("--workload", f"script:{bench}", "--metric", "cpu", "--sandbox", "local", "--seed", 3)
    more = ("--no-instructions", "--json")
    first = perfagent("verify", repository, "--patch", patch, *flags, *more, PERFAGENT_PUBLISHED_PAIRS="8").json
    assert "--metric cpu --no-instructions --seed 3" in first["reproduce"][-1]
    assert str(tmp_path) not in " ".join(first["reproduce"])
    again = repeated(first, perfagent, repository, tmp_path / "clone")
    assert (again["verdict"], first["verdict"]) == ("faster", "faster")
    assert (again["pairs"], first["pairs"]) == (8, 8)
    assert [b["id"] for b in again["benchmarks"]] == [b["id"] for b in first["benchmarks"]] == ["my bench"]
    assert (again["baseline"], again["reproduce"]) == (first["baseline"], first["reproduce"])
