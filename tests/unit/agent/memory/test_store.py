"""The file of edits: what is kept comes back, whoever else writes, and a broken file is said to be one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from perfagent.agent.memory import AcceptedEdit, EditStore, Lineage, tokens_of
from perfagent.agent.memory.store import MOST_EDITS
from perfagent.tools.errors import PerfagentError, UsageError

HERE = Lineage("h/words", ("a",))
SOURCE = "def unique(words):\n    out = []\n    for w in words:\n        if w not in out:\n            out.append(w)\n"
Make = Callable[..., AcceptedEdit]


@pytest.fixture
def store(tmp_path: Path) -> EditStore:
    return EditStore(tmp_path / "home" / "memory.sqlite")


def test_an_edit_comes_back_as_it_was(store: EditStore, make_edit: Make) -> None:
    edit = make_edit(interval=None, diff="é\n")
    store.add(edit)
    assert store.all() == [edit]


def test_reading_makes_no_file(store: EditStore) -> None:
    assert store.all() == []
    assert not store.path.exists()


def test_only_the_owner_can_read_it(store: EditStore, make_edit: Make) -> None:
    store.add(make_edit())
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_the_same_edit_is_kept_once_and_the_newest_first(store: EditStore, make_edit: Make) -> None:
    for made, title in ((1.0, "old"), (3.0, "new")):
        store.add(make_edit(id="a", made=made, title=title))
    store.add(make_edit(id="b", made=2.0))
    assert [(edit.id, edit.title) for edit in store.all()] == [("a", "new"), ("b", "Use a dict")]


def test_the_oldest_go_when_there_are_too_many(store: EditStore, make_edit: Make) -> None:
    store.add(make_edit(id="x", made=0.0))
    with sqlite3.connect(store.path) as database:
        for number in range(MOST_EDITS):
            database.execute(
                "INSERT INTO edits SELECT ?, ?, run, project, origin, roots, base, path, qualname, title, rationale, "
                "mechanism, diff, speedup, low, high, metric, python, tokens FROM edits WHERE id = 'x'",
                (f"{number:05}", number + 1.0),
            )
    database.close()
    store.add(make_edit(id="y", made=1e6))
    kept = {edit.id for edit in store.all()}
    assert len(kept) == MOST_EDITS
    assert "y" in kept
    assert not kept & {"x", "00000"}


def test_an_edit_is_found_by_the_beginning_of_its_id(store: EditStore, make_edit: Make) -> None:
    for name in ("abc", "abd"):
        store.add(make_edit(id=name))
    assert store.find("abc").id == "abc"
    with pytest.raises(UsageError, match="several edits begin with 'ab'"):
        store.find("ab")
    with pytest.raises(UsageError, match="there is no edit ''"):
        store.find("")


def test_what_is_deleted_is_gone_from_the_file_too(store: EditStore, make_edit: Make) -> None:
    store.add(make_edit(diff="the secret sauce"))
    assert b"secret sauce" in store.path.read_bytes()
    store.delete("0")
    assert store.all() == []
    assert b"secret sauce" not in store.path.read_bytes()


@pytest.mark.parametrize(
    "content", [b"this is no database at all, but a text of some length" * 20, b"SQLite format 3\0"]
)
def test_a_broken_file_is_an_error_with_a_remedy_that_works(store: EditStore, make_edit: Make, content: bytes) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(content)
    with pytest.raises(PerfagentError, match="perfagent memory clear"):
        store.all()
    store.clear()
    store.add(make_edit())
    assert len(store.all()) == 1


def test_a_file_of_a_later_format_is_left_alone(store: EditStore, make_edit: Make) -> None:
    store.add(make_edit())
    with sqlite3.connect(store.path) as database:
        database.execute("PRAGMA user_version = 9")
    database.close()
    with pytest.raises(PerfagentError, match="format is 9"):
        store.add(make_edit())


def test_a_folder_in_its_place_is_an_error(store: EditStore) -> None:
    store.path.mkdir(parents=True)
    with pytest.raises(PerfagentError, match="cannot be used"):
        store.all()


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from perfagent.agent.memory import EditStore
store = EditStore(Path(sys.argv[1]))
(edit,) = [edit for edit in store.all() if edit.id == "first"]
for number in range(20):
    store.add(replace(edit, id=f"{sys.argv[2]}-{number}"))
"""


def test_several_processes_write_at_once(store: EditStore, make_edit: Make) -> None:
    store.add(make_edit(id="first"))
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, store.path, str(n)]) for n in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert len(store.all()) == 61


def test_a_lock_that_is_never_let_go_is_an_error(store: EditStore, make_edit: Make) -> None:
    store.add(make_edit())
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(PerfagentError, match="locked"):
            EditStore(store.path, patience_s=0.05).add(make_edit(id="second"))
        other.execute("ROLLBACK")
    assert len(store.all()) == 1


def test_the_most_alike_come_first_and_strangers_not_at_all(store: EditStore, make_edit: Make) -> None:
    like = SOURCE.replace("words", "items").replace("out", "seen")
    stranger = "class A:\n    def read(self, path):\n        with open(path) as f:\n            return f.read()\n"
    near = like + "    return sorted(seen)\n"
    for name, source in (("near", near), ("stranger", stranger), ("same", like)):
        store.add(make_edit(id=name, tokens=dict(tokens_of(source))))
    assert [edit.id for edit in store.similar(dict(tokens_of(like)), HERE, "repository", 3)] == ["same", "near"]
    assert store.similar(dict(tokens_of(like)), Lineage("h/else"), "repository", 3) == []
