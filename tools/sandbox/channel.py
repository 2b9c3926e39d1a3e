"""Lines to and from a runner, over pipes or over Docker's attached socket."""

from __future__ import annotations

import select
import socket
import struct
import subprocess
import time
from typing import IO, Protocol

SEND_TIMEOUT_S = 60.0  # a runner reads at once; only a stopped one lets the pipe fill up
STDERR_BYTES = 4000
CHUNK = 1 << 18
STDERR_FRAME = 2  # Docker Engine API, "Attach to a container": stream format


class Channel(Protocol):
    """A two-way stream of lines whose waiting ends at a deadline."""

    def send(self, line: bytes) -> None:
        """Write one line, newline included.

        Raises:
            OSError: the other side is gone.
        """
        ...

    def receive(self, deadline: float) -> bytes | None:
        """The next line without its newline; None when the other side is gone.

        Args:
            deadline: `time.monotonic()` seconds.

        Raises:
            TimeoutError: the deadline passed.
        """
        ...

    def complaints(self) -> str:
        """The end of what came on standard error."""
        ...

    def close(self) -> None:
        """Give the file descriptors back; the other side sees end of file."""
        ...


class Closeable(Protocol):
    """Anything that can be closed."""

    def close(self) -> None:
        """Give it back."""
        ...


class Lines:
    """Cuts what arrives into lines; looks at each byte once, however long the line."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._ready: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        *complete, rest = data.split(b"\n")
        for line in complete:
            self._ready.append(b"".join([*self._parts, line]))
            self._parts.clear()
        if rest:
            self._parts.append(rest)

    def next(self) -> bytes | None:
        """The oldest complete line."""
        return self._ready.pop(0) if self._ready else None


def wait_readable(fd: int, deadline: float) -> None:
    """Return when `fd` can be read.

    Raises:
        TimeoutError: not before the deadline.
    """
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    if not poll.poll(max(deadline - time.monotonic(), 0) * 1000):
        raise TimeoutError


class PipeChannel:
    """A runner started as a subprocess with pipes for standard input and output.

    Args:
        process: started unbuffered (`bufsize=0`).
        errors: the file its standard error goes to.
    """

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._stdin, self._stdout, self._errors = process.stdin, process.stdout, errors
        self._lines = Lines()

    def send(self, line: bytes) -> None:
        """See Channel."""
        data = memoryview(line)
        while data:
            data = data[self._stdin.write(data) :]

    def receive(self, deadline: float) -> bytes | None:
        """See Channel."""
        while (line := self._lines.next()) is None:
            wait_readable(self._stdout.fileno(), deadline)
            data = self._stdout.read(CHUNK)
            if not data:
                return None
            self._lines.feed(data)
        return line

    def complaints(self) -> str:
        """See Channel."""
        size = self._errors.seek(0, 2)
        self._errors.seek(max(size - STDERR_BYTES, 0))
        return self._errors.read().decode(errors="replace").strip()

    def close(self) -> None:
        """See Channel."""
        for file in (self._stdin, self._stdout, self._errors):
            file.close()


class Frames:
    """Takes Docker's multiplexed stream apart: frames of 8 bytes (stream, 0, 0, 0, length) and payload."""

    def __init__(self) -> None:
        self._rest = b""
        self._left = 0
        self._stream = 0

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Payload pieces with their stream (1 stdout, 2 stderr); a frame may come in several pieces."""
        pieces, data = [], self._rest + data
        while data:
            if self._left == 0:
                if len(data) < 8:
                    break
                self._stream, self._left = struct.unpack(">BxxxL", data[:8])
                data = data[8:]
            piece, data = data[: self._left], data[self._left :]
            self._left -= len(piece)
            if piece:
                pieces.append((self._stream, piece))
        self._rest = data
        return pieces


class SocketChannel:
    """A runner whose standard streams are multiplexed on one of Docker's hijacked connections.

    Args:
        connection: the socket.
        holder: what owns the socket and would close it when collected; closed with it.
    """

    def __init__(self, connection: socket.socket, holder: Closeable) -> None:
        self._socket, self._holder = connection, holder
        self._socket.settimeout(SEND_TIMEOUT_S)
        self._lines, self._frames = Lines(), Frames()
        self._errors = b""

    def send(self, line: bytes) -> None:
        """See Channel."""
        self._socket.sendall(line)

    def receive(self, deadline: float) -> bytes | None:
        """See Channel."""
        while (line := self._lines.next()) is None:
            wait_readable(self._socket.fileno(), deadline)
            data = self._socket.recv(CHUNK)
            if not data:
                return None
            for stream, piece in self._frames.feed(data):
                if stream == STDERR_FRAME:
                    self._errors = (self._errors + piece)[-STDERR_BYTES:]
                else:
                    self._lines.feed(piece)
        return line

    def complaints(self) -> str:
        """See Channel."""
        return self._errors.decode(errors="replace").strip()

    def close(self) -> None:
        """See Channel."""
        self._holder.close()
        self._socket.close()
