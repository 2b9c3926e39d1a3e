"""Functions that a change touches and that a script calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.conversion.commits import commit_on
from perfagent.benchmarks.gso_swe_perf.conversion.functions import called_functions, patched_functions
from perfagent.tools.repository import Author, Git

SOURCE = """\
import os


class Bag:
    @property
    def size(self):
        return len(self.all)

    @size.setter
    def size(self, value):
        self.all = [None] * value


def outer():
    def inner():
        return 1

    return inner()


def last():
    return 2
"""


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path)
    git.run("init", "--quiet", "--bare", "--template=", ".")
    return git


def commit(git: Git, **files: str) -> str:
    """A commit of `path with dots for slashes` -> text, on an empty one."""
    tree = git.run("mktree", stdin=b"").text
    root = git.run("commit-tree", tree, "-m", "empty", env=Author(date="2020-01-01T00:00:00+0000").variables()).text
    return commit_on(
        git, root, "more", files={name.replace("__", "/") + ".py": t.encode() for name, t in files.items()}
    )


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("return 1", "return 3", ["outer.inner"]),
        ("return inner()", "return inner() + 1", ["outer"]),
        ("    return 2\n", "    x = 1\n    return 2\n", ["last"]),
        ("    return 2\n", "    return 2\n\n\ndef added():\n    return 3\n", []),
        ("import os\n", "import os\nimport sys\n", []),
        ("self.all = [None]", "self.all = [0]", ["Bag.size"]),
        ("return len(self.all)", "return self.n", ["Bag.size"]),
    ],
)
def test_what_a_change_touches(git: Git, old: str, new: str, names: list[str]) -> None:
    base, head = commit(git, pkg__a=SOURCE), commit(git, pkg__a=SOURCE.replace(old, new))
    assert patched_functions(git, base, head) == ({"pkg/a.py": names} if names else {})


def test_tests_benchmarks_and_new_files_are_no_targets(git: Git) -> None:
    places = ["tests__test_a", "asv_bench__a", "pkg__a"]
    base = commit(git, **dict.fromkeys(places[:2], SOURCE))
    head = commit(git, **dict.fromkeys(places, SOURCE.replace("return 1", "return 3")))
    assert patched_functions(git, base, head) == {}


def test_a_file_in_a_newer_syntax_is_read_by_its_indentation(git: Git) -> None:
    source = "class Bag[T, in]:\n    def size(self) -> T:\n        return 1\n\n\ndef last(): return 2\n"
    base, head = commit(git, pkg__a=source), commit(git, pkg__a=source.replace("return", "return 7 +"))
    assert patched_functions(git, base, head) == {"pkg/a.py": ["Bag.size", "last"]}


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("from pkg.a import last\nlast()", {"pkg/a.py": ["last"]}),
        ("import pkg\npkg.last()", {"pkg/a.py": ["last"], "pkg/b.py": ["last"]}),
        ("import pkg.b as p\np.last()", {"pkg/b.py": ["last"]}),
        ("from pkg.b import Tree\nTree().grow(1)", {"pkg/b.py": ["Tree.__init__", "Tree.grow"]}),
        ("import numpy as np\nnp.last()", {}),
        ("import pkg\n[].append(1); open('x').write('')", {}),
        ("x.grow()", {}),
        ("this is no Python", {}),
    ],
)
def test_what_a_script_calls(git: Git, script: str, found: dict[str, list[str]]) -> None:
    more = (
        "class Tree:\n    def grow(self, n):\n        return n\n\n    def append(self, n): ...\n\n\ndef last(): ...\n"
    )
    base = commit(git, pkg__a=SOURCE, pkg__b=more, docs__c=more, pkg__tests__test_b=more)
    assert called_functions(git, base, [script]) == found
