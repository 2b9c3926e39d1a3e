"""Calls of our own command line, as real processes."""

import socket
from pathlib import Path

import anyio
import pytest

from perfagent.cli.assistant.calls import CallFailed, Calls


def call(arguments: list[str], cwd: Path, stdin: str = "") -> tuple[str, list[str]]:
    heard: list[str] = []

    async def hear(line: str) -> None:
        heard.append(line)

    return anyio.run(Calls().call, arguments, cwd, hear, stdin), heard


def test_it_hands_back_what_is_printed(tmp_path: Path) -> None:
    printed, heard = call(["explain", "PA202"], tmp_path)
    assert printed.startswith("# PA202: ") and heard == []


def test_a_failure_has_the_lines_code_and_words(tmp_path: Path) -> None:
    with pytest.raises(CallFailed) as caught:
        call(["show", "no-such-run"], tmp_path)
    assert caught.value.code == "PA005"
    assert caught.value.told == "there is no run 'no-such-run': `perfagent runs` lists them"


def test_nothing_is_imported_from_where_it_runs(tmp_path: Path) -> None:
    (tmp_path / "perfagent").mkdir()
    for name in ("perfagent/__init__.py", "perfagent/__main__.py", "typing.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('hijacked')\n")
    assert call(["explain", "PA202"], tmp_path)[0].startswith("# PA202: ")


def test_more_input_than_a_pipe_holds_is_no_deadlock(tmp_path: Path) -> None:
    with pytest.raises(CallFailed) as caught:
        call(["verify", str(tmp_path), "--patch=-"], tmp_path, "no diff\n" * 50_000)
    assert caught.value.code == "PA801"


def test_a_cancelled_call_leaves_no_process(tmp_path: Path) -> None:
    async def hear(line: str) -> None: ...

    async def main(silent: socket.socket) -> None:
        # A server that takes the connection and never answers keeps the clone waiting.
        url = f"git://127.0.0.1:{silent.getsockname()[1]}/a.git"
        async with anyio.create_task_group() as group:
            group.start_soon(Calls().call, ["hotspots", url, f"--out={tmp_path / 'run'}"], tmp_path, hear)
            connection, _ = await anyio.to_thread.run_sync(silent.accept)
            group.cancel_scope.cancel()
        connection.settimeout(30)
        with connection:
            while connection.recv(4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        anyio.run(main, silent)
