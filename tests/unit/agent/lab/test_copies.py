"""Copies that are mended: whatever was done to one, it equals the next tree, and what nobody touched is not copied."""

import mmap
import os
import shutil
import time
from pathlib import Path

import pytest

from perfagent.agent.lab.copies import Copies


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for name in ("a.py", "pkg/b.py", "pkg/deep/c.py", "pkg/deep/d.py", "data/e.bin"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x = 1\n")
    (root / "link").symlink_to("pkg/b.py")
    (root / "run.sh").touch(mode=0o755)
    return root


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    (tmp_path / "work").mkdir()
    return Copies(tmp_path / "work")


def described(root: Path) -> dict[str, tuple[object, ...]]:
    """Every entry: kind and mode, and a link's target, or a file's content and time."""
    found: dict[str, tuple[object, ...]] = {}
    for path in (root, *root.rglob("*")):
        status = path.lstat()
        seen: tuple[object, ...] = (status.st_mode,)
        if path.is_symlink():
            seen += (path.readlink(),)
        elif path.is_file():
            seen += (path.read_bytes(), status.st_mtime_ns)
        found[str(path.relative_to(root))] = seen
    return found


def inodes(root: Path) -> dict[str, int]:
    return {str(path.relative_to(root)): path.lstat().st_ino for path in root.rglob("*")}


def written_unseen(copy: Path) -> None:
    """Other content of the same length, with the old times."""
    old = (copy / "a.py").stat()
    (copy / "a.py").write_bytes(b"x = 2\n")
    os.utime(copy / "a.py", ns=(old.st_atime_ns, old.st_mtime_ns))


def mapped(copy: Path) -> None:
    with (copy / "a.py").open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[4:5] = b"2"


def exchanged(copy: Path) -> None:
    (copy / "pkg/deep/c.py").rename(copy / "c.py")
    (copy / "pkg/deep/d.py").rename(copy / "pkg/deep/c.py")


def closed(copy: Path) -> None:
    (copy / "pkg/deep/c.py").chmod(0o000)
    (copy / "pkg/deep").chmod(0o000)
    (copy / "pkg").chmod(0o500)


def folder_for_file(copy: Path) -> None:
    (copy / "a.py").unlink()
    (copy / "a.py/pkg").mkdir(parents=True)


def link_for_folder(copy: Path) -> None:
    shutil.move(copy / "pkg", copy / "data/pkg")
    (copy / "pkg").symlink_to("data/pkg")


def moved_away(copy: Path) -> None:
    shutil.move(copy, copy.with_name("elsewhere"))
    copy.symlink_to("elsewhere")


def linked(copy: Path) -> None:
    os.link(copy / "a.py", copy / "data/also.py")


def deep(copy: Path) -> None:
    here = os.open(copy / "data", os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def hidden_on_folder(copy: Path) -> None:
    os.setxattr(copy / "pkg", "user.perfagent", b"told to the next one")


ATTACKS = (
    written_unseen, mapped, exchanged, closed, folder_for_file, link_for_folder, moved_away, linked, deep,
    hidden_on_folder, shutil.rmtree,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_was_done_to_a_copy_is_there_the_next_time(attack, tree, copies) -> None:
    with copies.lend(tree, None) as copy:
        attack(copy)
    with copies.lend(tree, None) as copy:
        assert described(copy) == described(tree)
        assert not any(os.listxattr(path, follow_symlinks=False) for path in (copy, *copy.rglob("*")))


def test_the_next_tree_s_files_come_in_and_all_others_stay(tree, copies, tmp_path) -> None:
    other = Path(shutil.copytree(tree, tmp_path / "other", symlinks=True, copy_function=os.link))
    (other / "pkg/b.py").unlink()
    (other / "pkg/b.py").write_text("x = 3\n")
    (other / "new.py").touch()
    shutil.rmtree(other / "data")
    with copies.lend(tree, None) as copy:
        before = inodes(copy)
    with copies.lend(other, None) as copy:
        assert described(copy) == described(other)
        after = inodes(copy)
    # The number of an inode that is gone may be the next one's.
    assert {name for name in before if after.get(name) != before[name]} <= {"pkg/b.py", "data", "data/e.bin"}


def test_what_a_folder_held_besides_goes_and_its_files_stay(tree, copies) -> None:
    with copies.lend(tree, None) as copy:
        before = inodes(copy)
        (copy / "pkg/deep/left").touch()
    with copies.lend(tree, None) as copy:
        after = inodes(copy)
    assert {name for name in before if after.get(name) != before[name]} <= {"pkg/deep"} and len(after) == len(before)


def test_a_copy_is_made_anew_when_the_tree_it_came_from_is_gone(tree, copies, tmp_path) -> None:
    other = Path(shutil.copytree(tree, tmp_path / "other", symlinks=True, copy_function=os.link))
    with copies.lend(tree, None) as copy:
        finished = max(path.stat().st_ctime_ns for path in copy.rglob("*.py"))
    shutil.rmtree(tree)
    time.sleep(0.02)  # a tick of the kernel's clock
    with copies.lend(other, None) as copy:
        assert described(copy) == described(other)
        assert all(path.stat().st_ctime_ns > finished for path in copy.rglob("*.py"))


def test_two_at_a_time_have_two_copies_and_no_more_are_made(tree, copies, tmp_path) -> None:
    for _ in range(2):
        with copies.lend(tree, None) as one, copies.lend(tree, None) as two:
            assert one != two
    assert len(list((tmp_path / "work").iterdir())) == 2
    copies.drop()
    assert not list((tmp_path / "work").iterdir())
