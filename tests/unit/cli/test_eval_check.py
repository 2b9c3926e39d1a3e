"""`perfagent eval BENCHMARK check PREDICTIONS`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perfagent.cli.main import application
from perfagent.tools.errors import DataError

NEW = "diff --git a/{0} b/{0}\nnew file mode 100644\n--- /dev/null\n+++ b/{0}\n@@ -0,0 +1 @@\n+x\n"
PATCHES = {"a-1": NEW.format("w/fast.py"), "b-2": "", "c-3": NEW.format("try.py") + NEW.format("tests/test_w.py")}


def call(capsys: pytest.CaptureFixture[str], folder: Path, *flags: str, patches: dict[str, str] = PATCHES) -> str:
    row: dict[str, Any] = {"repo": "own/words", "base_commit": "0" * 40, "workload": "print(1)"}
    rows = [row | {"instance_id": name} for name in ("a-1", "b-2", "c-3", "d-4")]
    made = [{"instance_id": n, "model_patch": p, "model_name_or_path": "m"} for n, p in patches.items()]
    for name, documents in (("rows.jsonl", rows), ("made.jsonl", made)):
        (folder / name).write_text("\n".join(map(json.dumps, documents)))
    files = [str(folder / "made.jsonl"), "--dataset", str(folder / "rows.jsonl")]
    words = ["eval", "swefficiency", "check", *files, *flags]
    application(words)(words, prog_name="perfagent", standalone_mode=False)
    return capsys.readouterr().out


def test_files_that_no_speedup_needs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call(capsys, tmp_path).splitlines() == [
        "c-3  scratch: try.py",
        "c-3  tests: tests/test_w.py",
        "3 predictions for 4 instances: 1 empty, 1 with files that no speedup needs",
    ]


def test_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    facts = json.loads(call(capsys, tmp_path, "--json"))
    assert (facts["predictions"], facts["empty"], facts["missing"]) == (3, ["b-2"], ["d-4"])
    assert facts["unneeded"] == {"c-3": {"scratch": ["try.py"], "tests": ["tests/test_w.py"]}}


def test_predictions_of_another_set(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is about e-5, which the data set does not have: give the --dataset"):
        call(capsys, tmp_path, patches={"e-5": ""})
