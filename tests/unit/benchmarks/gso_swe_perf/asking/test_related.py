"""Tests that have to do with some functions are found by their sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.asking import files_of_tests, ranked_tests, words_of_script

FILES = {
    "pkg/words.py": "def unique(words): ...\n",
    "tests/test_words.py": (
        "from pkg.words import unique\n\n"
        "def test_order():\n    assert unique('ba') == ['b', 'a']\n\n"
        "def test_other():\n    assert True\n"
    ),
    "tests/test_all.py": (
        "import pkg\n\nclass TestAll:\n    def test_joined(self):\n        pkg.unique(pkg.join('a'))\n"
        "    def helper(self):\n        unique()\n"
    ),
    "tests/test_torn.py": "def test_(:\n",
    "tests/words.txt": "unique\n",
}


@pytest.fixture
def tree(make_tree: Callable[[Mapping[str, str]], Path]) -> Path:
    return make_tree(FILES)


def test_a_test_that_is_named_after_the_module_comes_first(tree: Path) -> None:
    ranked = ranked_tests(tree, FILES, {"pkg/words.py": ["unique"]})
    assert [each.node for each in ranked] == [
        "tests/test_words.py::test_order",
        "tests/test_all.py::TestAll::test_joined",
    ]


def test_rare_names_count_more_than_common_ones(tree: Path) -> None:
    ranked = ranked_tests(tree, FILES, {"": ["unique", "join"]})
    assert ranked[0].node == "tests/test_all.py::TestAll::test_joined"


def test_a_method_goes_by_its_last_name_and_a_special_one_by_its_class(tree: Path) -> None:
    assert len(ranked_tests(tree, FILES, {"": ["Words.unique"]})) == 2
    assert not ranked_tests(tree, FILES, {"": ["Words.__init__", "__main__"]})


def test_files_are_tests_by_their_names() -> None:
    files = ["tests/test_a.py", "b_test.py", "tests/conftest.py", "testing.py", "test_c.txt"]
    assert files_of_tests(files) == ["b_test.py", "tests/test_a.py"]


def test_a_script_speaks_of_what_it_imports_and_calls() -> None:
    source = "import timeit\nfrom pkg.words import unique\n\ndef setup():\n    return pkg.make(len('a'))\n"
    assert words_of_script(source) == {"unique", "make"}


def test_a_script_that_is_no_python_of_ours_is_read_as_words() -> None:
    assert words_of_script("print unique(words)") == {"unique", "words"}
