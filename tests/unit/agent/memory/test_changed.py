"""The function a diff changes most."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.agent.memory.changed import Changed, changed_function, touched_lines

OLD = (
    "import re\n\n\nclass A:\n    def f(self):\n        return 1\n\n    def g(self):\n        x = 2\n        return x\n"
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(OLD)
    (tmp_path / "b.c").write_text("".join(f"line {n}\n" for n in range(1, 30)))
    return tmp_path


def diff(path: str, hunks: str) -> str:
    return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n{hunks}"


def test_the_innermost_function_with_most_lines(tree: Path) -> None:
    first = "@@ -6 +6 @@\n-        return 1\n+        return 0\n"
    hunks = f"{first}@@ -9,2 +9 @@\n-        x = 2\n-        return x\n+        return 2\n"
    found = changed_function(diff("a.py", hunks), tree)
    assert found == Changed("a.py", "A.g", "    def g(self):\n        x = 2\n        return x")


def test_outside_functions_the_lines_around_stand_in(tree: Path) -> None:
    found = changed_function(diff("b.c", "@@ -20 +20 @@\n-line 20\n+fast\n"), tree)
    assert (found.path, found.qualname) == ("b.c", "")
    assert "line 20" in found.source.splitlines()


def test_lines_that_look_like_headers_are_lines() -> None:
    hunks = "@@ -1,3 +1,3 @@\n context\n--- a/fake\n+++ b/fake\n last\n"
    assert list(touched_lines(diff("a.py", hunks))) == [("a.py", 2), ("a.py", 2)]


def test_a_file_that_is_new_has_no_function_before(tree: Path) -> None:
    text = "diff --git a/n.py b/n.py\nnew file mode 100644\n--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+x = 1\n"
    assert changed_function(text, tree) == Changed("", "", "")
