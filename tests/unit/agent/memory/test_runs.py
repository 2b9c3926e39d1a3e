"""A run's patches are kept and come back in later runs on the same repository; trouble costs one warning."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.agent.memory import EditStore, memory_path, recalled, remember
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings
from perfagent.agent.state import Patch, Verdict
from perfagent.tools.patch import diff_trees

SLOW = (
    "def distinct(items):\n    seen = []\n    for i in items:\n        if i not in seen:\n            seen.append(i)\n"
)
Open = Callable[..., Services]


def accepted(services: Services, tmp_path: Path) -> tuple[Patch, Verdict]:
    """A patch of `unique` and its verdict."""
    head = services.target.head
    edited = services.target.checkout("HEAD", tmp_path / f"edited-{services.folder.id}")
    words = edited / "pkg/words.py"
    new = "def unique(words):\n    return list(dict.fromkeys(words))\n\n\ndef count"
    words.write_text(new + words.read_text().partition("def count")[2])
    diff = services.folder.put(diff_trees(services.lab.tree(head), edited))
    patch = Patch(
        id="001", idea="Use a dict", title="Use a dict", rationale="a list was searched", origin="model",
        commit="d" * 40, parent=head, diff=diff, verdict="", hunks=1,
    )  # fmt: skip
    return patch, Verdict(candidate="c", verdict="faster", speedup=2.5, interval=(2.4, 2.6), metric="cpu")


def kept(services: Services, tmp_path: Path) -> None:
    patch, verdict = accepted(services, tmp_path)
    remember(services, [patch], [verdict], {"Use a dict": "data_structure"})


def test_what_a_run_accepts_comes_back_in_the_next(open_services: Open, tmp_path: Path) -> None:
    kept(open_services("first"), tmp_path)
    (edit,) = recalled(open_services("second"), SLOW, 3)
    assert (edit.path, edit.qualname, edit.mechanism) == ("pkg/words.py", "unique", "data_structure")
    assert (edit.speedup, edit.interval, edit.python, edit.project) == (2.5, (2.4, 2.6), "3.11.7", "words")
    assert "+    return list(dict.fromkeys(words))" in edit.diff


def test_remembering_again_keeps_it_once(open_services: Open, tmp_path: Path) -> None:
    for name in ("first", "second"):
        kept(open_services(name), tmp_path)
    assert len(EditStore(memory_path()).all()) == 1


def test_other_code_is_not_like_it(open_services: Open, tmp_path: Path) -> None:
    kept(open_services("first"), tmp_path)
    assert (
        recalled(open_services("second"), "def read(path):\n    with open(path) as f:\n        return f.read()\n", 3)
        == []
    )


@pytest.mark.parametrize(("scope", "count"), [("repository", 0), ("all", 1), ("others", 0), ("off", 0)])
def test_another_repository_sees_it_only_when_told_to(
    open_services: Open, words_repository: Path, tmp_path: Path, scope: str, count: int
) -> None:
    kept(open_services("first"), tmp_path)
    # The same history under a remote: a fork, from whose runs nothing may come, and to whose prompts nothing may go.
    subprocess.run(["git", "-C", words_repository, "remote", "add", "origin", "https://h/fork"], check=True)
    services = open_services("second", settings=Settings.model_validate({"memory": scope}))
    assert len(recalled(services, SLOW, 3)) == count


def test_off_keeps_nothing(open_services: Open, tmp_path: Path) -> None:
    kept(open_services("first", settings=Settings(memory="off")), tmp_path)
    assert not memory_path().exists()


def test_a_patch_without_a_figure_is_left_out(open_services: Open, tmp_path: Path) -> None:
    services = open_services()
    patch, verdict = accepted(services, tmp_path)
    remember(services, [patch], [verdict.model_copy(update={"speedup": None})])
    assert EditStore(memory_path()).all() == []


def test_a_broken_file_costs_one_warning(open_services: Open, tmp_path: Path) -> None:
    memory_path().parent.mkdir(parents=True)
    memory_path().write_bytes(b"no database " * 200)
    services = open_services()
    assert recalled(services, SLOW, 3) == []
    kept(services, tmp_path)
    told = services.progress.stream.getvalue()  # type: ignore[attr-defined]
    assert told.count("going on without the memory of edits") == 1
    assert "`perfagent memory clear` removes it" in told


def test_a_disk_without_space_costs_one_warning(open_services: Open, tmp_path: Path) -> None:
    services = open_services()
    memory_path().parent.mkdir(parents=True)
    memory_path().symlink_to("/dev/full")
    kept(services, tmp_path)
    assert "going on without the memory of edits" in services.progress.stream.getvalue()  # type: ignore[attr-defined]
