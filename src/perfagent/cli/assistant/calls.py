"""Calling our own command line: a process of its own, so that nothing it prints or breaks reaches the protocol."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE

import anyio
from anyio.abc import ByteReceiveStream, Process
from anyio.streams.text import TextReceiveStream

from perfagent.cli.assistant.lifeline import PATIENCE

Say = Callable[[str], Awaitable[None]]

_LAST_LINE = re.compile(r"perfagent: (?P<told>.*) \[(?P<code>PA\d{3})\]")
_RUN = re.compile(r"\[\d+:\d\d\] run (?P<id>\S+): ")


class CallFailed(Exception):
    """The command ended with an error.

    Attributes:
        told: its last line.
        code: that line's, empty when the command died without one.
        run: the id of the run it began, empty when it began none.
    """

    def __init__(self, told: str, code: str = "", run: str = "") -> None:
        super().__init__(told)
        self.told, self.code, self.run = told, code, run


@dataclass
class Calls:
    """The calls under way, each a process in a session of its own."""

    _open: set[Process] = field(default_factory=set)
    # Both ends stay open as long as we live; the calls hold the reading end, and see its end when we do not.
    _lifeline: tuple[int, int] = field(default_factory=os.pipe)

    async def call(self, arguments: Sequence[str], cwd: Path, say: Say, stdin: str = "") -> str:
        """What a command prints on standard output.

        When the caller is cancelled, the command is interrupted as by Ctrl-C and waited for: a run stays resumable.

        Args:
            arguments: of `perfagent`.
            cwd: where it runs; nothing is imported from there.
            say: told each line of progress.
            stdin: what the command reads.

        Raises:
            CallFailed: it ended with an error.
        """
        # -P: a repository that holds a folder `perfagent` or a `typing.py` must not be imported.
        entry = ("-P", "-m", "perfagent.cli.assistant.lifeline", str(self._lifeline[0]))
        command = [sys.executable, *entry, *arguments]
        lines: deque[str] = deque(maxlen=200)
        printed: list[bytes] = []
        async with self._started(command, cwd, stdin) as process, anyio.create_task_group() as readers:
            assert process.stdout is not None and process.stderr is not None
            readers.start_soon(_collect, process.stdout, printed)
            async for line in _lines(process.stderr):
                lines.append(line)
                if not _LAST_LINE.fullmatch(line):
                    await say(line)
            status = await process.wait()
        if status:
            raise _failure(lines, status)
        return b"".join(printed).decode()

    async def stop(self) -> None:
        """Interrupt every call that is under way and wait for it."""
        async with anyio.create_task_group() as stops:
            for process in tuple(self._open):
                stops.start_soon(_stop, process)

    @asynccontextmanager
    async def _started(self, command: Sequence[str], cwd: Path, stdin: str) -> AsyncIterator[Process]:
        process = await anyio.open_process(
            command, stdin=PIPE if stdin else DEVNULL, stdout=PIPE, stderr=PIPE, cwd=cwd, start_new_session=True,
            pass_fds=self._lifeline[:1],
        )  # fmt: skip
        self._open.add(process)
        try:
            if process.stdin is not None:
                with suppress(anyio.BrokenResourceError):  # it ended without reading; its last line says why
                    await process.stdin.send(stdin.encode("utf-8", "surrogateescape"))
                await process.stdin.aclose()
            yield process
        finally:
            with anyio.CancelScope(shield=True):
                await _stop(process)
                self._open.discard(process)
                await process.aclose()


async def _stop(process: Process) -> None:
    """Let the process end as after Ctrl-C; kill it when it does not."""
    for number, patience in PATIENCE:
        if process.returncode is not None:
            return
        _signal(process, number)
        with anyio.move_on_after(patience):
            await process.wait()
    if process.returncode is None:
        _signal(process, signal.SIGKILL)
        await process.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        pass


async def _collect(stream: ByteReceiveStream, into: list[bytes]) -> None:
    async for chunk in stream:
        into.append(chunk)


async def _lines(stream: ByteReceiveStream) -> AsyncIterator[str]:
    rest = ""
    async for text in TextReceiveStream(stream, errors="replace"):
        *whole, rest = (rest + text).split("\n")
        for line in whole:
            yield line
    if rest:
        yield rest


def _failure(lines: Sequence[str], status: int) -> CallFailed:
    run = next((found["id"] for found in map(_RUN.match, lines) if found), "")
    said = _LAST_LINE.fullmatch(lines[-1]) if lines else None
    if said:
        return CallFailed(said["told"], said["code"], run)
    return CallFailed(f"perfagent ended with status {status}: {' '.join(list(lines)[-1:])}", "", run)
