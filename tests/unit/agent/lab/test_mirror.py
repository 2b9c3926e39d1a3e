"""What comes back from the copy that commands write into: edits, and nothing that is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from perfagent.agent.lab.mirror import Mirror
from perfagent.tools.patch import Policy

FILES = {
    "pkg/__init__.py": "",
    "pkg/words.py": "x = 1\n",
    "pkg/build/plan.py": "x = 1\n",
    "pkg/fast.pyx": "x = 1\n",
    "tests/test_words.py": "def test(): pass\n",
    "setup.py": "setup()\n",
    ".git/config": "[core]\n",
}


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    tree = tmp_path / "tree"
    for name, text in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    (tree / "pkg/link.py").symlink_to("words.py")
    return Mirror(tree, tmp_path / "copy", Policy.of(tree))


def undone(mirror: Mirror) -> list[str]:
    changes = mirror.back()
    assert not changes.kept
    return [each.partition(" ")[0] for each in changes.undone]


def test_edits_new_modules_and_deletions_come_into_the_tree(mirror: Mirror) -> None:
    (mirror.place / "pkg/words.py").write_text("x = 2\n")
    (mirror.place / "pkg/new.py").write_text("y = 1\n")
    (mirror.place / "pkg/fast.pyx").unlink()
    assert mirror.back().kept == {"pkg/words.py": b"x = 2\n", "pkg/new.py": b"y = 1\n", "pkg/fast.pyx": None}
    assert (mirror.tree / "pkg/words.py").read_text() == "x = 2\n"
    assert not (mirror.tree / "pkg/fast.pyx").exists()
    assert mirror.back().kept == {}


def test_edits_of_the_tree_come_into_the_copy(mirror: Mirror) -> None:
    (mirror.tree / "pkg/words.py").write_text("x = 3\n")
    (mirror.tree / "setup.py").unlink()
    mirror.forth()
    assert (mirror.place / "pkg/words.py").read_text() == "x = 3\n"
    assert not (mirror.place / "setup.py").exists()
    assert mirror.back().kept == {}


@pytest.mark.parametrize("name", ["tests/test_words.py", "setup.py"])
def test_protected_files_are_put_back_whatever_was_done_to_them(mirror: Mirror, name: str) -> None:
    for spoil in (lambda p: p.write_text("pass"), Path.unlink, lambda p: (p.unlink(), p.symlink_to("/etc/passwd"))):
        spoil(mirror.place / name)
        assert undone(mirror) == [name]
        assert (mirror.place / name).read_text() == FILES[name]
        assert not (mirror.place / name).is_symlink()


def test_links_and_special_files_go(mirror: Mirror) -> None:
    os.mkfifo(mirror.place / "pkg/pipe.py")
    (mirror.place / "pkg/secret.py").symlink_to("/etc/passwd")
    (mirror.place / "pkg/words.py").unlink()
    (mirror.place / "pkg/words.py").symlink_to("/etc/passwd")
    assert undone(mirror) == ["pkg/pipe.py", "pkg/secret.py", "pkg/words.py"]
    names = [sorted(path.name for path in (root / "pkg").iterdir()) for root in (mirror.place, mirror.tree)]
    assert names[0] == names[1]
    assert (mirror.place / "pkg/words.py").read_text() == "x = 1\n"


def test_a_folder_that_became_a_link_and_a_file_that_became_a_folder_are_mended(mirror: Mirror) -> None:
    (mirror.place / "tests").rename(mirror.place / "elsewhere")
    (mirror.place / "tests").symlink_to("/etc")
    (mirror.place / "setup.py").unlink()
    (mirror.place / "setup.py").mkdir()
    (mirror.place / "setup.py/deep.py").write_text("x")
    assert "tests/test_words.py" in undone(mirror)
    assert (mirror.place / "tests/test_words.py").read_text() == FILES["tests/test_words.py"]
    assert (mirror.place / "setup.py").read_text() == "setup()\n"
    assert not list(mirror.place.glob("elsewhere/*.py"))
    assert Path("/etc/passwd").exists()


def test_the_trees_own_links_stay(mirror: Mirror) -> None:
    (mirror.place / "pkg/link.py").unlink()
    assert undone(mirror) == ["pkg/link.py"]
    assert (mirror.place / "pkg/link.py").readlink() == Path("words.py")


def test_what_running_and_building_leave_is_no_edit_and_stays_in_the_copy(mirror: Mirror) -> None:
    junk = ["pkg/__pycache__/words.cpython-311.pyc", "pkg/fast.so", "build/lib/a.py", ".pytest_cache/x", "pkg/fast.c"]
    for name in junk:
        (mirror.place / name).parent.mkdir(parents=True, exist_ok=True)
        (mirror.place / name).write_text("x")
    changes = mirror.back()
    assert (changes.kept, changes.undone) == ({}, ())
    assert all((mirror.place / name).exists() for name in junk)


def test_a_source_folder_may_be_called_build(mirror: Mirror) -> None:
    (mirror.place / "pkg/build/plan.py").write_text("x = 2\n")
    assert mirror.back().kept == {"pkg/build/plan.py": b"x = 2\n"}


def test_other_new_files_go_and_are_told(mirror: Mirror) -> None:
    for name in ("notes.txt", "conftest.py", "json.py", "pkg/large.py", "pkg/binary.py"):
        (mirror.place / name).write_text("x")
    (mirror.place / "pkg/large.py").write_text("#" * 3_000_000)
    (mirror.place / "pkg/binary.py").write_bytes(b"\0\xff")
    assert undone(mirror) == ["conftest.py", "json.py", "notes.txt", "pkg/binary.py", "pkg/large.py"]


def test_git_of_the_tree_is_never_in_the_copy_nor_what_the_copy_has_in_the_tree(mirror: Mirror) -> None:
    assert not (mirror.place / ".git").exists()
    (mirror.place / ".git").mkdir()
    (mirror.place / ".git/config").write_text("[core]\nfsmonitor = touch /tmp/owned\n")
    assert mirror.back().kept == {}
    assert (mirror.tree / ".git/config").read_text() == "[core]\n"


def test_a_time_that_was_set_back_hides_nothing(mirror: Mirror) -> None:
    before = (mirror.place / "pkg/words.py").stat()
    (mirror.place / "pkg/words.py").write_text("x = 9\n")
    os.utime(mirror.place / "pkg/words.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert mirror.back().kept == {"pkg/words.py": b"x = 9\n"}
