"""Sources and their forms: the same rows come out of each."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from perfagent.benchmarks.gso_swe_perf.datasets.reading import read_rows
from perfagent.tools.errors import DataError, UsageError

ROWS = [{"instance_id": "a-1", "tests": ["x", "y"]}, {"instance_id": "b-2", "tests": []}]


def as_lines(path: Path) -> None:
    path.write_text("\n\n".join(json.dumps(row) for row in ROWS) + "\n", "utf-8")


def as_list(path: Path) -> None:
    path.write_text(json.dumps(ROWS))


def as_object(path: Path) -> None:
    path.write_text(json.dumps({row["instance_id"]: {"tests": row["tests"]} for row in ROWS}))


def as_parquet(path: Path) -> None:
    parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)


@pytest.mark.parametrize(
    ("name", "write", "numbers"),
    [
        ("r.jsonl", as_lines, [1, 3]),
        ("r.json", as_list, [1, 2]),
        ("r.json", as_object, [1, 2]),
        ("r.parquet", as_parquet, [1, 2]),
    ],
)
def test_every_form(tmp_path: Path, name: str, write: Callable[[Path], None], numbers: list[int]) -> None:
    path = tmp_path / name
    write(path)
    rows = read_rows(str(path), "test")
    assert [dict(row.fields) for row in rows] == ROWS
    assert [row.number for row in rows] == numbers


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("r.jsonl", '{"a": 1}\n{"a": \n', "r.jsonl, row 2 is no JSON: "),
        ("r.jsonl", "[1]\n", "row 1 is no object: each row has its fields by name"),
        ("r.json", '{"a": 1}\n{"b": 2}', "a file of one object a line is named .jsonl"),
        ("r.json", "5", "holds no rows: it should be a list, or an object keyed by instance id"),
        ("r.json", '{"a-1": {"instance_id": "b-2"}}', "row 1 stands under 'a-1': its instance_id is 'b-2'"),
        ("r.json", '{"a-1": 5}', "row 1 is no object"),
        ("r.parquet", "no parquet", "cannot be read as parquet"),
    ],
)
def test_what_is_no_set_of_rows(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(DataError) as raised:
        read_rows(str(path), "test")
    assert said in str(raised.value)


@pytest.mark.parametrize("source", ["nowhere.jsonl", "rows", "a/b/c", "./rows", "https://example.org/x"])
def test_what_is_no_source(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"give a \.jsonl, \.json or \.parquet file, or an id"):
        read_rows(source, "test")


def test_text_of_another_encoding(tmp_path: Path) -> None:
    path: Any = tmp_path / "r.jsonl"
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(DataError, match="is no UTF-8 text"):
        read_rows(str(path), "test")


@pytest.mark.parametrize(("missing", "source"), [("pyarrow", "r.parquet"), ("huggingface_hub", "own/words")])
def test_what_is_not_installed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, source: str
) -> None:
    as_parquet(tmp_path / "r.parquet")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(DataError, match=rf"without {missing}: `pip install 'perfagent\[eval\]'` brings it"):
        read_rows(source, "test")
