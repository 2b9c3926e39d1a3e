"""A container in which a protocol is followed: bash scripts in the repository's folder, files in and out.

Unlike the sandbox of our own verdicts an arena is as the benchmarks have theirs: one writable container for all phases,
root inside, every script in the state that the one before it left.
"""

from __future__ import annotations

import contextlib
import io
import tarfile
import threading
import time
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Protocol

from perfagent.benchmarks.gso_swe_perf.places.containers import FOLDER, KILL, container_of, variables
from perfagent.benchmarks.gso_swe_perf.places.place import Place
from perfagent.benchmarks.gso_swe_perf.records import Record
from perfagent.tools.errors import SandboxError
from perfagent.tools.sandbox.docker_engine import NOT_FOUND, Attached, connected, engine_errors

if TYPE_CHECKING:
    from docker import DockerClient

#: Of a script's output its beginning and its end are kept, so much of each: published parsers look at both.
KEPT_BYTES = 8 * 2**20
#: A file read back: no result that a protocol looks at is nearly as large.
FILE_BYTES = 256 * 2**20
#: Between killing a script's processes and giving up the container.
GRACE_S = 20.0
#: A script that was killed for its time; as of timeout(1) with SIGKILL.
KILLED = 137


class Finished(Record):
    """How a script ended.

    Attributes:
        exit_code: bash's; 137 when it ran out of time.
        output: both streams in the order they came; of a very long one the middle is left out.
        seconds: wall time.
    """

    exit_code: int
    output: str
    timed_out: bool
    seconds: float


class Arena(Protocol):
    """What a protocol is followed in."""

    @property
    def place(self) -> Place:
        """What it was made of."""

    def run(self, script: str, timeout_s: float | None = None) -> Finished:
        """Run a bash script in the repository's folder with the place's interpreter first on PATH.

        `pipefail` is on, `errexit` is not. When the time is over every process in the arena is killed, not only the
        script's own: what a patch left running must not disturb the next one's times.

        Raises:
            SandboxError: the container is gone.
        """

    def put(self, path: str, content: bytes) -> None:
        """Write a file, given by its absolute path; folders on the way are made."""

    def get(self, path: str) -> bytes | None:
        """Read a file; None when there is no regular file of that name."""


class DockerArena:
    """See Arena; open it with `open_arena`."""

    def __init__(self, client: DockerClient, container: str, place: Place, variables: dict[str, str]) -> None:
        self._client, self._container, self._place = client, container, place
        self._variables = variables
        self._scripts = 0

    @property
    def place(self) -> Place:
        """See Arena."""
        return self._place

    @property
    def container(self) -> str:
        """The engine's id of it."""
        return self._container

    def run(self, script: str, timeout_s: float | None = None) -> Finished:
        """See Arena."""
        self._scripts += 1
        file = f"{FOLDER}/scripts/{self._scripts}.sh"
        # A file, as one argument may have 128 KiB at most; one stream, as the engine keeps no order between two.
        whole = f"exec 2>&1\nset -o pipefail\ncd {self._place.tree} || exit\n{self._place.activate}\n{script}\n"
        self.put(file, whole.encode("utf-8", "surrogateescape"))
        late = threading.Event()
        timers = [] if timeout_s is None else self._timers(timeout_s, late)
        began = time.monotonic()
        try:
            code, output = self._execute(["bash", file], self._variables)
        finally:
            for timer in timers:
                timer.cancel()
        seconds = time.monotonic() - began
        return Finished(
            exit_code=KILLED if late.is_set() else code, output=output, timed_out=late.is_set(), seconds=seconds
        )

    def put(self, path: str, content: bytes) -> None:
        """See Arena."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode, entry.mtime = len(content), 0o644, int(time.time())
            tar.addfile(entry, io.BytesIO(content))
        self.put_archive(archive.getvalue())

    def put_archive(self, archive: bytes | IO[bytes]) -> None:
        """Unpack a tar archive of paths relative to the root."""
        with engine_errors():
            self._client.api.put_archive(self._container, "/", archive)

    def get(self, path: str) -> bytes | None:
        """See Arena."""
        from docker.errors import APIError

        with engine_errors():
            try:
                chunks, status = self._client.api.get_archive(self._container, path)
            except APIError as error:
                if error.response is not None and error.response.status_code == NOT_FOUND:
                    return None
                raise
            if int(status["size"]) > FILE_BYTES:
                raise SandboxError(f"{path} inside is larger than any result: {status['size']} bytes")
            with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
                first = tar.next()
                opened = tar.extractfile(first) if first is not None and first.isreg() else None
                return opened.read() if opened is not None else None

    def _timers(self, timeout_s: float, late: threading.Event) -> list[threading.Timer]:
        """Kill what runs when the time is over, and the container when that did not end it."""

        def kill() -> None:
            late.set()
            with contextlib.suppress(SandboxError):
                self._execute(["sh", "-c", KILL], {})

        def give_up() -> None:
            with contextlib.suppress(SandboxError), engine_errors():
                self._client.api.kill(self._container)

        timers = [threading.Timer(timeout_s, kill), threading.Timer(timeout_s + GRACE_S, give_up)]
        for timer in timers:
            timer.daemon = True
            timer.start()
        return timers

    def _execute(self, argv: list[str], variables: dict[str, str]) -> tuple[int, str]:
        """Exit code and bounded output of a command.

        Raises:
            SandboxError: the container is gone.
        """
        from docker.utils.socket import frames_iter

        api = self._client.api
        with engine_errors():
            made = api.exec_create(self._container, argv, environment=variables, user="0:0", workdir="/")["Id"]
            with Attached(api.exec_start(made, socket=True)) as stream:
                output = _bounded(chunk for _, chunk in frames_iter(stream.connection, tty=False))
            # The stream may end a moment before the engine knows how the command did.
            while (code := api.exec_inspect(made)["ExitCode"]) is None:
                time.sleep(0.01)
            if not api.inspect_container(self._container)["State"]["Running"]:
                raise SandboxError("the container of the arena is gone")
        return int(code), output


def _bounded(chunks: Iterator[bytes]) -> str:
    """A stream's text: the beginning and the end of one that is too long."""
    head, tail = bytearray(), bytearray()
    left_out = 0
    for chunk in chunks:
        room = max(KEPT_BYTES - len(head), 0)
        head += chunk[:room]
        tail += chunk[room:]
        if len(tail) > 2 * KEPT_BYTES:
            left_out += len(tail) - KEPT_BYTES
            del tail[:-KEPT_BYTES]
    left_out += max(len(tail) - KEPT_BYTES, 0)
    del tail[:-KEPT_BYTES]
    middle = f"\n[... {left_out} bytes left out ...]\n".encode() if left_out else b""
    return bytes(head + middle + tail).decode("utf-8", "replace")


@contextlib.contextmanager
def open_arena(
    place: Place, core: int | None = None, memory: int | None = None, network: bool = False
) -> Iterator[DockerArena]:
    """A container made of a place; it is removed at the end, and by itself when this process dies.

    Args:
        core: the one core it may use; those that this process may when None.
        memory: bytes; three quarters of the machine's when None (the benchmarks' own limits do not fit every machine).
        network: whether it has one.

    Raises:
        SandboxUnavailable: no engine runs.
        SandboxError: the container does not start.
    """
    with connected() as client, container_of(client, place.image, core, memory, network=network) as container:
        yield DockerArena(client, container, place, variables(network=network))
