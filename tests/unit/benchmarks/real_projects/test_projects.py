"""The list of real projects holds together, and a source distribution becomes a repository."""

import ast
import subprocess
import tarfile
from pathlib import Path

import pytest

from perfagent.benchmarks.real_projects import Project, make_repository, projects
from perfagent.benchmarks.real_projects.projects import HERE, find_project
from perfagent.tools.errors import PerfagentError


def archive(folder: Path, *roots: str) -> Path:
    """A source distribution with one module in each of its folders."""
    for root in roots:
        (folder / root).mkdir()
        (folder / root / "inflection.py").write_text("def camelize(word): return word\n")
    path = folder / "inflection-0.3.1.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for root in roots:
            tar.add(folder / root, arcname=root)
    return path


def test_names_are_unique() -> None:
    names = [project.name for project in projects()]
    assert len(names) == len(set(names)) >= 8


def test_every_workload_belongs_to_one_project() -> None:
    listed = sorted(project.workload for project in projects())
    assert listed == sorted(path.name for path in HERE.glob("*_workload.py"))


@pytest.mark.parametrize("project", projects(), ids=lambda project: project.name)
def test_a_workload_has_the_two_functions(project: Project) -> None:
    tree = ast.parse(project.workload_path.read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert [len(functions[name].args.args) for name in ("setup", "workload")] == [0, 1]


def test_a_measured_speedup_names_the_release_it_was_measured_against() -> None:
    assert all(p.later_speedup is None or p.later_version for p in projects())
    assert {project.winnable for project in projects()} == {"catalogue", "model"}


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(PerfagentError, match="no project 'numpy'"):
        find_project("numpy")


def test_sources_become_one_commit_with_the_workload(tmp_path: Path) -> None:
    project = find_project("inflection")
    made = make_repository(archive(tmp_path, "inflection-0.3.1"), project, tmp_path / "made")
    git = ["git", "-C", str(made)]
    tracked = subprocess.run([*git, "ls-files"], capture_output=True, text=True, check=True).stdout.split()
    assert tracked == ["inflection.py", "inflection_workload.py"]
    status = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True)
    assert status.stdout == ""


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    with pytest.raises(PerfagentError, match="exists already"):
        make_repository(archive(tmp_path, "a"), find_project("inflection"), tmp_path / "made")


def test_an_archive_of_two_folders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PerfagentError, match="2 folders"):
        make_repository(archive(tmp_path, "a", "b"), find_project("inflection"), tmp_path / "made")
