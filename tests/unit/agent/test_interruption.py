"""Signals to a run: they act between its steps, and never in the middle of a line or of a start."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.interruption import interruptible, uninterrupted

#: Prints until it is told to stop, and then how often it was.
PRINTING = """
import threading
from types import SimpleNamespace
from perfagent.agent.interruption import interruptible
from perfagent.tools.report import Progress
services = SimpleNamespace(interrupted=threading.Event(), progress=Progress())
with interruptible(services):
    while not services.interrupted.is_set():
        services.progress.note("." * 200)
services.progress.note("ended")
"""


def test_the_first_signal_asks_and_the_second_stops(open_services: Callable[[], Any]) -> None:
    services = open_services()
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible(services):
        signal.raise_signal(signal.SIGINT)
        assert services.interrupted.wait(30)
        signal.raise_signal(signal.SIGTERM)
    assert services.progress.stream.getvalue().count("stopping after this sample (once more to stop at once)") == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_without_a_signal_nothing_is_asked_and_nothing_is_left(open_services: Callable[[], Any]) -> None:
    services, descriptors = open_services(), open_files()
    with interruptible(services):
        pass
    assert not services.interrupted.is_set() and services.progress.stream.getvalue() == ""
    assert open_files() == descriptors
    assert "perfagent-interruption" not in [thread.name for thread in threading.enumerate()]


def test_a_signal_in_the_middle_of_a_line_is_heard() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    process = subprocess.Popen([sys.executable, "-c", PRINTING], stderr=subprocess.PIPE, env=environment)
    assert process.stderr is not None
    size = fcntl.fcntl(process.stderr, fcntl.F_SETPIPE_SZ, 4096)
    while size - waiting(process.stderr.fileno()) > 250:
        assert process.poll() is None
        time.sleep(0.01)
    # The pipe is full: it hangs in the middle of a write.
    process.send_signal(signal.SIGINT)
    *_, last = process.communicate(timeout=60)[1].decode().splitlines()
    assert (process.returncode, last[-5:]) == (0, "ended")


def test_what_is_begun_uninterrupted_is_finished_first() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt):
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("inside")
        done.append("behind")
    assert done == ["inside"]


def test_an_own_error_and_a_signal_end_in_the_signal() -> None:
    with pytest.raises(KeyboardInterrupt) as caught, uninterrupted():
        signal.raise_signal(signal.SIGINT)
        raise OSError("no such program")
    assert isinstance(caught.value.__context__, OSError)


def test_a_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with uninterrupted():
            assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_threads_that_no_signal_reaches_need_nothing() -> None:
    came: list[str] = []

    def work() -> None:
        with uninterrupted():
            came.append("worked")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert came == ["worked"]


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def waiting(pipe: int) -> int:
    """Bytes in a pipe that nobody has read."""
    count: int = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]
    return count
