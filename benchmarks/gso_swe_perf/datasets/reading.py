"""Rows of a data set from a file or from the Hugging Face hub, as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from perfagent.tools.errors import DataError, UsageError

Fields = Mapping[str, Any]

_HUB_ID = re.compile(r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")
_SUFFIXES = (".jsonl", ".json", ".parquet")
FORMS = "give a .jsonl, .json or .parquet file, or an id of the Hugging Face hub such as gso-bench/gso"
EXTRA = "`pip install 'perfagent[eval]'` brings it; .jsonl and .json files need nothing"


class Row(NamedTuple):
    """One row and its number in the source, from 1 (the line, of a file of lines)."""

    number: int
    fields: Fields


def read_rows(source: str, split: str) -> list[Row]:
    """All rows of a source.

    Args:
        source: a file, or an id of the Hugging Face hub.
        split: which part of a hub's data set; a file is one part.

    Raises:
        UsageError: the source is neither.
        DataError: it cannot be read, or holds something that is no row.
    """
    path = Path(source).expanduser()
    if path.is_file():
        return list(read_file(path))
    if path.suffix in _SUFFIXES or path.is_dir():
        raise UsageError(f"there is no file {source}", FORMS, code="PA104")
    if not _HUB_ID.match(source):
        raise UsageError(f"{source!r} names no data set", FORMS, code="PA901")
    from perfagent.benchmarks.gso_swe_perf.datasets.hub import hub_rows

    return [_row(source, number, fields) for number, fields in enumerate(hub_rows(source, split), 1)]


def read_file(path: Path) -> Iterator[Row]:
    """The rows of a file, by its suffix.

    Raises:
        UsageError: the suffix is none that is known.
        DataError: the file cannot be read, or holds something that is no row.
    """
    rows: Iterator[tuple[int, Any]]
    if path.suffix == ".parquet":
        rows = enumerate(_parquet(path), 1)
    elif path.suffix == ".jsonl":
        rows = _lines(path)
    elif path.suffix == ".json":
        rows = enumerate(_documents(path), 1)
    else:
        raise UsageError(f"{path} has no known suffix", FORMS, code="PA901")
    return (_row(str(path), number, fields) for number, fields in rows)


def _parquet(path: Path) -> list[Any]:
    """The rows of a parquet file; needs pyarrow.

    Raises:
        DataError: pyarrow is missing, or the file is no parquet.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ModuleNotFoundError as error:
        raise DataError(f"{path} cannot be read without pyarrow", EXTRA, code="PA109") from error
    try:
        rows: list[Any] = parquet.ParquetFile(path).read().to_pylist()
    except (ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as parquet", str(error)) from error
    return rows


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except ValueError as error:
            raise DataError(f"{path}, row {number} is no JSON", f"{error}; each line is one object") from error


def _documents(path: Path) -> list[Any]:
    """A list of rows, or an object of them keyed by instance id."""
    try:
        document = json.loads(_text(path))
    except ValueError as error:
        raise DataError(f"{path} is no JSON", f"{error}; a file of one object a line is named .jsonl") from error
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        raise DataError(f"{path} holds no rows", "it should be a list, or an object keyed by instance id")
    return [_keyed(path, number, key, value) for number, (key, value) in enumerate(document.items(), 1)]


def _keyed(path: Path, number: int, key: str, value: object) -> object:
    """A row that may leave its id to the key it stands under."""
    if not isinstance(value, dict):
        return value
    if value.setdefault("instance_id", key) != key:
        raise DataError(f"{path}, row {number} stands under {key!r}", f"its instance_id is {value['instance_id']!r}")
    return value


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no UTF-8 text", str(error)) from error


def _row(source: str, number: int, fields: object) -> Row:
    if not isinstance(fields, Mapping):
        raise DataError(f"{source}, row {number} is no object", "each row has its fields by name")
    return Row(number, fields)
