from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.errors import SandboxError, UsageError
from perfagent.tools.sandbox import Environment, Limits, Mount, choose, open_sandbox


def opened(kind, *mounts, prefix=None):
    where = Environment(kind, "image", prefix, "/usr/bin/python3", "3", "key", "", cached=True)
    return open_sandbox(kind, mounts=mounts, environment=where, limits=Limits(), run_id="test")


@pytest.mark.parametrize("kind", ["docker", "bubblewrap"])
def test_the_innermost_mount_names_a_path(kind, tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    sandbox = opened(kind, Mount(tmp_path / "in", "/in"), Mount(tmp_path, "/out"), Mount(tmp_path / "in/deep", "/deep"))

    assert sandbox.inside(tmp_path / "x" / "y") == "/out/x/y"
    assert sandbox.inside(tmp_path / "in" / "x") == "/in/x"
    assert sandbox.inside(tmp_path / "in" / "deep") == "/deep"


def test_links_are_resolved_before_a_path_is_judged(tmp_path):
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "link").symlink_to("/etc")
    sandbox = opened("docker", Mount(tmp_path / "tree", "/tree"))

    with pytest.raises(SandboxError, match="not mounted"):
        sandbox.inside(tmp_path / "tree" / "link" / "passwd")


def test_local_paths_stay_what_they_are(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    sandbox = opened("local", Mount(tmp_path, "/ignored"), prefix=Path("/usr"))

    assert sandbox.inside(tmp_path / "link" / "x") == str(tmp_path / "x")
    assert sandbox.inside(Path("/usr/bin")) == str(Path("/usr/bin").resolve())


def test_an_unknown_kind_is_a_wrong_usage():
    with pytest.raises(UsageError, match="chroot"):
        choose("chroot")
