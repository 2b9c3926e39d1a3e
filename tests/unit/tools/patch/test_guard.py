"""The guard: what it drops, what it lets through, and when nothing is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.errors import EditError
from perfagent.tools.patch import (
    Policy,
    apply_patch,
    changes_nothing,
    diff_trees,
    guard,
    is_no_op,
    read_patch,
)

Trees = tuple[Path, Path]


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    """The same small project twice: the baseline and a tree to edit."""
    for side in ("base", "head"):
        for name in ("pkg/__init__.py", "pkg/core.py", "tests/test_core.py", "README.md"):
            path = tmp_path / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x = 1\n")
    return tmp_path / "base", tmp_path / "head"


def test_protected_changes_are_dropped_and_the_rest_applies(trees: Trees) -> None:
    base, head = trees
    (head / "pkg/core.py").write_text("x = 2\n")
    (head / "tests/test_core.py").write_text("")
    (head / "scratch.py").write_text("print()\n")
    (head / "pkg/blob.py").write_bytes(b"\0\1")
    (head / "pkg/link.py").symlink_to("/etc/passwd")
    report = guard(diff_trees(base, head), Policy.of(base))
    assert {item.path: item.reason for item in report.restored} == {
        "pkg/blob.py": "pkg/blob.py is a binary change",
        "pkg/link.py": "pkg/link.py is a symbolic link",
        "scratch.py": "a new file outside the existing packages",
        "tests/test_core.py": "a test",
    }
    assert report.ok
    assert read_patch(report.diff).paths == ("pkg/core.py",)
    apply_patch(base, report.diff)
    assert (base / "pkg/core.py").read_text() == "x = 2\n"


def test_a_patch_of_protected_files_alone_is_refused(trees: Trees) -> None:
    base, head = trees
    (head / "tests/test_core.py").unlink()
    report = guard(diff_trees(base, head), Policy.of(base))
    assert (report.ok, report.diff) == (False, "")
    assert report.refused == "the patch changes nothing that may change: tests/test_core.py is a test"


def test_a_clean_patch_passes_byte_for_byte(trees: Trees) -> None:
    base, head = trees
    (head / "pkg/core.py").write_text("y = 1")
    (head / "pkg/_fast.py").write_text("")
    (head / "README.md").write_text("faster\n")
    diff = diff_trees(base, head)
    assert guard(diff, Policy.of(base)).diff == diff


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("if 'PYTEST_CURRENT_TEST' in os.environ: pass", "asks whether it is being tested or measured"),
        ("fast = 'pytest' in sys.modules", "asks whether it is being tested or measured"),
        ("fast = sys.modules.get('pytest')", "asks whether it is being tested or measured"),
        ("import perfagent_marks", "asks whether it is being tested or measured"),
        ("time.perf_counter = lambda: 0", "replaces a clock"),
        ("if time.time == clock: pass", None),
        ("now = time.time()", None),
    ],
)
def test_lines_that_are_made_for_the_verdict(trees: Trees, line: str, reason: str | None) -> None:
    base, head = trees
    (head / "pkg/core.py").write_text(f"{line}\n")
    report = guard(diff_trees(base, head), Policy.of(base))
    assert (report.restored[0].reason if report.restored else None) == reason


def test_a_telltale_line_that_only_moves_is_no_reason(trees: Trees) -> None:
    base, head = trees
    (base / "pkg/core.py").write_text("import _pytest\nx = 1\n")
    (head / "pkg/core.py").write_text("x = 1\nimport _pytest\n")
    assert guard(diff_trees(base, head), Policy.of(base)).ok


def test_renaming_a_test_away_is_dropped() -> None:
    names = "rename from tests/test_a.py\nrename to pkg/a.py\n"
    text = f"diff --git a/tests/test_a.py b/pkg/a.py\nsimilarity index 100%\n{names}"
    assert guard(text, Policy()).restored[0].reason == "a test"


def test_what_is_no_diff_is_an_error() -> None:
    with pytest.raises(EditError):
        guard("no diff", Policy())


@pytest.mark.parametrize(
    ("base", "head"),
    [("x = 1  # a\n", "x=1\n"), ("f(\n    1)\n", "f(1)"), ("x = 0x10", "x = 16"), ("'a' 'b'", '"ab"')],
)
def test_equal_programs_are_no_op(base: str, head: str) -> None:
    assert is_no_op(base, head)


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ('def f():\n    "doc"\n', 'def f():\n    "other"\n'),
        ("x = 1", "x = 1.0"),
        ("x = 0.0", "x = -0.0"),
        ("x = 1", "x = True"),
        ("a = b = 1", "b = a = 1"),
        ("def f(: pass", "def f(:  pass"),
    ],
)
def test_other_programs_are_not(base: str, head: str) -> None:
    assert not is_no_op(base, head)


def test_a_patch_of_comments_changes_nothing(trees: Trees) -> None:
    base, head = trees
    (head / "pkg/core.py").write_text("x = 1  # one\n")
    summary = read_patch(diff_trees(base, head))
    assert changes_nothing(base, head, summary)
    (head / "pkg/core.py").write_text("x = 1 + 0\n")
    assert not changes_nothing(base, head, summary)
