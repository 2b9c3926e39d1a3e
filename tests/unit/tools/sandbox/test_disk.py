"""How far writable folders have grown, deleted files and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.errors import LimitExceeded
from perfagent.tools.sandbox import Mount, disk
from perfagent.tools.sandbox.disk import DiskWatch, folder_bytes, held_bytes

MIB = 2**20


def fill(path: Path, mebibytes: int) -> None:
    path.write_bytes(b"x" * MIB * mebibytes)


def test_a_folder_s_bytes_are_what_its_files_take_up_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "inside" / "deep").mkdir(parents=True)
    fill(tmp_path / "outside" / "big", 4)
    fill(tmp_path / "inside" / "deep" / "small", 1)
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "outside")
    assert MIB <= folder_bytes(tmp_path / "inside") < 2 * MIB
    assert folder_bytes(tmp_path / "missing") == 0


def test_only_growth_of_writable_mounts_counts(tmp_path: Path) -> None:
    for name in ("fixed", "scratch"):
        (tmp_path / name).mkdir()
        fill(tmp_path / name / "before", 8)
    mounts = [Mount(tmp_path / "fixed", "/fixed"), Mount(tmp_path / "scratch", "/scratch", writable=True)]
    watch = DiskWatch(mounts, 4 * MIB)
    watch._free = {source: free + 100 * MIB for source, free in watch._free.items()}  # others freed nothing
    fill(tmp_path / "fixed" / "more", 8)
    assert not watch.exceeded()
    fill(tmp_path / "scratch" / "more", 5)
    assert watch.exceeded()


def test_a_deleted_file_that_is_held_open_counts(tmp_path: Path) -> None:
    mount = Mount(tmp_path, "/scratch", writable=True)
    fill(tmp_path / "gone", 2)
    with (tmp_path / "gone").open("rb"):
        (tmp_path / "gone").unlink()
        assert held_bytes([mount]) >= 2 * MIB
    assert held_bytes([mount]) == 0


def test_a_disk_that_is_nearly_full_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = DiskWatch([Mount(tmp_path, "/scratch", writable=True)], 4 * MIB)
    monkeypatch.setattr(disk, "RESERVE_BYTES", 2**60)
    with pytest.raises(LimitExceeded, match="MiB are free on the disk"):
        watch.exceeded()


def test_nothing_writable_is_never_too_much() -> None:
    assert not DiskWatch([], 0).exceeded()
