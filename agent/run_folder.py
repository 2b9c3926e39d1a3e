"""The run folder: everything a run leaves behind, outside the target repository.

run.json            what was asked: settings, versions, machine
checkpoint.sqlite   LangGraph's checkpoints
events.jsonl        one line an event, in order
objects/            documents by SHA-256 of their content
steps/              results of finished steps by name: a resumed run reads them instead of repeating the work
journal/            readings of finished rounds, one line each
transcripts/        what was said to and by the model
result.json report.md patches/   the output
samples.json difference.json     the timed pairs behind it, and where the time went before and after
reproduce/          what the commands that repeat the verdict name
pull/               what `perfagent pr` sent, and the run folders of what it verified anew
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from perfagent.agent.claims import hold_cache
from perfagent.agent.journal import Journal, write_atomically
from perfagent.agent.once import Once
from perfagent.tools.errors import LimitExceeded, PerfagentError, UsageError
from perfagent.tools.sandbox import remove

#: Below this many free bytes a run refuses to start a step: an environment and two trees need about as much.
MINIMUM_FREE_BYTES = 256 * 2**20

#: What is only whole when it has another name, or is of use to one session alone.
UNFINISHED = ("work/*", "trees/*.part", "index-*", "clone-*", ".*.[0-9]*", "*/.*.[0-9]*")

#: Stands for the result of a step that has none yet, as a finished one may well be null.
_NO_RESULT = object()


def runs_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Where runs are kept: `runs` below `state_home`."""
    return state_home(environ) / "runs"


def state_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Where runs and caches are: $PERFAGENT_HOME, else $XDG_STATE_HOME/perfagent, else ~/.local/state/perfagent."""
    if "PERFAGENT_HOME" in environ:
        return Path(environ["PERFAGENT_HOME"]).expanduser().resolve()
    state = environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "perfagent"


def leftovers(path: Path) -> list[Path]:
    """What a session that was killed left half done in a run folder nobody works in."""
    return [left for pattern in UNFINISHED for left in path.glob(pattern)]


def new_run_id(now: float | None = None) -> str:
    """A sortable, unique name such as `20260501-142233-3fa9`."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    return f"{stamp}-{secrets.token_hex(2)}"


class RunFolder:
    """One run's folder; safe under threads, but for a journal, which is one thread's.

    Args:
        path: the folder; made when missing.

    Raises:
        PerfagentError: nothing can be written there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.id = self.path.name
        self._was_there = self.path.exists()
        self._using: IO[str] | None = None
        self._lock = threading.Lock()
        self._steps = Once()
        try:
            for name in ("objects", "steps", "journal", "transcripts", "patches", "trees"):
                (self.path / name).mkdir(parents=True, exist_ok=True)
            self._events = (self.path / "events.jsonl").open("a", encoding="utf-8")
        except OSError as error:
            remedy = "give another place with --out, or set PERFAGENT_HOME"
            raise PerfagentError(
                f"no run folder can be made at {self.path} ({error.strerror})", remedy, code="PA003"
            ) from error

    def close(self) -> None:
        """Close the event log, and with it the claim."""
        self._events.close()
        if self._using is not None:
            self._using.close()
        tempfile.tempdir = None

    @property
    def handle(self) -> str:
        """What names the run on the command line: its id, or its path where `perfagent runs` does not look."""
        return self.id if self.path.parent == runs_home() else str(self.path)

    def claim(self) -> None:
        """Make the folder this process's own until it is closed, and remove what a killed session left half done.

        Raises:
            PerfagentError: another process works in it.
        """
        try:
            fcntl.flock(self._events, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PerfagentError(
                f"the run {self.id} is under way in another process", "wait for it to end", code="PA004"
            ) from error
        self._using = hold_cache(state_home() / "cache", exclusively=False)
        for left in leftovers(self.path):
            remove(left)
        # Temporary files stand where the next session finds them if this one is killed.
        work = self.path / "work"
        work.mkdir(exist_ok=True)
        tempfile.tempdir = str(work)

    @property
    def worked(self) -> bool:
        """Whether something finished here that a resumed run need not repeat."""
        return any(any((self.path / name).iterdir()) for name in ("steps", "journal", "transcripts"))

    def remove(self) -> None:
        """Take away again what was made: nothing worth keeping happened in it."""
        self.close()
        if self._was_there:
            for entry in self.path.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        else:
            shutil.rmtree(self.path, ignore_errors=True)

    def put(self, content: str | bytes) -> str:
        """Store a document; returns its digest."""
        data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        digest = hashlib.sha256(data).hexdigest()
        target = self.path / "objects" / digest
        if not target.exists():
            write_atomically(target, data)
        return digest

    def get(self, digest: str) -> str:
        """A stored document.

        Raises:
            PerfagentError: the folder lacks it.
        """
        return self.get_bytes(digest).decode("utf-8", "surrogateescape")

    def get_bytes(self, digest: str) -> bytes:
        """A stored document as it was put; raises as `get`."""
        try:
            return (self.path / "objects" / digest).read_bytes()
        except FileNotFoundError as error:
            raise PerfagentError(
                f"the run folder {self.path} lacks the document {digest[:12]}", code="PA008"
            ) from error

    def put_json(self, value: Any) -> str:
        """Store a JSON document; returns its digest."""
        return self.put(json.dumps(value, sort_keys=True))

    def get_json(self, digest: str) -> Any:
        """A stored JSON document."""
        return json.loads(self.get(digest))

    def step(self, name: str, compute: Callable[[], Any]) -> Any:
        """The JSON result of a named step: read when it finished before, else computed and kept.

        This is what makes nodes idempotent: a killed run that resumes repeats no finished step. Of several threads
        that ask for it one computes.
        """
        with self._steps.making(name):
            value = self.found(name, _NO_RESULT)
            if value is _NO_RESULT:
                value = compute()
                write_atomically(self._step_file(name), json.dumps(value).encode())
        return value

    def found(self, name: str, otherwise: Any = None) -> Any:
        """The JSON result of a step that finished; `otherwise` when it did not. Nothing is written."""
        target = self._step_file(name)
        return json.loads(target.read_text("utf-8")) if target.exists() else otherwise

    def _step_file(self, name: str) -> Path:
        return self.path / "steps" / f"{name}.json"

    def write(self, name: str, text: str) -> Path:
        """Write one of the named files, whole or not at all; returns its path."""
        target = self.path / name
        write_atomically(target, text.encode("utf-8", "surrogateescape"))
        return target

    def journal(self, name: str) -> Journal:
        """The journal of one measurement."""
        return Journal(self.path / "journal" / f"{name}.jsonl")

    def forget(self, name: str) -> None:
        """Drop a journal, so that a resumed run measures anew."""
        (self.path / "journal" / f"{name}.jsonl").unlink(missing_ok=True)

    def event(self, kind: str, **data: Any) -> None:
        """Append one event; flushed at once, so that a crash loses none."""
        line = json.dumps({"time": round(time.time(), 3), "kind": kind, **data}) + "\n"
        with self._lock:
            self._events.write(line)
            self._events.flush()

    def require_space(self, needed: int = MINIMUM_FREE_BYTES) -> None:
        """Refuse to go on when the disk is nearly full.

        Raises:
            LimitExceeded: kind `disk`, in bytes.
        """
        state = os.statvfs(self.path)
        free = state.f_bavail * state.f_frsize
        if free < needed:
            error = LimitExceeded("disk", free, needed)
            error.message = f"only {free // 2**20} MiB are free under {self.path}"
            error.remedy = "free some space, or choose another folder with --out, then `perfagent resume`"
            raise error


@contextmanager
def fresh_folder(path: Path) -> Iterator[RunFolder]:
    """A new run folder, which is taken away again when the command fails before any step of it is finished."""
    folder = RunFolder(path)
    try:
        yield folder
    except PerfagentError:
        if not folder.worked:
            folder.remove()
        raise


def find_run(name: str, home: Path | None = None) -> Path:
    """The folder of a run named by id, by a unique beginning of one, or by path.

    Raises:
        UsageError: several runs begin so.
        PerfagentError: there is no such run.
    """
    path = Path(name)
    if (path / "run.json").exists():
        return path.resolve()
    home = home or runs_home()
    found = sorted(p.parent for p in home.glob("*/run.json") if p.parent.name.startswith(name)) if name else []
    if len(found) > 1:
        raise UsageError(
            f"several runs begin with {name!r}",
            "give more of the id: " + ", ".join(p.name for p in found[:5]),
            code="PA005",
        )
    if not found:
        raise PerfagentError(f"there is no run {name!r}", "`perfagent runs` lists them", code="PA005")
    return found[0]


def list_runs(home: Path | None = None) -> list[dict[str, str]]:
    """The runs kept under `home`, newest first: id, command, repository, status, verdict and folder of each."""
    found = []
    for file in sorted((home or runs_home()).glob("*/run.json"), reverse=True):
        asked = json.loads(file.read_text("utf-8"))
        result_file = file.with_name("result.json")
        result = json.loads(result_file.read_text("utf-8")) if result_file.exists() else {}
        entry = {"id": file.parent.name, "command": asked.get("command", ""), "repository": asked.get("repository", "")}
        entry |= {"status": result.get("status", "unfinished"), "verdict": result.get("verdict", "")}
        found.append(entry | {"folder": str(file.parent)})
    return found
