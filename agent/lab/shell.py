"""A shell in the run's own sandbox, beside a baseline's tree, an edited one and a scratch folder.

What it shows is as contained as any measured code: no network, the run's limits, nothing of the host's environment.
"""

from __future__ import annotations

import posixpath
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from perfagent.agent.lab.mirror import Changes, Mirror, read, stamps, write
from perfagent.tools.errors import SandboxError
from perfagent.tools.patch import Policy, is_leftover
from perfagent.tools.sandbox import Command, Completed, Mount, Sandbox, SandboxKind, remove

#: Where a shell starts, and what it finds there.
HOME = "/perfagent/work"
OLD, NEW, SCRATCH = "old", "new", "scratch"

#: Seconds a command may take at most: a whole test suite of the published benchmarks' projects fits.
LONGEST_COMMAND_S = 300.0

#: What of the scratch folder is kept for a resumed run: bytes of one file, bytes and number of all.
LARGEST_NOTE, MOST_NOTES_BYTES, MOST_NOTES = 2**20, 16 * 2**20, 500

_LOOK_S = 0.2  # between two looks at whether the user asked to stop

Open = Callable[[list[Mount], float], AbstractContextManager[Sandbox]]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a shell's code runs.

    Attributes:
        kind: of the sandbox.
        source_roots: folders of a tree that belong on PYTHONPATH.
        scripts: what else it may read.
        interrupted: set when the user asked to stop, which ends a running command.
    """

    kind: SandboxKind
    source_roots: tuple[str, ...]
    scripts: tuple[Mount, ...] = ()
    interrupted: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did.

    Attributes:
        done: how it ended; `stdout` holds standard error too, in the order of writing.
        changes: what it changed in the edited tree.
        scratch: new bytes of each file it changed in the scratch folder, by path; None for one that is gone.
        lost: files of the scratch folder that are too many or too large to be kept beyond this session.
    """

    done: Completed
    changes: Changes
    scratch: Mapping[str, bytes | None]
    lost: tuple[str, ...]


class Shell:
    """One open shell; each command is a process of its own, what it writes into the folders stays.

    Args:
        folder: an empty one on the host, removed at the end.
        trees: the baseline's and the edited one; only the latter takes changes.
        policy: which changes it takes.
        open_sandbox: opens one on mounts, with a limit in seconds.
        setting: where the code runs.
    """

    def __init__(
        self, folder: Path, trees: tuple[Path, Path], policy: Policy, open_sandbox: Open, setting: Setting
    ) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._stack.callback(remove, folder)
        self._program = "bash"
        self._interrupted = setting.interrupted
        try:
            folder.chmod(0o755)
            self.mirror = Mirror(trees[1], folder / NEW, policy)
            self._scratch = folder / SCRATCH
            self._scratch.mkdir()
            self._kept: dict[str, bytes] = {}
            self._stamps = dict(stamps(self._scratch))
            mounts = [*self._mounts(trees[0], setting.kind), *setting.scripts]
            self._sandbox = self._stack.enter_context(open_sandbox(mounts, LONGEST_COMMAND_S))
            self._home = posixpath.dirname(self._sandbox.inside(folder / NEW))
            self._env = self._environment(setting.source_roots)
        except BaseException:
            self.close()
            raise

    def _mounts(self, baseline: Path, kind: SandboxKind) -> list[Mount]:
        if kind == "local":
            # Nothing is mounted there, and what others measure must not be written into.
            shutil.copytree(baseline, self._folder / OLD, symlinks=True)
            baseline = self._folder / OLD
        return [
            Mount(baseline, f"{HOME}/{OLD}"),
            Mount(self._folder / NEW, f"{HOME}/{NEW}", writable=True),
            Mount(self._scratch, f"{HOME}/{SCRATCH}", writable=True),
        ]

    def _environment(self, roots: Sequence[str]) -> dict[str, str]:
        """Variables of every command: OLD and NEW hold what PYTHONPATH must be to import one tree or the other."""

        def path(tree: str) -> str:
            return ":".join(posixpath.normpath(posixpath.join(self._home, tree, root)) for root in roots)

        return {
            "OLD": path(OLD),
            "NEW": path(NEW),
            "PYTHONPATH": path(NEW),
            # Bytecode goes by whole seconds of a source's time, and edits follow each other faster.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",  # what was said before a timeout is seen
            "PYTHONHASHSEED": "0",  # two runs to be compared iterate over sets alike
        }

    def restore(self, scratch: Mapping[str, bytes]) -> None:
        """Put files into the scratch folder, as an earlier session left them."""
        for path, data in scratch.items():
            write(self._scratch, path, data)
        self._kept = dict(scratch)
        self._stamps = dict(stamps(self._scratch))

    def run(self, command: str, timeout_s: float) -> Ran:
        """Run a command of bash and take over what it changed.

        Raises:
            SandboxError: the sandbox broke, or was filled with more files than can be looked at.
            KeyboardInterrupt: the user asked to stop; the shell is then closed.
        """
        self.mirror.forth()
        done = self._execute(command, timeout_s)
        if done.exit_code == 127 and self._program == "bash" and "cannot start bash" in done.stderr:
            self._program = "sh"
            done = self._execute(command, timeout_s)
        return Ran(done, self.mirror.back(), *self._look_at_scratch())

    def _execute(self, command: str, timeout_s: float) -> Completed:
        argv = (self._program, "-c", f"exec 2>&1\n{command}")
        with self._interruptible():
            return self._sandbox.execute(Command(argv, self._home, self._env, min(timeout_s, LONGEST_COMMAND_S)))

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """End what runs when the user asks to stop: an editor's thread hears no signal.

        Raises:
            KeyboardInterrupt: that happened.
        """
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_LOOK_S):
                if self._interrupted.is_set():
                    self._sandbox.close()
                    return

        watcher = threading.Thread(target=watch, name="perfagent-shell", daemon=True)
        watcher.start()
        try:
            yield
        except SandboxError:
            if self._interrupted.is_set():
                raise KeyboardInterrupt from None
            raise
        finally:
            done.set()
            watcher.join()

    def _look_at_scratch(self) -> tuple[dict[str, bytes | None], tuple[str, ...]]:
        """What changed in the scratch folder, and what of it will not outlive the session."""
        now = {path: stamp for path, stamp in stamps(self._scratch) if not is_leftover(path)}
        changes: dict[str, bytes | None] = dict.fromkeys(self._kept.keys() - now.keys())
        kept: dict[str, bytes] = {}
        lost: list[str] = []
        for path in sorted(now):
            same = self._stamps.get(path) == now[path] and path in self._kept
            data = self._kept[path] if same else read(self._scratch, path, LARGEST_NOTE)
            room = MOST_NOTES_BYTES - sum(map(len, kept.values()))
            if data is None or len(data) > room or len(kept) == MOST_NOTES:
                lost.append(path)
                continue
            kept[path] = data
            if self._kept.get(path) != data:
                changes[path] = data
        changes |= {path: None for path in lost if path in self._kept}
        self._kept, self._stamps = kept, now
        return changes, tuple(lost)

    def close(self) -> None:
        """Kill what runs and remove what was made; may be called twice."""
        self._stack.close()
