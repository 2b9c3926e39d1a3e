"""What init decides between seeing and writing."""

from __future__ import annotations

import subprocess
from pathlib import Path

from perfagent.agent.starting.initializing import look, with_benchmarks


def test_new_benchmarks_stand_in_the_place_of_guesses(tmp_path: Path) -> None:
    (tmp_path / "bench_it.py").write_text("print(1)\n")
    (tmp_path / "pyproject.toml").write_text("")
    subprocess.run(["git", "-C", tmp_path, "init", "-q"], check=True)
    subprocess.run(["git", "-C", tmp_path, "add", "-A"], check=True)
    seen = look(str(tmp_path), {"sandbox": "local"})
    assert seen.change is not None
    assert 'workload = ["script:bench_it.py"]' in seen.change.text
    assert with_benchmarks(seen, []) is seen
    changed = with_benchmarks(seen, ["benchmarks/bench_new.py"]).change
    assert changed is not None
    assert changed.text == '[tool.perfagent]\nworkload = ["script:benchmarks/bench_new.py"]\n'
