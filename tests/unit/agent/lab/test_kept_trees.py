import os
import shutil
from pathlib import Path

import pytest

from perfagent.agent.lab.kept_trees import MOST, KeptTrees


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree/pkg").mkdir(parents=True)
    (tmp_path / "tree/pkg/a.py").write_text("x = 1\n")
    (tmp_path / "tree/link").symlink_to("pkg/a.py")
    return tmp_path / "tree"


@pytest.fixture
def kept(tmp_path: Path) -> KeptTrees:
    return KeptTrees(tmp_path / "kept")


def test_a_kept_tree_comes_back_with_the_same_files_under_the_same_facts_only(tree, kept, tmp_path) -> None:
    kept.keep(["a", "b"], tree)
    shutil.rmtree(tree)
    assert not kept.bring(["ab"], tree) and not tree.exists()
    assert kept.bring(["a", "b"], tree) and kept.bring(["a", "b"], tmp_path / "again")
    assert (tree / "pkg/a.py").samefile(tmp_path / "again/pkg/a.py") and (tree / "link").readlink() == Path("pkg/a.py")


def test_a_patched_tree_leaves_the_kept_one_as_it_is(tree, kept, tmp_path) -> None:
    kept.keep(["a"], tree)
    (tree / "pkg/a.py").unlink()
    (tree / "pkg/a.py").write_text("x = 2\n")
    kept.bring(["a"], tmp_path / "again")
    assert (tmp_path / "again/pkg/a.py").read_text() == "x = 1\n"


def test_those_used_longest_ago_go(tree, kept, tmp_path) -> None:
    for number in range(MOST):
        kept.keep([str(number)], tree)
    for path in (tmp_path / "kept").iterdir():
        os.utime(path, (1e9, 1e9))
    assert kept.bring(["3"], tmp_path / "used")
    for number in range(MOST, 2 * MOST - 1):
        kept.keep([str(number)], tree)
    assert [kept.bring([str(n)], tmp_path / f"again{n}") for n in (2, 3, MOST)] == [False, True, True]
    assert len(list((tmp_path / "kept").iterdir())) == MOST


def test_a_file_that_somebody_else_could_change_is_not_taken(tree, kept, tmp_path) -> None:
    if os.getuid():
        pytest.skip("only root can give files away")
    kept.keep(["a"], tree)
    os.chown(tree / "pkg/a.py", 1000, 1000)
    assert not kept.bring(["a"], tmp_path / "again") and not (tmp_path / "again").exists()
