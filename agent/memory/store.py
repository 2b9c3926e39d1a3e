"""The file of accepted edits: SQLite, written by several runs at once, readable by its owner alone.

A connection is opened for each operation, so that no run holds the file. Deleted edits are overwritten with zeros.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from perfagent.agent.memory.lineage import Lineage
from perfagent.agent.memory.records import AcceptedEdit, Scope
from perfagent.agent.memory.tokens import similarities
from perfagent.tools.errors import PerfagentError, UsageError

#: Of the tables; a file of another number is left alone.
FORMAT = 1

#: Seconds to wait for another run's write.
PATIENCE_S = 5.0

#: Edits kept; the oldest go first. Reading and comparing so many takes tenths of a second.
MOST_EDITS = 2000

#: Likeness below which two functions have nothing to say to each other: of chance pairs of functions of the standard
#: library 97 in 100 lie below it (tests/unit/agent/memory/test_tokens.py).
LEAST_LIKENESS = 0.35

_TABLE = """
CREATE TABLE IF NOT EXISTS edits (
    id TEXT PRIMARY KEY, made REAL NOT NULL, run TEXT NOT NULL, project TEXT NOT NULL, origin TEXT NOT NULL,
    roots TEXT NOT NULL, base TEXT NOT NULL, path TEXT NOT NULL, qualname TEXT NOT NULL, title TEXT NOT NULL,
    rationale TEXT NOT NULL, mechanism TEXT NOT NULL, diff TEXT NOT NULL, speedup REAL NOT NULL, low REAL, high REAL,
    metric TEXT NOT NULL, python TEXT NOT NULL, tokens TEXT NOT NULL
)
"""
_COLUMNS = (
    "id", "made", "run", "project", "origin", "roots", "base", "path", "qualname", "title", "rationale", "mechanism",
    "diff", "speedup", "low", "high", "metric", "python", "tokens",
)  # fmt: skip


class EditStore:
    """Accepted edits in one file, which is made at the first write.

    Args:
        path: the file.
        patience_s: seconds to wait for another run's write.

    Every method raises PerfagentError when the file cannot be used: broken, locked for too long, no space, no right.
    """

    def __init__(self, path: Path, patience_s: float = PATIENCE_S) -> None:
        self.path = path
        self._patience_s = patience_s

    def add(self, edit: AcceptedEdit) -> None:
        """Keep an edit; one with its id is replaced."""
        marks = ", ".join("?" for _ in _COLUMNS)
        with self._open(write=True) as database:
            database.execute(f"INSERT OR REPLACE INTO edits ({', '.join(_COLUMNS)}) VALUES ({marks})", _row(edit))
            database.execute(
                "DELETE FROM edits WHERE id NOT IN (SELECT id FROM edits ORDER BY made DESC, id LIMIT ?)", (MOST_EDITS,)
            )

    def all(self) -> list[AcceptedEdit]:
        """Every edit, newest first."""
        if not self.path.exists():
            return []
        with self._open(write=False) as database:
            rows = database.execute(f"SELECT {', '.join(_COLUMNS)} FROM edits ORDER BY made DESC, id").fetchall()
        return [_edit(row) for row in rows]

    def find(self, beginning: str) -> AcceptedEdit:
        """The edit whose id begins so.

        Raises:
            UsageError: there is none, or several.
        """
        found = [edit for edit in self.all() if beginning and edit.id.startswith(beginning)]
        if len(found) != 1:
            what = f"several edits begin with {beginning!r}" if found else f"there is no edit {beginning!r}"
            raise UsageError(what, "`perfagent memory list` shows them")
        return found[0]

    def delete(self, beginning: str) -> AcceptedEdit:
        """Forget one edit; raises like `find`."""
        edit = self.find(beginning)
        with self._open(write=True) as database:
            database.execute("DELETE FROM edits WHERE id = ?", (edit.id,))
        return edit

    def clear(self) -> None:
        """Forget everything: the file goes, whatever state it is in."""
        for ending in ("", "-journal", "-wal", "-shm"):
            try:
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
            except OSError as error:
                raise PerfagentError(f"{self.path} cannot be removed ({error.strerror})", code="PA003") from error

    def similar(self, tokens: dict[str, int], here: Lineage, scope: Scope, most: int) -> list[AcceptedEdit]:
        """The edits whose old code is most like `tokens`, best first, at most `most`; equal ones by larger gain.

        Args:
            here: the repository that asks.
            scope: whose edits may be shown.
        """
        offered = [edit for edit in self.all() if allowed(edit.lineage, here, scope)] if scope != "off" else []
        scores = similarities(tokens, [edit.tokens for edit in offered])
        found = [(score, edit) for score, edit in zip(scores, offered, strict=True) if score >= LEAST_LIKENESS]
        found.sort(key=lambda pair: (-round(pair[0], 6), -pair[1].speedup, pair[1].id))
        return [edit for _, edit in found[:most]]

    @contextmanager
    def _open(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction, which is taken back on any error."""
        try:
            self._make_private()
            with closing(sqlite3.connect(self.path, timeout=self._patience_s, isolation_level=None)) as database:
                database.execute("PRAGMA secure_delete = ON")
                database.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                self._check(database)
                yield database
                database.execute("COMMIT")
        except (sqlite3.Error, OSError, ValueError) as error:
            remedy = "`perfagent memory clear` removes it" if isinstance(error, sqlite3.DatabaseError) else ""
            raise PerfagentError(
                f"the memory of edits {self.path} cannot be used ({error})", remedy, code="PA003"
            ) from error

    def _make_private(self) -> None:
        """Make the file for its owner alone before anything is in it: it holds code."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))

    def _check(self, database: sqlite3.Connection) -> None:
        """Make the table in a new file.

        Raises:
            ValueError: the file is of another format.
        """
        (number,) = database.execute("PRAGMA user_version").fetchone()
        if number not in (0, FORMAT):
            raise ValueError(f"its format is {number}, and this perfagent knows {FORMAT}")
        if number == 0:
            database.execute(_TABLE)
            database.execute(f"PRAGMA user_version = {FORMAT}")


def allowed(theirs: Lineage, here: Lineage, scope: Scope) -> bool:
    """Whether an edit of one repository may be shown in a run on another."""
    if scope == "others":
        return not theirs.related(here)
    return scope == "all" or (scope == "repository" and theirs.same(here))


def _row(edit: AcceptedEdit) -> tuple[Any, ...]:
    low, high = edit.interval or (None, None)
    return (
        edit.id, edit.made, edit.run, edit.project, edit.lineage.origin, " ".join(edit.lineage.roots), edit.base,
        edit.path, edit.qualname, edit.title, edit.rationale, edit.mechanism, edit.diff, edit.speedup, low, high,
        edit.metric, edit.python, json.dumps(edit.tokens, sort_keys=True),
    )  # fmt: skip


def _edit(row: tuple[Any, ...]) -> AcceptedEdit:
    values = dict(zip(_COLUMNS, row, strict=True))
    lineage = Lineage(values.pop("origin"), tuple(values.pop("roots").split()))
    low, high = values.pop("low"), values.pop("high")
    interval = None if low is None or high is None else (low, high)
    return AcceptedEdit(**values | {"lineage": lineage, "interval": interval, "tokens": json.loads(values["tokens"])})
