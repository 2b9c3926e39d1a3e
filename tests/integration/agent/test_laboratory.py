"""Trees made by several threads at once, and built as they should be."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.lab.preparing import Preparation
from perfagent.tools.errors import BuildError, UsageError
from perfagent.tools.patch import diff_trees

BUILD = "cp pkg/words.py made.txt; echo built >> builds.txt; ! grep -q 'no such' pkg/words.py"


def edited(run: Any, text: str) -> str:
    """The diff of a change of the words."""
    words = run.tree / "pkg/words.py"
    words.write_text(words.read_text() + text)
    return diff_trees(run.parent, run.tree)


def test_a_tree_is_made_once_by_however_many_threads(make_run: Callable[..., Any]) -> None:
    run = make_run("local", build=BUILD)
    diff, head, lab = edited(run, "# one\n"), run.services.target.head, run.services.lab

    def make(_: int) -> tuple[Path, str]:
        tree = lab.edited(head, diff)
        return tree, (tree / "builds.txt").read_text()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(8)))) == 1


def test_benches_may_be_opened_at_once_on_a_tree_without_bytecode(make_run: Callable[..., Any]) -> None:
    run = make_run("local")
    lab = run.services.lab

    def look(_: int) -> list[str]:
        with lab.open({"baseline": run.parent}) as bench:
            return sorted(bench.values("baseline", 1)[0])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(look, range(4))) == [["perf"]] * 4
    assert len(list((run.parent / "pkg/__pycache__").glob("words.*.pyc"))) == 1


def test_copies_of_one_name_are_each_one_s_own(make_run: Callable[..., Any]) -> None:
    run = make_run("local")
    places = {run.services.lab.writable_copy(run.parent, "edit") for _ in range(3)}
    assert len(places) == 3 and all((place / "pkg/words.py").exists() for place in places)


def test_what_an_editor_measures_is_built_from_its_change(make_run: Callable[..., Any]) -> None:
    run = make_run("local", build=BUILD)
    tree = run.services.lab.variant(run.parent, edited(run, "# two\n"))
    assert (tree / "made.txt").read_text().endswith("# two\n")
    with pytest.raises(BuildError):
        run.services.lab.variant(run.parent, edited(run, "# no such\n"))
    run.services.bin.empty()
    left = {path.name for path in (run.services.folder.path / "work").iterdir()}
    assert left == {run.tree.name, tree.name}


def test_the_core_that_is_set_is_measured_on(make_run: Callable[..., Any]) -> None:
    run = make_run("local", core=min(os.sched_getaffinity(0)))
    with run.services.lab.open({"baseline": run.parent}) as bench:
        assert bench.core == min(os.sched_getaffinity(0))


def test_a_core_that_cannot_be_had_is_refused(make_run: Callable[..., Any]) -> None:
    services = make_run("local", core=4095).services
    with pytest.raises(UsageError, match="PERFAGENT_CORE is 4095, which this process may not use"):
        Preparation(services, services.target.head).prepare()
