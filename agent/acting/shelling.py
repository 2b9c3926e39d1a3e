"""The shell of one conversation: opened at its first command, remembered for a resumed run, evidence at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict

from perfagent.agent.dialogue import Evidence
from perfagent.agent.lab.mirror import keep
from perfagent.agent.lab.shell import Ran, Shell
from perfagent.agent.services import Services
from perfagent.prompts import render
from perfagent.tools.patch import Policy

#: Evidence kept: number of files, bytes of one.
MOST_EVIDENCE, LARGEST_EVIDENCE = 30, 64 * 2**10

_TEXTS = (".py", ".sh", ".txt", ".md", ".json", ".csv", ".c", ".h", ".js", ".ts", ".rs", ".go", ".log")
_LAST_LINE = 200  # characters of a last line
_TOLD = 5  # changed, undone or lost files named


class ShellRecord(BaseModel):
    """What a command left, for the journal.

    Attributes:
        text: for the model.
        tree: digest of each changed file's new bytes in the edited tree by its path, None for a deleted one.
        scratch: the same of the scratch folder.
        lost: files of the scratch folder that nobody keeps.
        last_line: of its output.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    tree: dict[str, str | None] = {}
    scratch: dict[str, str | None] = {}
    lost: tuple[str, ...] = ()
    last_line: str = ""


class Shelling:
    """A shell that opens when it is first used; used by one thread at a time.

    Args:
        services: the run's laboratory, folder and settings.
        parent: the baseline's tree.
        tree: the edited one.
        edits: whether changes of the tree are kept.
        scratch: files that earlier editors left in their scratch folders, path to digest.
    """

    def __init__(
        self, services: Services, parent: Path, tree: Path, *, edits: bool, scratch: Mapping[str, str] | None = None
    ) -> None:
        self._services, self._parent, self._tree, self._edits = services, parent, tree, edits
        self._shell: Shell | None = None
        self._left = dict(scratch or {})
        self._scratch: dict[str, str] = dict(self._left)
        self._lost: tuple[str, ...] = ()
        self._replayed = False
        self._said: dict[str, str] = {}

    def run(self, command: str, timeout_s: int) -> ShellRecord:
        """Run a command in the sandbox.

        Raises:
            PerfagentError: the sandbox broke.
        """
        restored = self._restored_text()
        ran = self._opened().run(command, timeout_s)
        put = self._services.folder.put
        return ShellRecord(
            text="\n".join(filter(None, [restored, _told(ran)])),
            tree={path: None if data is None else put(data) for path, data in ran.changes.kept.items()},
            scratch={path: None if data is None else put(data) for path, data in ran.scratch.items()},
            lost=ran.lost,
            last_line=_last_line(ran.done.stdout),
        )

    def broken(self, text: str) -> ShellRecord:
        """The record of a command whose sandbox broke: what it had written is thrown away with the shell."""
        self.close()
        self._replayed = True
        return ShellRecord(text=text, lost=self._lost)

    def replay(self, record: ShellRecord) -> None:
        """Bring the tree to where the command left it; the scratch folder follows when the shell opens."""
        folder = self._services.folder
        keep(
            self._tree,
            {path: None if digest is None else folder.get_bytes(digest) for path, digest in record.tree.items()},
        )
        self._replayed = True

    def note(self, command: str, record: ShellRecord) -> None:
        """Remember what a command, run now or before, left in the scratch folder and printed last."""
        for path, digest in record.scratch.items():
            if digest is None:
                self._scratch.pop(path, None)
            else:
                self._scratch[path] = digest
        self._lost = record.lost
        for path in self._scratch:
            if record.last_line and PurePosixPath(path).name in command:
                self._said[path] = record.last_line

    def evidence(self) -> tuple[Evidence, ...]:
        """The small text files of the scratch folder, tests and profiles first."""
        found = []
        for path, digest in sorted(self._scratch.items(), key=lambda each: (not each[0].endswith(".py"), each[0])):
            if digest == self._left.get(path) and path not in self._said:
                continue  # nobody used it here
            data = self._services.folder.get_bytes(digest)
            if path.endswith(_TEXTS) and 0 < len(data) <= LARGEST_EVIDENCE:
                found.append(Evidence(path, len(data), digest, self._said.get(path, "")))
        return tuple(found[:MOST_EVIDENCE])

    def close(self) -> None:
        """End the shell; the next command opens another one."""
        shell, self._shell = self._shell, None
        if shell is not None:
            shell.close()

    def _opened(self) -> Shell:
        if self._shell is None:
            lab, settings = self._services.lab, self._services.settings
            paths = settings.paths if self._edits else ("/",)  # no path of a tree matches that
            policy = Policy.of(self._parent, lab.prepared.workload_paths(), paths=paths)
            self._shell = lab.shell(self._parent, self._tree, policy)
            folder = self._services.folder
            self._shell.restore({path: folder.get_bytes(digest) for path, digest in self._scratch.items()})
            self._replayed = False
        return self._shell

    def _restored_text(self) -> str:
        """What the model must know of a shell that is not the one it used before."""
        if not self._replayed:
            return ""
        return render("shell_anew.md", kept=len(self._scratch), lost=list(self._lost[:_TOLD])).strip()


def _told(ran: Ran) -> str:
    """How a command ended, what was undone, and its output."""
    done = ran.done
    killed = " and was killed with all it had started" if done.timed_out or done.over_disk else ""
    status = f"the command {done.stopped_by}{killed}" if done.stopped_by else f"exit status {done.exit_code}"
    lines = [f"{status}, {done.usage.wall_s:.1f} s"]
    if ran.changes.kept:
        lines.append(f"changed in new/: {_named(tuple(ran.changes.kept))}")
    if ran.changes.undone:
        lines.append(f"put back in new/, as it may not change: {_named(ran.changes.undone)}")
    return "\n".join([*lines, done.stdout.rstrip() or "(no output)"])


def _named(paths: Sequence[str]) -> str:
    more = len(paths) - _TOLD
    return ", ".join(paths[:_TOLD]) + (f" and {more} more" if more > 0 else "")


def _last_line(output: str) -> str:
    lines = output.strip().splitlines()
    return lines[-1].strip()[:_LAST_LINE] if lines else ""
