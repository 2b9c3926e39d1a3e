"""The workbench on real files and real git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from perfagent.agent.dialogue import FileWorkbench
from perfagent.agent.dialogue.output import CAP
from perfagent.tools.errors import EditError
from perfagent.tools.patch import Deletion, Edit


@pytest.fixture
def workbench(words_repository: Path) -> FileWorkbench:
    return FileWorkbench(words_repository, {"tests/test_words.py": "it is a test"}.get)


def test_reading_numbers_the_lines(workbench: FileWorkbench) -> None:
    page = workbench.read_file("pkg/words.py", 2, 3)
    assert page == "    2|     out = []\n    3|     for word in words:\n[... the file has 10 lines ...]"


def test_a_long_file_is_read_page_by_page(workbench: FileWorkbench) -> None:
    (workbench.tree / "long.py").write_text("".join(f"x{i} = {i}\n" for i in range(3000)))
    page = workbench.read_file("long.py", 1, None)
    assert len(page) < CAP + 200
    start = int(page.rpartition("start=")[2].split()[0])
    assert workbench.read_file("long.py", start, None).startswith(f"{start:>5}| x{start - 1} = ")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("no.py", "no_such_file"),
        ("pkg", "no_such_file"),
        ("../x", "outside_tree"),
        (".git/config", "outside_tree"),
    ],
)
def test_what_cannot_be_read(workbench: FileWorkbench, path: str, reason: str) -> None:
    with pytest.raises(EditError) as caught:
        workbench.read_file(path, 1, None)
    assert caught.value.reason == reason


def test_lines_beyond_the_end_are_named(workbench: FileWorkbench) -> None:
    with pytest.raises(EditError, match="has 10 lines"):
        workbench.read_file("pkg/words.py", 11, 20)


def test_searching_by_expression_text_and_glob(workbench: FileWorkbench) -> None:
    assert workbench.search(r"\bout\.\w+\(", None) == "pkg/words.py:5:            out.append(word)"
    assert workbench.search("unique(", None).endswith("pkg/words.py:10:    return len(unique(words))")
    assert workbench.search("def", "tests/*").startswith("tests/test_words.py:1:")
    assert workbench.search("nowhere", None) == "no line matches"


def test_many_hits_are_cut(workbench: FileWorkbench) -> None:
    (workbench.tree / "many.txt").write_text("hit\n" * 80)
    assert workbench.search("hit", None).endswith("[... 30 more lines match; narrow the pattern or give a glob ...]")


def test_a_search_outside_the_tree_fails(workbench: FileWorkbench) -> None:
    with pytest.raises(EditError, match="search failed"):
        workbench.search("root", "../*")


def test_the_outline_of_python_and_of_other_languages(workbench: FileWorkbench) -> None:
    assert workbench.outline("pkg/words.py") == "    1-6| def unique(words)\n    9-10| def count(words)"
    (workbench.tree / "fast.pyx").write_text("import x\ncdef int f(int a):\n    return a\n")
    assert workbench.outline("fast.pyx") == "    2| cdef int f(int a):"


def test_the_diff_holds_changed_and_new_files(workbench: FileWorkbench) -> None:
    before = workbench.digest()
    workbench.edit([Edit("pkg/words.py", "out = []", "out = list()"), Edit("pkg/new.py", "", "x = 1\n")])
    diff = workbench.diff()
    assert "+    out = list()" in diff
    assert "--- /dev/null\n+++ b/pkg/new.py\n" in diff
    assert workbench.digest() != before
    subprocess.run(["git", "apply", "--check", "--reverse", "-"], cwd=workbench.tree, input=diff, text=True, check=True)


def test_protected_files_can_be_read_and_not_edited(workbench: FileWorkbench) -> None:
    assert "def test_words" in workbench.read_file("tests/test_words.py", 1, None)
    with pytest.raises(EditError, match="it is a test"):
        workbench.edit([Edit("tests/test_words.py", "pass", "assert 1")])


def test_new_problems_are_seen_in_changed_and_new_files(workbench: FileWorkbench) -> None:
    assert workbench.problems() is None
    workbench.edit([Edit("pkg/words.py", "out = []", "out = lst()"), Edit("pkg/new.py", "", "x = (1\n")])
    problems = workbench.problems() or ""
    assert "pkg/words.py: undefined name: lst (line 2)" in problems
    assert "pkg/new.py: '(' was never closed (line 1)" in problems


def test_a_syntax_check_keeps_the_files_as_they_are(workbench: FileWorkbench) -> None:
    with pytest.raises(EditError) as caught:
        workbench.edit([Edit("pkg/words.py", "out = []", "out = [")], check_syntax=True)
    assert caught.value.reason == "syntax"
    assert workbench.diff() == ""


def test_native_code_is_checked_too_and_files_can_go(workbench: FileWorkbench) -> None:
    new = Edit("pkg/_fast.c", "", "int f(void) { return 1; }\n")
    assert workbench.edit([new, Deletion("pkg/words.py", None)], check_syntax=True) == ["pkg/_fast.c", "pkg/words.py"]
    with pytest.raises(EditError, match="is never closed"):
        workbench.edit([Edit("pkg/_fast.c", "1; }", "1;")], check_syntax=True)
    assert workbench.problems() is None
    assert "deleted file" in workbench.diff()


def test_no_hook_or_filter_of_the_target_runs(workbench: FileWorkbench) -> None:
    (workbench.tree / ".gitattributes").write_text("*.py diff=evil\n")
    config = ["git", "-C", str(workbench.tree), "config"]
    subprocess.run([*config, "diff.evil.textconv", "touch ran; cat"], check=True)
    subprocess.run([*config, "diff.external", "touch ran"], check=True)
    workbench.edit([Edit("pkg/words.py", "out = []", "out = list()")])
    assert "out = list()" in workbench.diff()
    assert not (workbench.tree / "ran").exists()
