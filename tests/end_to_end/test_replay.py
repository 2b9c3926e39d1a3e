"""A recorded conversation, replayed without a model, a key or a network: the machine does the rest anew."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RECORDED = Path(__file__).parent / "transcripts" / "fieldnotes"
FLAGS = ("--workload", "script:benchmarks/whole_season.py", "--setup", "true", "--sandbox", "local", "--json")


def test_a_conversation_recorded_on_the_example_is_replayed_to_its_patch(
    perfagent: Any, tmp_path: Path, kit: Any
) -> None:
    repository = tmp_path / "fieldnotes"
    shutil.copytree(ROOT / "examples/fieldnotes", repository, ignore=shutil.ignore_patterns("__pycache__"))
    kit.git(repository, "init", "-q")
    kit.git(repository, "add", "-A")
    kit.git(repository, "commit", "-qm", "the example")
    flags = (*FLAGS, "--strategy", "refine", "--replay", RECORDED, "--max-candidates", 1)
    result = perfagent("run", repository, *flags).json
    (patch,) = result["patches"]
    assert (patch["idea"], patch["origin"]) == ("Compute the column widths of render_table once", "model")
    assert "widths.append(max([len(other[column]) for other in texts]))" in patch["diff"]
    assert result["interval"][0] > 1.1
    # The differential test of the recorded editor ran again, in this run's sandbox.
    (evidence,) = patch["evidence"]
    assert (evidence["name"], evidence["last_line"]) == ("differ.py", "20000 tables equal")
    assert "20000 tables equal" not in patch["diff"]
    kept = Path(result["run_dir"], "patches/0001-evidence/differ.py").read_text()
    assert "rng = random.Random(1)" in kept
