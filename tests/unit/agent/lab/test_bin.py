"""Trees are out of the way at once and removed later, never while something is timed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from perfagent.agent.lab.bin import Bin
from perfagent.agent.lab.turns import Turns


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    made = tmp_path / "work" / "tree"
    (made / "pkg").mkdir(parents=True)
    (made / "pkg" / "a.py").write_text("x = 1\n")
    return made


def test_a_tree_is_gone_by_its_name_at_once_and_by_its_files_when_the_bin_is_empty(tree: Path) -> None:
    bin_ = Bin(Turns())
    bin_.drop(tree)
    assert not tree.exists()
    bin_.empty()
    assert list(tree.parent.iterdir()) == []


def test_nothing_is_removed_while_something_is_timed(tree: Path) -> None:
    turns = Turns()
    bin_ = Bin(turns)
    with turns.alone():
        bin_.drop(tree)
        emptied = threading.Thread(target=bin_.empty)
        emptied.start()
        emptied.join(0.3)
        assert emptied.is_alive()
        assert len(list(tree.parent.iterdir())) == 1
    emptied.join(10)
    assert list(tree.parent.iterdir()) == []


def test_a_run_that_is_interrupted_leaves_nothing(tree: Path) -> None:
    turns = Turns()
    turns.interrupted.set()
    bin_ = Bin(turns)
    bin_.drop(tree)
    bin_.empty()
    assert list(tree.parent.iterdir()) == []


def test_a_tree_that_is_not_there_is_none(tmp_path: Path) -> None:
    bin_ = Bin(Turns())
    bin_.drop(tmp_path / "never")
    bin_.empty()
    assert list(tmp_path.iterdir()) == []
