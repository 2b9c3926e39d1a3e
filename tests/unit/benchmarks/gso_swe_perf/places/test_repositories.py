from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.places import Repositories
from perfagent.tools.errors import EditError, RepositoryError

PATCH = "--- a/tool.py\n+++ b/tool.py\n@@ -1 +1 @@\n-slow = 2\n+mine = 5\n"


@pytest.fixture
def repositories(history: Any, tmp_path: Path) -> Repositories:
    return Repositories([str(history.folder.parent)], tmp_path / "cache")


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    "layout",
    ["acme+tool/repo", "acme+tool", "acme__tool", "acme__tool.git", "acme/tool", "acme/tool.git", "tool", "tool.git"],
)
def test_a_folder_may_be_laid_out_in_many_ways(layout: str, history: Any, tmp_path: Path) -> None:
    place = tmp_path / "given" / layout
    place.parent.mkdir(parents=True)
    git(tmp_path, "clone", "-q", "--bare", str(history.folder), str(place))
    found = Repositories([str(tmp_path / "given")], tmp_path / "cache")
    assert found.git_dir("acme/tool") == place
    assert found.resolve("acme/tool", f"{history.commits[2]}^") == history.commits[1]


def test_a_clone_with_a_work_tree_and_one_that_is_named_itself(history: Any, tmp_path: Path) -> None:
    for source in (history.folder.parent, history.folder):
        assert Repositories([str(source)], tmp_path / "cache").git_dir("acme/tool") == history.folder / ".git"


def test_a_folder_that_names_the_owner_goes_before_one_that_does_not(history: Any, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(history.folder), str(history.folder.parent / "tool"))
    assert Repositories([str(history.folder.parent)], tmp_path).git_dir("acme/tool").parent == history.folder


def test_an_address_is_cloned_once(history: Any, tmp_path: Path) -> None:
    (tmp_path / "server" / "acme").mkdir(parents=True)
    served = tmp_path / "server/acme/tool"
    git(tmp_path, "clone", "-q", "--bare", str(history.folder), str(served))
    found = Repositories([f"file://{tmp_path}/server"], tmp_path / "cache")
    first = found.git_dir("acme/tool")
    served.rename(served.with_name("gone"))
    assert found.git_dir("acme/tool") == first == tmp_path / "cache/repositories/acme__tool.git"


def test_a_commit_that_is_on_no_branch_of_the_server_is_asked_for(history: Any, tmp_path: Path) -> None:
    served = tmp_path / "server/acme/tool"
    git(tmp_path, "clone", "-q", "--bare", str(history.folder), str(served))
    found = Repositories([f"file://{tmp_path}/server"], tmp_path / "cache")
    found.git_dir("acme/tool")
    history.git("commit", "-q", "--allow-empty", "-m", "of a pull request")
    newest = history.git("rev-parse", "HEAD")
    git(served, "fetch", "-q", str(history.folder), f"{newest}:refs/pull/1/head")
    assert found.resolve("acme/tool", f"{newest}^") == history.commits[3]


def test_a_history_that_cannot_be_had_is_told_in_one_line(tmp_path: Path) -> None:
    found = Repositories([f"file://{tmp_path}/nowhere"], tmp_path / "cache", fallback="")
    with pytest.raises(RepositoryError, match=r"^the history of acme/tool is in no folder.*--repositories") as error:
        found.git_dir("acme/tool")
    assert "\n" not in str(error.value)


def test_a_commit_that_is_not_there_is_named(repositories: Repositories) -> None:
    with pytest.raises(RepositoryError, match=r"the history of acme/tool in .* has no commit feedbeef"):
        repositories.resolve("acme/tool", "feedbeef")


def test_nothing_of_the_history_is_in_a_base_tree(repositories: Repositories, history: Any, tmp_path: Path) -> None:
    made = repositories.base_tree(history.instance(), tmp_path / "tree")
    objects = git(tmp_path / "tree", "cat-file", "--batch-check", "--batch-all-objects").splitlines()
    kinds = sorted(line.split()[1] for line in objects)
    assert kinds == ["blob", "blob", "commit", "tag", "tree", "tree"]
    assert git(tmp_path / "tree", "rev-parse", f"{made}^{{tree}}") == git(history.folder, "rev-parse", "v1.0^{tree}")
    assert (tmp_path / "tree/tool.py").read_text() == "slow = 2\n"
    assert git(tmp_path / "tree", "status", "--porcelain") == ""


def test_a_base_tree_is_the_same_wherever_it_is_made_and_knows_its_version(
    repositories: Repositories, history: Any, tmp_path: Path
) -> None:
    made = [repositories.base_tree(history.instance(), tmp_path / name) for name in "ab"]
    assert made[0] == made[1]
    assert git(tmp_path / "a", "describe").strip() == "v1.0"


def test_a_folder_with_something_in_it_is_not_touched(repositories: Repositories, history: Any, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_text("mine")
    with pytest.raises(RepositoryError, match="is not empty"):
        repositories.base_tree(history.instance(), tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]


def test_the_experts_diff_is_without_tests(repositories: Repositories, history: Any) -> None:
    diff = repositories.expert_diff(history.instance())
    assert "+fast = 3" in diff
    assert "test_tool" not in diff


def test_the_rows_own_diff_goes_before_the_historys(repositories: Repositories, history: Any) -> None:
    diff = f"diff --git a/tool.py b/tool.py\n{PATCH}"
    assert repositories.expert_diff(history.instance(gt_diff=diff)) == diff


def test_the_experts_tree_is_the_whole_commit(repositories: Repositories, history: Any, tmp_path: Path) -> None:
    repositories.expert_tree(history.instance(), tmp_path / "tree")
    assert (tmp_path / "tree/tool.py").read_text() == "fast = 3\n"
    assert (tmp_path / "tree/tests/test_tool.py").read_text().count("def test") == 2


def test_without_the_experts_commit_its_diff_makes_the_tree(
    repositories: Repositories, history: Any, tmp_path: Path
) -> None:
    instance = history.instance(
        opt_commit="", base_commit=history.commits[1], gt_diff=f"diff --git a/tool.py b/tool.py\n{PATCH}"
    )
    repositories.expert_tree(instance, tmp_path / "tree")
    assert (tmp_path / "tree/tool.py").read_text() == "mine = 5\n"


def test_the_experts_bundle_can_be_fetched_into_a_base_tree(
    repositories: Repositories, history: Any, tmp_path: Path
) -> None:
    repositories.base_tree(history.instance(), tmp_path / "tree")
    (tmp_path / "bundle").write_bytes(repositories.expert_bundle(history.instance()))
    git(tmp_path / "tree", "fetch", "-q", "--force", "--tags", str(tmp_path / "bundle"), "expert:refs/x/expert")
    assert git(tmp_path / "tree", "show", "refs/x/expert:tool.py") == "fast = 3\n"


def test_a_comparison_has_three_branches_with_the_same_tests(
    repositories: Repositories, history: Any, tmp_path: Path
) -> None:
    planted = repositories.comparison(history.instance(), PATCH, tmp_path / "tree")
    told = {name: git(tmp_path / "tree", "show", f"{name}:tool.py") for name in ("base", "patched", "expert")}
    assert told == {"base": "slow = 2\n", "patched": "mine = 5\n", "expert": "fast = 3\n"}
    assert git(tmp_path / "tree", "diff", "--name-only", planted.patched, planted.expert) == "tool.py\n"
    assert git(tmp_path / "tree", "rev-parse", "HEAD").strip() == planted.commit


def test_an_empty_patch_makes_a_commit_without_a_change(
    repositories: Repositories, history: Any, tmp_path: Path
) -> None:
    planted = repositories.comparison(history.instance(), "", tmp_path / "tree")
    assert planted.patched != planted.commit
    assert git(tmp_path / "tree", "diff", planted.commit, planted.patched) == ""


def test_a_patch_that_does_not_apply_is_an_edit_error(repositories: Repositories, history: Any, tmp_path: Path) -> None:
    with pytest.raises(EditError) as error:
        repositories.comparison(history.instance(), PATCH.replace("slow", "other"), tmp_path / "tree")
    assert error.value.reason == "does_not_apply"


def test_the_same_patch_twice_has_the_same_hash(repositories: Repositories, history: Any, tmp_path: Path) -> None:
    first, second = (repositories.comparison(history.instance(), PATCH, tmp_path / name) for name in "ab")
    assert first == second
