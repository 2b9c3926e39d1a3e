from __future__ import annotations

import json
from pathlib import Path

import pytest

from perfagent.tools.errors import SandboxError, UsageError
from perfagent.tools.sandbox import Command, Environment, Fork, Limits, Mount, choose, open_sandbox
from perfagent.tools.sandbox.session import decode, decode_forks, encode


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


def test_a_command_survives_the_way_to_the_runner():
    command = Command(("a", "b"), "/", {"K": "v"}, stdin=b"\xff", marks=True, collect=("/x",), cpu=1)
    sent = json.loads(encode(command, 2.5))

    assert sent == {
        "argv": ["a", "b"],
        "cwd": "/",
        "env": {"K": "v"},
        "timeout_s": 2.5,
        "stdin": "/w==",
        "marks": True,
        "collect": ["/x"],
        "cpu": 1,
        "forks": [],
    }


def test_what_a_server_is_forked_for_goes_with_it():
    sent = json.loads(encode(Command(("a",), "/"), 2.5, [(Fork(b"x", collect=("/y",)), 7.0)]))

    assert sent["timeout_s"] == 2.5
    assert sent["forks"] == [{"line": "eAo=", "timeout_s": 7.0, "collect": ["/y"]}]


def test_a_server_that_could_not_be_started_has_no_children():
    assert decode_forks(b'{"exit_code": 127}') == []
    with pytest.raises(SandboxError, match="nonsense"):
        decode_forks(b"[]")


@pytest.mark.parametrize("reply", [b"", b"{}", b"[]", b"not json", b'{"error": "boom"}'])
def test_what_is_no_reply_is_the_sandbox_s_fault(reply):
    with pytest.raises(SandboxError):
        decode(reply)


def test_an_unknown_kind_is_a_wrong_usage():
    with pytest.raises(UsageError, match="chroot"):
        choose("chroot")
