"""Patches as text: cleaned on writing, told of on reading."""

from __future__ import annotations

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets.hygiene import (
    Hygiene,
    cleaned,
    file_patches,
    hygiene,
    without_tests,
)

CODE = "diff --git a/w/core.py b/w/core.py\n--- a/w/core.py\n+++ b/w/core.py\n@@ -1 +1 @@\n-slow\n+quick\n"
NEW = "diff --git a/{0} b/{0}\nnew file mode 100644\n--- /dev/null\n+++ b/{0}\n@@ -0,0 +1 @@\n+x\n"
GONE = "diff --git a/w/old.py b/w/old.py\ndeleted file mode 100644\n--- a/w/old.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
BINARY = "diff --git a/w/x.so b/w/x.so\nnew file mode 100755\nBinary files /dev/null and b/w/x.so differ\n"


def test_paths() -> None:
    named = 'diff --git "a/w/a b.py" "b/w/a b.py"\n--- "a/w/a b.py"\n+++ "b/w/a b.py"\n@@ -1 +1 @@\n-a\n+b\n'
    parts = file_patches("talk\n" + CODE + GONE + BINARY + named)
    assert [part.path for part in parts] == ["w/core.py", "w/old.py", "w/x.so", "w/a b.py"]


def test_what_no_speedup_needs() -> None:
    new = ["reproduce.py", "w/fast.py", "w/run.log", "w/__pycache__/a.pyc", "test_core.py", "tests/data.txt"]
    found = hygiene(CODE + BINARY + "".join(NEW.format(name) for name in new))
    assert found == Hygiene(
        scratch=("reproduce.py", "w/run.log", "w/__pycache__/a.pyc"),
        binaries=("w/x.so",),
        tests=("test_core.py", "tests/data.txt"),
    )


def test_a_plain_change_is_clean() -> None:
    assert hygiene(CODE + GONE + NEW.format("w/fast.py")).clean


@pytest.mark.parametrize("patch", [None, "", " \n", BINARY])
def test_nothing_is_an_empty_patch(patch: str | None) -> None:
    assert cleaned(patch) == ""


@pytest.mark.parametrize(
    ("patch", "clean"),
    [
        (f"Here it is:\n\n{CODE}", CODE),
        (CODE.removesuffix("\n"), CODE),
        (CODE.replace("\n", "\r\n"), CODE),
        (CODE + BINARY + GONE, CODE + GONE),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"),
    ],
)
def test_cleaning(patch: str, clean: str) -> None:
    assert cleaned(patch) == clean
    assert cleaned(clean) == clean


def test_line_ends_that_are_the_files_stay() -> None:
    patch = CODE.replace("-slow\n+quick\n", "-slow\r\n+quick\r\n")
    assert cleaned(patch) == patch


def test_without_tests() -> None:
    test = NEW.format("tests/test_core.py")
    assert without_tests(CODE + test) == CODE
    assert without_tests(test) == test
