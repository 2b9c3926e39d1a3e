"""What is said to a runner and what it answers, one line of JSON each (see runner.py)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from perfagent.tools.errors import SandboxError
from perfagent.tools.sandbox.protocol import Command, Completed, Fork, Span, Usage


def encode(command: Command, timeout_s: float, forks: Sequence[tuple[Fork, float]] = ()) -> bytes:
    """A command as the runner reads it, with what to fork it for and the seconds each may take."""
    request = {
        "argv": list(command.argv),
        "cwd": command.cwd,
        "env": dict(command.env),
        "timeout_s": timeout_s,
        "stdin": None if command.stdin is None else base64.b64encode(command.stdin).decode(),
        "marks": command.marks,
        "collect": list(command.collect),
        "cpu": command.cpu,
        "forks": [
            {
                "line": base64.b64encode(fork.line + b"\n").decode(),
                "timeout_s": seconds,
                "collect": list(fork.collect),
            }
            for fork, seconds in forks
        ],
    }
    return json.dumps(request).encode() + b"\n"


def decode(line: bytes) -> Completed:
    """The runner's reply.

    Raises:
        SandboxError: the runner itself failed, or its reply is no reply.
    """
    return _completed(_reply(line))


def decode_forks(line: bytes) -> list[Completed]:
    """The runner's reply about a server's children; none when the server could not be started.

    Raises:
        SandboxError: as in `decode`.
    """
    return [_completed(report) for report in _reply(line).get("forks", ())]


def _reply(line: bytes) -> dict[str, Any]:
    try:
        reply: dict[str, Any] = json.loads(line)
    except ValueError as error:
        raise SandboxError(f"the sandbox's runner talks nonsense: {error!r}") from error
    if not isinstance(reply, dict):
        raise SandboxError("the sandbox's runner talks nonsense")
    if "error" in reply:
        raise SandboxError(f"the sandbox's runner failed: {reply['error']}")
    return reply


def _completed(reply: dict[str, Any]) -> Completed:
    try:
        return Completed(
            exit_code=reply["exit_code"],
            stdout=base64.b64decode(reply["stdout"]).decode(errors="replace"),
            stderr=base64.b64decode(reply["stderr"]).decode(errors="replace"),
            timed_out=reply["timed_out"],
            out_of_memory=reply["out_of_memory"],
            truncated=reply["truncated"],
            usage=Usage(**reply["usage"]),
            spans=tuple(Span(**span) for span in reply["spans"]),
            files={path: base64.b64decode(data) for path, data in reply["files"].items()},
            notes=tuple(reply["notes"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SandboxError(f"the sandbox's runner talks nonsense: {error!r}") from error


def lost(wall_s: float, *, timed_out: bool = False, out_of_memory: bool = False, over_disk: bool = False) -> Completed:
    """How a command ended that took the runner with it: nothing is known of it but its time."""
    return Completed(
        exit_code=-9,
        stdout="",
        stderr="",
        timed_out=timed_out,
        out_of_memory=out_of_memory,
        truncated=False,
        usage=Usage(wall_s, 0.0, 0.0, 0, 0),
        notes=("the sandbox was lost with the command and starts afresh",),
        over_disk=over_disk,
    )
