"""Files that a command leaves for its caller."""

from __future__ import annotations


def test_a_regular_file_is_returned_and_deleted(box):
    path = box.sandbox.inside(box.tree / "out")
    ended = box.py(f"open({path!r}, 'wb').write(bytes(range(256)))", collect=(path,))

    assert ended.files == {path: bytes(range(256))}
    assert not (box.tree / "out").exists()


def test_a_missing_file_is_simply_absent(box):
    ended = box.run("true", collect=("/no/such/file",))

    assert ended.ok and ended.files == {} and ended.notes == ()


def test_a_link_is_not_followed(box):
    path = box.sandbox.inside(box.tree / "out")
    ended = box.sh("echo secret > target; ln -s target out", collect=(path,))

    assert ended.files == {} and "not collected" in ended.notes[0]
    assert (box.tree / "target").read_text() == "secret\n" and not (box.tree / "out").is_symlink()


def test_a_pipe_a_folder_and_a_giant_are_refused_without_hanging(box):
    paths = tuple(box.sandbox.inside(box.tree / name) for name in ("pipe", "folder", "giant"))
    ended = box.sh("mkfifo pipe; mkdir folder; truncate -s 65M giant", collect=paths)

    assert ended.files == {} and len(ended.notes) == 3


def test_a_large_file_arrives_whole(box):
    path = box.sandbox.inside(box.tree / "large")
    ended = box.sh("head -c 20000000 /dev/zero > large", collect=(path,))

    assert ended.files[path] == bytes(20_000_000)
