import os
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from perfagent.agent.lab.bytecode import CACHE, compile_trees, copy_harnesses, forget
from perfagent.tools.sandbox import Environment, Limits, open_sandbox


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    texts = {"a.py": "X = 1\n", "pkg/b.py": "X = 1\n", "pkg/b_more.py": "X = 1\n", "pkg/old.py": "print 'two'\n"}
    for name, text in texts.items():
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(text)
    return tmp_path / "tree"


class Opener:
    """Opens local sandboxes, and keeps what each was asked to mount."""

    def __init__(self) -> None:
        self.asked: list[list[Path]] = []

    @contextmanager
    def __call__(self, mounts, timeout_s):
        self.asked.append([mount.source for mount in mounts])
        where = Environment("local", "", None, sys.executable, "3", "key", "log", cached=True)
        limits = Limits(timeout_s=timeout_s)
        with open_sandbox("local", mounts=mounts, environment=where, limits=limits, run_id="test") as sandbox:
            yield sandbox


@pytest.fixture
def opened():
    return Opener()


def compiled(tree: Path) -> set[str]:
    return {path.name.partition(".")[0] for path in tree.rglob("*.pyc")}


def test_all_but_what_is_no_python_is_compiled_once(tree, opened) -> None:
    compile_trees([tree], sys.executable, opened)
    compile_trees([tree], sys.executable, opened)
    assert compiled(tree) == {"a", "b", "b_more"} and opened.asked == [[tree]]


def test_nothing_of_the_tree_is_executed(tree, opened, tmp_path) -> None:
    spring = f"open({str(tmp_path / 'sprung')!r}, 'w')\n"
    for name in ("a.py", "sitecustomize.py", "compileall.py", "re.py", "pkg/__init__.py"):
        (tree / name).write_text(spring)
    compile_trees([tree], sys.executable, opened)
    assert "sitecustomize" in compiled(tree) and not (tmp_path / "sprung").exists()


def test_bytecode_of_a_replaced_file_never_passes_for_the_new_one(tree, opened) -> None:
    compile_trees([tree], sys.executable, opened)
    old = (tree / "pkg/b.py").stat()
    (tree / "pkg/b.py").write_text("X = 2\n")
    os.utime(tree / "pkg/b.py", ns=(old.st_atime_ns, old.st_mtime_ns))
    forget(tree, ["pkg/b.py", "pkg/gone.py"])
    assert compiled(tree) == {"a", "b_more"}
    compile_trees([tree], sys.executable, opened)
    (fresh,) = (tree / "pkg" / CACHE).glob("b.*.pyc")
    assert b"\x02" in fresh.read_bytes()[16:] and opened.asked == [[tree], [tree]]


def test_what_runs_inside_comes_without_another_python_s_bytecode(tmp_path) -> None:
    copy_harnesses(tmp_path / "harness")
    assert (tmp_path / "harness/workload/run_script.py").exists() and not compiled(tmp_path)
    assert (tmp_path / "harness/equivalence/perfagent_values.py").exists()
