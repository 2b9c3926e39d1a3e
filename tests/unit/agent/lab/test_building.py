import dataclasses
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from perfagent.agent.lab.building import TreeBuilder, complaint, telling_lines
from perfagent.tools.errors import BuildError
from perfagent.tools.sandbox import Completed, Environment, Limits, Usage, open_sandbox

GCC = "src/a.c: In function 'f':\nsrc/a.c:9:5: error: 'x' undeclared\nsrc/a.c:12:1: error: 'y' undeclared\nmake: *** x"
RUSTC = "   Compiling a v0.1.0\nerror[E0425]: cannot find value `x` in this scope\n --> src/main.rs:2:5\n"
PYTHON = 'Traceback (most recent call last):\n  File "setup.py", line 1\nValueError: no such module\n'
DIFF = "--- a/{0}\n+++ b/{0}\n@@ -1 +1 @@\n-a\n+b\n"
# Stands for setuptools: makes one library of one source, and calls a failure optional.
SETUP = """
import sys
text = open("part.c").read() + open("part.h").read()
if "broken" in text:
    sys.exit(print("part.c:1: error: no such thing"))
open("part.so", "w").write(text)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree").mkdir()
    for name, text in {"setup.py": SETUP, "part.c": "a", "part.h": "a", "module.py": "a"}.items():
        (tmp_path / "tree" / name).write_text(text)
    return tmp_path / "tree"


@pytest.fixture
def builder(tmp_path: Path) -> TreeBuilder:
    where = Environment("local", "", None, sys.executable, "3", "key", "log", cached=True, native="setuptools")

    @contextmanager
    def opened(mounts, timeout_s):
        limits = Limits(timeout_s=timeout_s)
        with open_sandbox("local", mounts=mounts, environment=where, limits=limits, run_id="test") as sandbox:
            yield sandbox

    return TreeBuilder(None, where, opened, tmp_path / "cache")


@pytest.mark.parametrize(("name", "concerned"), [("part.c", True), ("part.h", True), ("module.py", False)])
def test_only_sources_of_compiled_parts_ask_for_a_build(tree, builder, name, concerned) -> None:
    assert builder.concerns(tree, DIFF.format(name)) is concerned
    assert dataclasses.replace(builder, command="make").concerns(tree, DIFF.format(name))


def test_a_module_with_a_library_beside_it_is_such_a_source(tree, builder) -> None:
    (tree / "module.cpython-311-x86_64-linux-gnu.so").touch()
    assert builder.concerns(tree, DIFF.format("module.py"))


def test_a_commit_is_built_once_whoever_runs(tree, builder, tmp_path) -> None:
    builder.build_commit(tree, "id")
    (tmp_path / "other").mkdir()
    builder.build_commit(tmp_path / "other", "id")

    assert (tree / "part.so").read_text() == (tmp_path / "other" / "part.so").read_text() == "aa"
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["part.so"]


def test_what_was_built_is_newer_than_its_sources_as_make_wants_it(tree, builder, tmp_path) -> None:
    builder.build_commit(tree, "id")
    again = tmp_path / "again"
    again.mkdir()
    (again / "part.c").write_text("a")
    builder.build_commit(again, "id")
    assert (again / "part.c").stat().st_mtime < (again / "part.so").stat().st_mtime


def test_a_candidate_is_built_from_its_parents_tree(tree, builder) -> None:
    builder.build(tree)
    (tree / "part.c").write_text("b")
    builder.rebuild(tree, DIFF.format("part.c"))
    assert (tree / "part.so").read_text() == "ba"


@pytest.mark.parametrize("name", ["part.c", "part.h"])
def test_a_build_that_fails_optionally_leaves_no_old_library(tree, builder, name) -> None:
    builder.build(tree)
    (tree / name).write_text("broken")
    with pytest.raises(BuildError, match=r"part.c:1: error: no such thing") as caught:
        builder.rebuild(tree, DIFF.format(name))
    assert caught.value.remedy.startswith("part.c:1: error")


def test_a_failing_command_gives_its_lines_from_the_first_error_on(tree, builder) -> None:
    failing = dataclasses.replace(builder, command="echo fine; echo 'x.c:3: error: bad'; echo note; exit 2")
    with pytest.raises(BuildError, match=r"the build command fails: x.c:3: error: bad") as caught:
        failing.build(tree)
    assert caught.value.remedy == "x.c:3: error: bad\nnote"


def test_without_an_error_the_last_lines_are_shown() -> None:
    assert telling_lines("\n".join(map(str, range(100))))[-1] == "99"


def test_talk_of_errors_does_not_hide_the_error() -> None:
    said = ["checking for error reporting", *map(str, range(99)), "x.c:3: error: bad", "note"]
    assert telling_lines("\n".join(said)) == ["x.c:3: error: bad", "note"]


def test_colours_do_not_hide_the_error() -> None:
    said = "[1/2] c++ -o x\n\x1b[01m\x1b[Kx.cpp:27:5:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: \x1b[m\x1b[Kbad\n"
    assert telling_lines(said) == ["x.cpp:27:5: error: bad"]


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (GCC, "src/a.c:9:5: error: 'x' undeclared (and 1 more)"),
        (RUSTC, "error[E0425]: cannot find value `x` in this scope"),
        (PYTHON, "ValueError: no such module"),
        ("one\ntwo\n", "two"),
        ("", "exit status 2"),
    ],
)
def test_a_build_is_told_by_its_first_error(output: str, told: str) -> None:
    ended = Completed(2, output, "", False, False, False, Usage(1.0, 1.0, 0.0, 0, 0))
    assert complaint(ended, output.splitlines()) == told


def test_a_build_that_was_stopped_is_told_by_what_stopped_it() -> None:
    ended = Completed(-9, "error: x", "", False, False, False, Usage(1.0, 1.0, 0.0, 0, 0), over_disk=True)
    assert complaint(ended, ["error: x"]) == "it wrote more to the disk than allowed"
