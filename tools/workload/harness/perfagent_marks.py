"""The harness's half of the mark protocol: tell the runner where a body starts and ends, and read no clock
here.

`S <name>` before the body, `E <loops> <name>` after it; after each line the runner reads the clocks of this
process from outside and answers one byte. Time between the answer and the next line is what counts, so both
lines are built beforehand.
"""

from __future__ import annotations

import os

VARIABLE = "PERFAGENT_MARKS"
"""Environment variable with the two inherited pipe descriptors: "READFD,WRITEFD"."""

# Kept here so that code under test which replaces os.read cannot come between the two marks.
_read, _write, _exit = os.read, os.write, os._exit


class Marks:
    """The pipe to the runner; silent when the process was started without one."""

    def __init__(self) -> None:
        pair = os.environ.pop(VARIABLE, "")
        self.read_fd, self.write_fd = (int(number) for number in pair.split(",")) if pair else (-1, -1)
        if pair:
            # Programs that the body starts must not hold the pipe open.
            os.set_inheritable(self.read_fd, False)
            os.set_inheritable(self.write_fd, False)

    def send(self, line: bytes) -> None:
        """Write one line and wait for the runner to have read the clocks."""
        if self.write_fd < 0:
            return
        _write(self.write_fd, line)
        if not _read(self.read_fd, 1):
            _exit(70)  # the runner is gone, nobody measures any more


class MarkedSection:
    """One benchmark's marks around `loops` executions of its body."""

    def __init__(self, marks: Marks, name: str, loops: int) -> None:
        label = name.replace("\n", "\\n").encode("utf-8", "backslashreplace")
        self._send = marks.send
        self._first = b"S " + label + b"\n"
        self._last = b"E %d " % loops + label + b"\n"

    def start(self) -> None:
        """Mark that the body starts when this returns."""
        self._send(self._first)

    def stop(self) -> None:
        """Mark that the body ended when this was called."""
        self._send(self._last)
