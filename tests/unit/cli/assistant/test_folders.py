from pathlib import Path

import pytest

from perfagent.cli.assistant.folders import Folders
from perfagent.tools.errors import PerfagentError, RepositoryError, UsageError


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    for name in ("open/a/src", "open/b", "closed", "open-too"):
        (tmp_path / name).mkdir(parents=True)
    return Folders([tmp_path / "open"])


def test_a_repository_is_named_by_its_path_or_from_the_first_folder(folders: Folders, tmp_path: Path) -> None:
    assert folders.repository(str(tmp_path / "open/a")) == tmp_path / "open/a"
    assert folders.repository("a") == tmp_path / "open/a"
    assert folders.repository(".") == tmp_path / "open"


@pytest.mark.parametrize("named", ["..", "../closed", "../open-too", "/", "a/../../closed", "file:///etc", "~"])
def test_what_is_outside_is_refused(folders: Folders, named: str) -> None:
    with pytest.raises(UsageError, match="is outside of the folders") as caught:
        folders.repository(named)
    assert caught.value.code == "PA111"


def test_a_link_that_leads_out_is_outside(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "open/out").symlink_to(tmp_path / "closed")
    with pytest.raises(UsageError):
        folders.repository("out")


def test_a_root_that_is_a_link_opens_where_it_leads(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "open")
    assert Folders([tmp_path / "link"]).repository(str(tmp_path / "open/a")) == tmp_path / "open/a"


def test_what_is_no_folder_is_said(folders: Folders) -> None:
    with pytest.raises(RepositoryError, match="nothing is not a folder"):
        folders.repository("nothing")


@pytest.mark.parametrize("spec", ["script:bench.py", "pytest:../b/test_b.py::test", "command:make -C /etc", "odd"])
def test_a_workload_inside_is_taken(folders: Folders, tmp_path: Path, spec: str) -> None:
    assert folders.workload(spec, tmp_path / "open/a") == spec


@pytest.mark.parametrize("spec", ["script:/etc/passwd", "script:../../closed/x.py", "pytest:../..::test"])
def test_a_workload_outside_is_refused(folders: Folders, tmp_path: Path, spec: str) -> None:
    with pytest.raises(UsageError):
        folders.workload(spec, tmp_path / "open/a")


@pytest.mark.parametrize(
    ("theirs", "held", "refused"),
    [
        ((), ["open/a", "open/b"], ["closed"]),
        (("open/a",), ["open/a", "open/a/src"], ["open/b", "open", "closed"]),
        (("",), ["open/a", "open/b"], ["closed"]),
        (("closed",), [], ["open/a", "closed"]),
        (("open/a", "open/b"), ["open/a", "open/b"], ["open"]),
    ],
)
def test_the_programs_folders_only_narrow(
    folders: Folders, tmp_path: Path, theirs: tuple[str, ...], held: list[str], refused: list[str]
) -> None:
    both = folders.narrowed((tmp_path / name).as_uri() for name in theirs)
    assert all(both.hold(tmp_path / name) for name in held)
    assert not any(both.hold(tmp_path / name) for name in refused)


def test_addresses_that_are_no_folders_open_nothing(folders: Folders, tmp_path: Path) -> None:
    assert not folders.narrowed(["https://git.invalid/open"]).hold(tmp_path / "open/a")


def test_a_folder_with_a_space_is_understood(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "open/my code").mkdir()
    assert folders.narrowed([(tmp_path / "open/my code").as_uri()]).hold(tmp_path / "open/my code")


def test_a_root_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(PerfagentError, match="is not a folder"):
        Folders([tmp_path / "nothing"])
