"""Prediction files, in the forms in which agents and harnesses leave them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import read_predictions, write_predictions
from perfagent.benchmarks.gso_swe_perf.records import Prediction
from perfagent.tools.errors import DataError, UsageError

PATCH = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"


def prediction(name: str = "a-1", patch: str | None = PATCH) -> dict[str, Any]:
    return {"instance_id": name, "model_patch": patch, "model_name_or_path": "m"}


@pytest.mark.parametrize("form", ["lines", "list", "object"])
def test_every_form(tmp_path: Path, form: str) -> None:
    rows = [prediction() | {"cost": 0.5}, prediction("b-2", None)]
    texts = {
        "lines": "\n".join(map(json.dumps, rows)),
        "list": json.dumps(rows),
        "object": json.dumps({row["instance_id"]: row for row in rows}),
    }
    path = tmp_path / ("p.jsonl" if form == "lines" else "p.json")
    path.write_text(texts[form])
    found = read_predictions(path, known={"a-1", "b-2"})
    assert [found[name].model_patch for name in ("a-1", "b-2")] == [PATCH, ""]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([prediction(), prediction("b-2"), prediction()], "row 3 repeats a-1 of row 1"),
        ([{"instance_id": "a-1", "model_name_or_path": "m"}], "row 1 (a-1): the field model_patch is missing"),
        ([prediction() | {"model_patch": 5}], "row 1 (a-1): the field model_patch: should be a valid string, not 5"),
        (
            [prediction(n) for n in ("u", "v", "w", "x")],
            "is about u, v, w and 1 more, which the data set",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, rows: list[dict[str, Any]], said: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(DataError) as raised:
        read_predictions(path, known={"a-1", "b-2"})
    assert said in str(raised.value)


def test_no_file_of_predictions(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file of predictions"):
        read_predictions(tmp_path / "p.jsonl")


def test_reading_changes_no_patch(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(prediction(patch=f"talk\n{PATCH}")))
    assert read_predictions(path)["a-1"].model_patch == f"talk\n{PATCH}"


def test_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "p.jsonl"
    write_predictions(path, [Prediction(**prediction(patch=f"talk\n{PATCH}")), Prediction(**prediction("b-2", ""))])
    assert {name: one.model_patch for name, one in read_predictions(path).items()} == {"a-1": PATCH, "b-2": ""}
    assert set(json.loads(path.read_text().splitlines()[0])) == {"instance_id", "model_patch", "model_name_or_path"}


def test_two_for_one_instance_are_not_written(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    with pytest.raises(DataError, match="two predictions for a-1"):
        write_predictions(path, [Prediction(**prediction()), Prediction(**prediction())])
    assert not path.exists()
