"""Edits on a tree: inside it, and all or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.errors import EditError
from perfagent.tools.patch import AnyEdit, Deletion, Edit, FunctionEdit, apply_edits, plan_edits


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "pkg").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "pkg/a.py").write_text("a = 1\n")
    (root / "pkg/b.py").write_text("b = 1\n")
    return root


def refused(tree: Path, *edits: AnyEdit) -> EditError:
    before = {file: file.read_bytes() for file in tree.rglob("*") if file.is_file()}
    with pytest.raises(EditError) as caught:
        apply_edits(tree, edits)
    assert {file: file.read_bytes() for file in tree.rglob("*") if file.is_file()} == before
    return caught.value


def test_all_edits_are_written_and_given_back(tree: Path) -> None:
    texts = apply_edits(tree, [Edit("pkg/a.py", "a = 1\n", "a = 2\n"), Edit("pkg/new/c.py", "", "c = 3\n")])
    assert texts == {"pkg/a.py": "a = 2\n", "pkg/new/c.py": "c = 3\n"}
    assert (tree / "pkg/new/c.py").read_text() == "c = 3\n"


def test_edits_of_one_file_build_on_each_other(tree: Path) -> None:
    texts = apply_edits(tree, [Edit("pkg/a.py", "a = 1\n", "a = 2\n"), Edit("./pkg/a.py", "a = 2\n", "a = 3\n")])
    assert texts == {"pkg/a.py": "a = 3\n"}


def test_one_failure_leaves_every_file_as_it_was(tree: Path) -> None:
    error = refused(tree, Edit("pkg/a.py", "a = 1\n", "a = 2\n"), Edit("pkg/b.py", "nothing like it\n", ""))
    assert error.reason == "not_found"
    assert error.message.startswith("edit 2 of 2")


def test_every_failure_is_told_at_once(tree: Path) -> None:
    error = refused(tree, Edit("pkg/a.py", "zzz\n", ""), Edit("../x", "a\n", ""))
    assert "edit 1 of 2" in error.message
    assert "edit 2 of 2" in error.message


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x.py",
        "pkg/../../x.py",
        "pkg/../pkg/a.py",
        ".git/config",
        "sub/.GIT/x",
        "",
        ".",
        "a\0b",
    ],
)
def test_nothing_outside_the_tree_is_edited(tree: Path, path: str) -> None:
    assert refused(tree, Edit(path, "", "x\n")).reason == "outside_tree"


def test_links_do_not_lead_out_of_the_tree(tree: Path) -> None:
    (tree / "out").symlink_to(tree.parent)
    (tree / "git").symlink_to(tree / ".git")
    (tree / "loop").symlink_to(tree / "loop")
    for path in ("out/x.py", "git/hooks/pre-commit", "loop/x.py"):
        assert refused(tree, Edit(path, "", "x\n")).reason == "outside_tree"


def test_protection_holds_for_the_file_a_link_leads_to(tree: Path) -> None:
    (tree / "alias.py").symlink_to("pkg/a.py")
    with pytest.raises(EditError, match="is measured") as caught:
        plan_edits(tree, [Edit("alias.py", "a = 1\n", "")], protected={"pkg/a.py": "is measured"}.get)
    assert caught.value.reason == "protected"


def test_a_search_of_another_file_names_that_file(tree: Path) -> None:
    assert "pkg/b.py" in refused(tree, Edit("pkg/a.py", "b = 1\n", "b = 2\n")).message
    assert refused(tree, Edit("b.py", "b = 1\n", "b = 2\n")).reason == "found_in_other_file"


def test_a_missing_file_suggests_one_of_that_name(tree: Path) -> None:
    error = refused(tree, Edit("src/a.py", "zzz\n", ""))
    assert (error.reason, error.remedy) == ("no_such_file", "did you mean pkg/a.py?")


def test_binary_files_are_refused(tree: Path) -> None:
    (tree / "data.bin").write_bytes(b"\xff\xfe\x00")
    assert refused(tree, Edit("data.bin", "x\n", "")).reason == "malformed"


def test_mode_and_line_ends_stay(tree: Path) -> None:
    script = tree / "run.sh"
    script.write_bytes(b"one\r\ntwo\r\n")
    script.chmod(0o755)
    apply_edits(tree, [Edit("run.sh", "two\n", "three\n")])
    assert script.read_bytes() == b"one\r\nthree\r\n"
    assert script.stat().st_mode & 0o777 == 0o755


def test_a_file_that_cannot_be_written_undoes_the_others(tree: Path) -> None:
    with pytest.raises(OSError, match="pkg"):
        apply_edits(tree, [Edit("pkg/a.py", "a = 1\n", "a = 2\n"), Edit("pkg/b.py/c.py", "", "c\n")])
    assert (tree / "pkg/a.py").read_text() == "a = 1\n"


def test_kinds_of_edits_build_on_each_other(tree: Path) -> None:
    texts = apply_edits(
        tree,
        [
            Edit("pkg/a.py", "a = 1\n", "a = 1\n\n\ndef f():\n    return 1\n"),
            FunctionEdit("pkg/a.py", "f", "def f():\n    return 2\n"),
            Deletion("pkg/b.py", "b = 1"),
            Edit("pkg/b.py", "", "b = 2\n"),
        ],
    )
    assert texts == {"pkg/a.py": "a = 1\n\n\ndef f():\n    return 2\n", "pkg/b.py": "b = 2\n"}


def test_only_the_file_that_was_quoted_is_deleted(tree: Path) -> None:
    assert refused(tree, Deletion("pkg/a.py", "b = 1\n")).reason == "not_found"
    assert refused(tree, Deletion("pkg/c.py", None)).reason == "no_such_file"
    assert apply_edits(tree, [Deletion("pkg/a.py", None)]) == {"pkg/a.py": None}
    assert not (tree / "pkg/a.py").exists()


def test_a_deletion_is_undone_when_another_file_cannot_be_written(tree: Path) -> None:
    with pytest.raises(OSError, match="pkg"):
        apply_edits(tree, [Deletion("pkg/a.py", None), Edit("pkg/b.py/c.py", "", "c\n")])
    assert (tree / "pkg/a.py").read_text() == "a = 1\n"
