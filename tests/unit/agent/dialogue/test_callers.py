"""Who calls a name, read from sources in several languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.agent.dialogue import FileWorkbench
from perfagent.agent.dialogue.callers import callers_of
from perfagent.tools.errors import EditError

PYTHON = '''\
from pkg.words import unique

class Book:
    @property
    def size(self):
        """unique() is not called here."""
        return len(unique(self.words))  # unique(

    def sort(self):
        return self.unique().sort(key=unique)

def unique(words): ...
'''


def test_python_calls_come_with_the_function_around() -> None:
    assert callers_of("unique", {"pkg/book.py": PYTHON}).splitlines() == [
        "pkg/book.py:7 in Book.size: return len(unique(self.words))  # unique(",
        "pkg/book.py:10 in Book.sort: return self.unique().sort(key=unique)",
        "pkg/book.py:10 in Book.sort (not called here, passed on): return self.unique().sort(key=unique)",
    ]


def test_other_languages_go_by_look_and_definitions_do_not_count() -> None:
    source = "static int count(int n)\n{\n    return n ? count(n - 1) : recount(0);\n}\n"
    assert callers_of("count", {"src/a.c": source}) == "src/a.c:3: return n ? count(n - 1) : recount(0);"
    assert callers_of("count", {"a.js": "function count(n) {\n  count(1)\n}\n"}) == "a.js:2: count(1)"
    assert "broken.py:1: x = count(" in callers_of("count", {"broken.py": "x = count(1\n"})


def test_tests_come_last_and_the_list_is_capped() -> None:
    many = "def f():\n" + "    g()\n" * 80
    told = callers_of("g", {"tests/test_a.py": "g()\n", "z.py": many}).splitlines()
    assert (
        told[0].startswith("z.py:2 in f")
        and told[-1] == "[... 21 more; search for the name with a glob to see them ...]"
    )


def test_the_workbench_looks_through_its_tree(words_repository: Path) -> None:
    workbench = FileWorkbench(words_repository)
    assert workbench.callers("pkg.words.unique") == "pkg/words.py:10 in count: return len(unique(words))"
    assert workbench.callers("nobody") == "nothing calls nobody by that name"
    with pytest.raises(EditError, match="names no function"):
        workbench.callers("a b")
