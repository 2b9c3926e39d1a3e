"""Kinds of fields that the published rows have, and what turns their odd forms into plain ones."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, StringConstraints

#: A commit or an expression such as `<hash>^`; never something git would take for an option.
Revision = Annotated[str, StringConstraints(pattern=r"^([0-9A-Za-z][\w./^~-]*)?$")]

#: How `print` shows a defaultdict; SWE-Perf's realistic problem statements hold one.
_DEFAULTDICT = re.compile(r"^defaultdict\(<class '\w+'>, (.*)\)$", re.DOTALL)


def parsed_text(value: object) -> object:
    """A value that a data set keeps as text: JSON, or the repr of a Python dict or defaultdict.

    Raises:
        ValueError: it is neither.
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        pass
    inner = _DEFAULTDICT.match(text)
    try:
        return ast.literal_eval(inner[1] if inner else text)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError("text should be JSON or the repr of a Python dict or list") from error


def _list(value: object) -> object:
    """A list, or the text of one; one command written as a text of several lines is not split."""
    if isinstance(value, str):
        return parsed_text(value) if value.lstrip().startswith("[") else [value] if value else []
    return value


def _date(value: object) -> object:
    """Parquet keeps dates as timestamps, SWE-Perf's JSON copies as epoch milliseconds."""
    return str(value) if value is not None else ""


def _functions(value: object) -> object:
    found = parsed_text(value)
    return {} if found is None else found


def _durations(value: object) -> object:
    found = parsed_text(value)
    return [] if found is None else found


Texts = Annotated[tuple[str, ...], BeforeValidator(_list)]
Date = Annotated[str, BeforeValidator(_date)]

#: File of the repository -> names of functions in it.
Functions = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_functions)]

#: One dict a run: test id -> {"base": seconds, "head": seconds}.
Durations = Annotated[tuple[dict[str, dict[str, float]], ...], BeforeValidator(_durations)]


class OwnColumns(BaseModel):
    """Optional columns, of no published data set: what a row's environment is made of.

    A row that says that is run in an environment of that kind instead of in a published image.

    Attributes:
        python: version, such as "3.9".
        pip: requirements, with the versions they pin.
        pythonpath: folder of the repository that belongs on PYTHONPATH when nothing installs the project.
    """

    python: str = ""
    pip: Texts = ()
    pythonpath: str = ""

    @property
    def brings_environment(self) -> bool:
        """Whether the row says what it runs in."""
        return bool(self.python or self.pip or self.pythonpath)


def without_nulls(row: object) -> object:
    """A row without its empty cells, so that a field's default stands, or the field is said to be missing."""
    return {name: value for name, value in row.items() if value is not None} if isinstance(row, Mapping) else row


def renamed(row: object, **names: str) -> Any:
    """A row in which the columns `names` (field=column) have the fields' names; a field that is there stays."""
    if not isinstance(row, Mapping):
        return row
    return {**{new: row[old] for new, old in names.items() if old in row}, **row}
