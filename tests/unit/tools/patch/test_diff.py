"""Making, reading and applying diffs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfagent.tools.errors import EditError
from perfagent.tools.patch import apply_patch, check_path, diff_trees, read_patch

ONE = "diff --git a/m.py b/m.py\n--- a/m.py\n+++ b/m.py\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"


def tree(root: Path, **files: bytes) -> Path:
    """A folder with files; `__` in a name stands for a slash and `_py` for the suffix."""
    for name, data in files.items():
        path = root / name.replace("__", "/").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def refused(text: str) -> str:
    """The reason for which a text is not read as a patch."""
    with pytest.raises(EditError) as caught:
        read_patch(text)
    return caught.value.reason


def test_equal_trees_give_nothing(tmp_path: Path) -> None:
    assert diff_trees(tree(tmp_path / "a", m_py=b"x"), tree(tmp_path / "b", m_py=b"x")) == ""


def test_a_diff_carries_every_kind_of_change_back(tmp_path: Path) -> None:
    one = tree(tmp_path / "a", m_py=b"1\r\n2\r\n", p__gone_py=b"", p__x_py=b"\xff\x0c\n", same=b"")
    two = tree(
        tmp_path / "b",
        m_py=b"1\r\n3",
        **{"p__né w_py": b"-- a\n++ b\n"},
        p__x_py=b"\xfe\xe2\x80\xa8\n",
        same=b"",
    )
    diff = diff_trees(one, two)
    assert [(f.path, f.kind) for f in read_patch(diff).files] == [
        ("m.py", "modified"),
        ("p/gone.py", "removed"),
        ("p/né w.py", "added"),
        ("p/x.py", "modified"),
    ]
    assert apply_patch(one, diff) == "strict"
    assert diff_trees(one, two) == ""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=st.binary(max_size=60), head=st.binary(max_size=60))
def test_any_text_survives_the_round_trip(tmp_path_factory: pytest.TempPathFactory, base: bytes, head: bytes) -> None:
    base, head = base.replace(b"\0", b"\n"), head.replace(b"\0", b"\r\n")
    root = tmp_path_factory.mktemp("trip")
    one, two = tree(root / "a", m_py=base), tree(root / "b", m_py=head)
    diff = diff_trees(one, two)
    if base != head:
        apply_patch(one, diff)
    assert (one / "m.py").read_bytes() == head


def test_leftovers_and_git_folders_are_no_part_of_a_tree(tmp_path: Path) -> None:
    one = tree(tmp_path / "a", m_py=b"")
    two = tree(tmp_path / "b", m_py=b"")
    for name in ("__pycache__/m.pyc", ".git/config", "p/.pytest_cache/x", "q/m.pyc"):
        (two / name).parent.mkdir(parents=True, exist_ok=True)
        (two / name).write_text("")
    assert diff_trees(one, two) == ""


def test_a_tree_inside_a_repository_is_patched_all_the_same(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n")
    one = tree(tmp_path / "deep/a", m_py=b"a\nb\nc\n")
    assert apply_patch(one, ONE) == "strict"
    assert (one / "m.py").read_bytes() == b"a\nB\nc\n"


def test_a_summary_counts(tmp_path: Path) -> None:
    summary = read_patch(ONE)
    assert (summary.paths, summary.added, summary.removed, summary.hunks) == (("m.py",), 1, 1, 1)


@pytest.mark.parametrize("text", ["", "hello\n", "--- a/m.py\n", ONE.replace("@@ -1,3 +1,3 @@", "@@ ... @@")])
def test_what_is_no_diff_is_refused(text: str) -> None:
    assert refused(text) == "malformed"


def test_unsafe_modes_are_refused() -> None:
    header = "diff --git a/m b/m\nnew file mode {}\n--- /dev/null\n+++ b/m\n@@ -0,0 +1 @@\n+x\n"
    assert read_patch(header.format("100644")).files[0].kind == "added"
    assert {refused(header.format(mode)) for mode in ("120000", "160000", "100755")} == {"malformed"}
    assert refused("diff --git a/m.py b/m.py\nold mode 100644\nnew mode 100755\n") == "malformed"
    assert refused("diff --git a/m b/m\nBinary files a/m and b/m differ\n") == "malformed"


@pytest.mark.parametrize("name", ["../m.py", "/etc/m.py", "p/../../m.py", ".git/config", "p/.GIT/hooks/x"])
def test_paths_outside_are_refused(name: str) -> None:
    assert refused(ONE.replace("a/m.py", f"a/{name}").replace("b/m.py", f"b/{name}")) == "outside_tree"
    with pytest.raises(EditError):
        check_path(name)


def test_headers_that_contradict_each_other_are_refused() -> None:
    assert refused(
        ONE.replace("diff --git a/m.py b/m.py", "diff --git a/m.py b/m.py\nrename from m.py\nrename to t.py")
    )


def test_quoted_paths_are_read() -> None:
    name = '"{}/f\\303\\251 \\"x\\".py"'
    text = ONE.replace("a/m.py", name.format("a")).replace("b/m.py", name.format("b"))
    assert read_patch(text).paths == ('fé "x".py',)


@pytest.mark.parametrize(("old", "new"), [("", ""), ("i/", "w/")])
def test_diffs_without_or_with_other_prefixes_apply(tmp_path: Path, old: str, new: str) -> None:
    text = f"--- {old}p/m.py\n+++ {new}p/m.py\n" + ONE.split("\n", 3)[3]
    assert apply_patch(tree(tmp_path, p__m_py=b"a\nb\nc\n"), text) == "strict"


def test_wrong_counts_are_recounted(tmp_path: Path) -> None:
    text = ONE.replace("-1,3 +1,3", "-1,9 +1,2")
    assert apply_patch(tree(tmp_path, m_py=b"a\nb\nc\n"), text) == "recount"
    assert (tmp_path / "m.py").read_bytes() == b"a\nB\nc\n"


STALE = "--- a/m.py\n+++ b/m.py\n@@ -1,5 +1,5 @@\n other\n a\n-b\n+B\n c\n other\n"


def test_stale_context_is_forgiven_where_the_place_is_unique(tmp_path: Path) -> None:
    assert apply_patch(tree(tmp_path, m_py=b"x\na\nb\nc\ny\n"), STALE) == "context"
    assert (tmp_path / "m.py").read_bytes() == b"x\na\nB\nc\ny\n"


def test_stale_context_with_two_places_is_refused(tmp_path: Path) -> None:
    data = b"x\na\nb\nc\ny\na\nb\nc\nz\n"
    with pytest.raises(EditError, match=r"m\.py") as caught:
        apply_patch(tree(tmp_path, m_py=data), STALE)
    assert caught.value.reason == "does_not_apply"
    assert (tmp_path / "m.py").read_bytes() == data


def test_one_bad_file_keeps_the_others_unchanged(tmp_path: Path) -> None:
    root = tree(tmp_path, m_py=b"a\nb\nc\n", n_py=b"z\n")
    with pytest.raises(EditError):
        apply_patch(root, ONE + ONE.replace("m.py", "n.py"))
    assert (root / "m.py").read_bytes() == b"a\nb\nc\n"


def test_a_patch_through_a_link_is_refused(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside", m_py=b"a\nb\nc\n")
    root = tree(tmp_path / "tree", n_py=b"")
    (root / "p").symlink_to(outside)
    with pytest.raises(EditError):
        apply_patch(root, ONE.replace("m.py", "p/m.py"))
    assert (outside / "m.py").read_bytes() == b"a\nb\nc\n"
