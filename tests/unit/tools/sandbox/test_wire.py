from __future__ import annotations

import json

import pytest

from perfagent.tools.errors import SandboxError
from perfagent.tools.sandbox import Command, Fork
from perfagent.tools.sandbox.wire import decode, decode_forks, encode


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
