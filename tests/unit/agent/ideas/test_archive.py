"""Which changes are the same change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.agent.ideas.archive import normal_digest
from perfagent.tools.errors import EditError
from perfagent.tools.patch import diff_trees

PYTHON = 'def f(x):\n    """Words."""\n    return x + 1\n'
NATIVE = 'int f(int x) {\n    puts("a  b");\n    return x + 1;\n}\n'
INDENTED = "def f(x):\n    if x:\n        g()\n    h()\n"
FILES = {"lib.py": PYTHON, "lib.c": NATIVE, "lib.pyx": INDENTED, "old.py": "print 'old'\n"}

Digest = Callable[..., str]


@pytest.fixture
def digest(tmp_path: Path) -> Digest:
    """The digest of changes to the files, each given as its new text."""
    base, head = tmp_path / "base", tmp_path / "head"

    def digest(**texts: str) -> str:
        changed = {name.replace("_", "."): text for name, text in texts.items()}
        for tree, files in ((base, FILES), (head, FILES | changed)):
            shutil.rmtree(tree, ignore_errors=True)
            tree.mkdir()
            for name, text in files.items():
                (tree / name).write_text(text)
        return normal_digest(base, diff_trees(base, head))

    return digest


FASTER = PYTHON.replace("x + 1", "1 + x")


@pytest.mark.parametrize(
    "text",
    [
        FASTER.replace("1 + x", "(1\n            + x)  # as fast as it gets"),
        FASTER.replace("Words", "Other words"),
        FASTER.replace('    """Words."""\n', ""),
        FASTER.replace("def f(x)", "\n\ndef f( x )"),
    ],
)
def test_comments_docstrings_and_formatting_do_not_count(digest: Digest, text: str) -> None:
    assert digest(lib_py=text) == digest(lib_py=FASTER)


@pytest.mark.parametrize("text", [PYTHON.replace("x + 1", "x + 2"), FASTER + "y = 1\n", FASTER.replace("x", "y")])
def test_another_program_is_another_change(digest: Digest, text: str) -> None:
    assert digest(lib_py=text) != digest(lib_py=FASTER)


def test_files_that_stay_the_same_program_do_not_count(digest: Digest) -> None:
    assert digest(lib_py=FASTER, lib_c=NATIVE.replace("    ", "\t")) == digest(lib_py=FASTER)
    assert digest(lib_py=FASTER, lib_c=NATIVE.replace("+ 1", "+ 2")) != digest(lib_py=FASTER)


def test_white_space_of_other_languages_does_not_count_but_in_quotes(digest: Digest) -> None:
    changed = NATIVE.replace("+ 1", "+ 2")
    assert digest(lib_c=changed.replace("    return", "\n\treturn ")) == digest(lib_c=changed)
    assert digest(lib_c=changed.replace("a  b", "a b")) != digest(lib_c=changed)


def test_indentation_counts_where_it_means_something(digest: Digest) -> None:
    changed = INDENTED.replace("g()", "k()")
    assert digest(lib_pyx=changed.replace("    h()", "        h()")) != digest(lib_pyx=changed)
    assert digest(lib_pyx=changed.replace("if x:", "if  x :").replace(" :", ":")) == digest(lib_pyx=changed)


def test_python_of_another_version_is_compared_as_text(digest: Digest) -> None:
    assert digest(old_py="print  'new'\n\n") == digest(old_py="print 'new'\n") != digest(old_py="print 'other'\n")


def test_a_new_file_counts(digest: Digest) -> None:
    assert digest(lib_py=FASTER, new_py="x = 1\n") != digest(lib_py=FASTER)


def test_a_diff_that_does_not_apply_is_told(digest: Digest, tmp_path: Path) -> None:
    digest(lib_py=FASTER)
    diff = diff_trees(tmp_path / "base", tmp_path / "head")
    with pytest.raises(EditError):
        normal_digest(tmp_path / "head", diff)
