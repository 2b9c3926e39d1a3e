"""The guard: what it objects to, the published holes, and that the strict one has them closed."""

import difflib

import pytest

from perfagent.benchmarks.gso_swe_perf.official.introspection import all_findings, published_findings

Files = dict[str, str]


def diff(before: Files, after: Files) -> str:
    """A git diff from some files to others."""
    out = []
    for path in sorted({*before, *after}):
        old, new = before.get(path, "").splitlines(keepends=True), after.get(path, "").splitlines(keepends=True)
        names = f"a/{path}" if path in before else "/dev/null", f"b/{path}" if path in after else "/dev/null"
        lines = [*difflib.unified_diff(old, new, *names)]
        out += [f"diff --git a/{path} b/{path}\n", *lines] if lines else []
    return "".join(out)


def published(before: Files, after: Files) -> list[str]:
    return [str(finding) for finding in published_findings(diff(before, after), after.get)]


def strict(before: Files, after: Files) -> list[str]:
    return [str(finding) for finding in all_findings(diff(before, after), after.get)]


BASE = {"a.py": "x = 1\n"}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("import inspect", "imports inspect"),
        ("from traceback import format_exc", "imports traceback"),
        ("import ctypes.util", "imports ctypes"),
        ("y = sys._getframe(1)", "calls sys._getframe"),
        ("gc.get_objects()", "calls gc.get_objects"),
        ("y = frame.f_back", "takes .f_back"),
        ("y = __import__('inspect')", "imports inspect by a call"),
        ("y = importlib.import_module('inspect')", "imports inspect by a call"),
    ],
)
def test_added_lines_are_objected_to(line: str, what: str) -> None:
    after = {"a.py": f"x = 1\n{line}\n"}
    assert published(BASE, after) == [f"a.py:2: {what}"]
    assert strict(BASE, after)


def test_aliases_are_followed() -> None:
    after = {"a.py": "x = 1\nfrom sys import _getframe as here\nimport gc as rubbish\nhere()\nrubbish.get_objects()\n"}
    assert published(BASE, after) == ["a.py:4: calls sys._getframe", "a.py:5: calls gc.get_objects"]


def test_lines_that_were_there_are_let_be() -> None:
    before = {"a.py": "import inspect\nx = 1\n"}
    after = {"a.py": "import inspect\nx = 2\n"}
    assert published(before, after) == strict(before, after) == []


def test_a_clean_patch_has_no_findings() -> None:
    after = {"a.py": "x = [1]\n", "docs.txt": "inspect.stack()\n"}
    assert published(BASE, after) == strict(BASE, after) == []


HOLES = {
    "the pragma": {"a.py": "x = 1\nimport inspect  # stackguard: allow\n"},
    "a new file nobody imports": {"a.py": "x = 2\n", "b.py": "import inspect\n"},
    "a syntax error": {"a.py": "x = 1\nimport inspect\nprint 'old'\n"},
    "a name that is not called": {"a.py": "x = 1\nframes = sys._getframe\n"},
    "a name in a string": {"a.py": "x = 1\nframes = getattr(sys, '_getframe')\n"},
    "a name imported only": {"a.py": "x = 1\nfrom sys import settrace\n"},
    "another dynamic import": {"a.py": "x = 1\ny = __import__('ctypes')\n"},
    "lines that begin with two plus signs": {"a.py": "x = 1\n++ x\nimport inspect\n"},
    "native code": {"a.py": "x = 2\n", "b.c": "PyEval_GetFrame();\n"},
}


@pytest.mark.parametrize("hole", HOLES)
def test_holes_are_open_as_published_and_closed_in_the_strict_guard(hole: str) -> None:
    assert published(BASE, HOLES[hole]) == []
    assert strict(BASE, HOLES[hole])


def test_a_new_file_that_the_patch_imports_is_looked_at() -> None:
    before = {"p/a.py": "x = 1\n"}
    after = {"p/a.py": "from p.b import y\nx = 1\n", "p/b.py": "import inspect\ny = 2\n"}
    assert published(before, after) == ["p/b.py:1: imports inspect"]


def test_a_patch_that_is_no_diff_hides_nothing() -> None:
    patch = "--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,9 @@\n x = 1\n+import inspect\n"
    after = {"a.py": "x = 1\nimport inspect\n"}
    assert [finding.line for finding in all_findings(patch, after.get)] == [2]


def test_removed_files_are_no_matter() -> None:
    before = {**BASE, "b.py": "import inspect\n"}
    assert published(before, BASE) == strict(before, BASE) == []
