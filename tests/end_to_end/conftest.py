"""The command line as a user starts it, on a repository small enough that a whole run takes seconds.

The environment of the target is built once a session; every test has a PERFAGENT_HOME of its own beside it. The true
fix makes the workload more than five times faster, so that no noise of the machine can change a verdict.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

WORDS = '''\
"""Lists of words."""


def unique(words):
    """Each word once, in the order of first sight."""
    out = []
    for word in words:
        if word not in out:
            out.append(word)
    return out


def positions(words):
    """The place of each word among the different ones."""
    first = unique(words)
    return {word: place for place, word in enumerate(first)}
'''

COUNTS = '''\
"""Counts of words."""


def tally(words):
    """How often each word occurs."""
    return {word: words.count(word) for word in words}
'''

TESTS = """\
from textkit.counts import tally
from textkit.words import positions, unique


def test_unique_keeps_the_order():
    assert unique(["b", "a", "b"]) == ["b", "a"]


def test_unique_gives_a_list():
    assert isinstance(unique(()), list)


def test_positions():
    assert positions(["b", "a", "b"]) == {"b": 0, "a": 1}


def test_tally():
    assert tally(["b", "a", "b"]) == {"b": 2, "a": 1}
"""

BENCH = """\
from textkit.words import positions

WORDS = [f"word{number % 800}" for number in range(1600)]


def workload():
    return positions(WORDS)
"""

SMALL = """\
from textkit.words import unique

WORDS = [f"word{number % 60}" for number in range(180)]


def workload():
    return unique(WORDS)
"""

PLACES = """\
from textkit.words import positions

WORDS = [f"word{number % 40}" for number in range(160)]


def workload():
    return positions(WORDS)
"""

BOTH = """\
from textkit.counts import tally
from textkit.words import positions


def setup(size=1600):
    return [f"word{number % (size // 2)}" for number in range(size)]


def workload(words):
    return positions(words), tally(words[:400])
"""

FILES = {
    "textkit/__init__.py": "",
    "textkit/words.py": WORDS,
    "textkit/counts.py": COUNTS,
    "tests/test_textkit.py": TESTS,
    "benchmarks/bench.py": BENCH,
    "benchmarks/small.py": SMALL,
    "benchmarks/places.py": PLACES,
    "benchmarks/both.py": BOTH,
}

SLOW = "        if word not in out:\n            out.append(word)\n    return out\n"
FAST_WORDS = WORDS.replace("    out = []\n    for word in words:\n" + SLOW, "    return list(dict.fromkeys(words))\n")

#: Seconds no command here may take, however busy the machine: a hang is a failure, not a lost hour.
LONGEST_S = 400.0

#: Times a command is started on a machine that it finds too busy to judge anything.
PATIENCE = 6

#: Seconds between two of them: what makes it busy may be another test, which ends.
REST_S = 5.0


def git(root: Path, *arguments: str) -> str:
    """Run git in a repository; its output."""
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    done = subprocess.run(["git", "-C", root, *who, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which holds one JSON document and nothing else."""
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """The one line that an error is told in."""
        lines = [line for line in self.err.splitlines() if line.startswith("perfagent: ")]
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0]


@dataclass(frozen=True)
class Perfagent:
    """Starts `python -m perfagent`.

    Attributes:
        home: its PERFAGENT_HOME.
        temporary: its TMPDIR, which it must leave empty.
    """

    home: Path
    temporary: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def start(self, *arguments: object, **environ: str) -> subprocess.Popen[str]:
        """Begin a command in a process group of its own."""
        command = [sys.executable, "-m", "perfagent", *map(str, arguments)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env={**self.environ, **environ}, process_group=0
        )

    def __call__(self, *arguments: object, status: int = 0, stdin: str = "", **environ: str) -> Done:
        """Run a command to its end, which must be `status`; again when it finds the machine too busy to judge."""
        before = set(self.runs())
        for _ in range(PATIENCE):
            process = self.start(*arguments, **environ)
            out, err = process.communicate(stdin, timeout=LONGEST_S)
            if "nothing can be judged" not in err:
                break
            for refused in set(self.runs()) - before:
                shutil.rmtree(refused)
            time.sleep(REST_S)
        assert process.returncode == status, f"ended with {process.returncode}\n{out}\n{err}"
        return Done(process.returncode, out, err)

    def runs(self) -> list[Path]:
        """The run folders, oldest first."""
        return sorted((self.home / "runs").glob("*"))


def processes_naming(text: str) -> list[str]:
    """The command lines of running processes that have `text` in them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if text in line and int(entry.name) != os.getpid():
            found.append(line)
    return found


@pytest.fixture(scope="session")
def environments(common: Path) -> Path:
    """The cache that holds the target's environment: the first command builds it, all others find it."""
    (common / "cache").mkdir(exist_ok=True)
    return common / "cache"


@pytest.fixture(scope="session")
def make_perfagent(environments: Path) -> Callable[[Path], Perfagent]:
    """A command line with a home of its own below a folder."""

    def make(folder: Path) -> Perfagent:
        home, temporary = folder / "home", folder / "tmp"
        home.mkdir()
        temporary.mkdir()
        (home / "cache").symlink_to(environments)
        dropped = ("PERFAGENT_", "OPENAI_", "ANTHROPIC_", "XDG_RUNTIME_DIR")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return Perfagent(home, temporary, environ | {"PERFAGENT_HOME": str(home), "TMPDIR": str(temporary)})

    return make


@pytest.fixture
def perfagent(make_perfagent: Callable[[Path], Perfagent], tmp_path: Path) -> Perfagent:
    return make_perfagent(tmp_path)


def make_repository(root: Path) -> Path:
    """A repository with two commits: the slow code, and, on the branch `fast`, the same made fast."""
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "slow")
    git(root, "checkout", "-qb", "fast")
    (root / "textkit/words.py").write_text(FAST_WORDS)
    git(root, "commit", "-qam", "fast")
    git(root, "checkout", "-q", "main")
    return root


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "textkit")


class Finished(NamedTuple):
    """A run that ended well: the command line that made it, the repository, and its --json."""

    perfagent: Perfagent
    repository: Path
    result: Any


@pytest.fixture(scope="session")
def finished(make_perfagent: Callable[[Path], Perfagent], tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """One run without a model that lands two patches; tests look at it and leave it as it is."""
    folder = tmp_path_factory.mktemp("finished")
    perfagent, repository = make_perfagent(folder), make_repository(folder / "textkit")
    flags = ("--workload", "script:benchmarks/both.py", "--sandbox", "local", "--no-model", "--json")
    return Finished(perfagent, repository, perfagent("run", repository, *flags).json)


def diff_of(old: str, new: str, path: str = "textkit/words.py") -> str:
    """A patch that replaces a file's text."""
    from difflib import unified_diff

    lines = unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}")
    return "".join(lines)


@dataclass
class Script:
    """What the model says: to the planner in order, to the editor by the title of the idea.

    Attributes:
        plan: answers to the planner; when they are used up, that there is no idea.
        edits: title of an idea -> answers in order; when they are used up, that it gives up.
    """

    server: Any
    plan: list[Any] = field(default_factory=list)
    edits: dict[str, list[Any]] = field(default_factory=dict)

    def __call__(self, body: dict[str, Any]) -> Any:
        """The answer to one request."""
        said = "\n".join(str(message.get("content")) for message in body["messages"])
        title = re.search(r"^\*\*(.+?)\*\* \(", said, re.MULTILINE)
        if title is None:
            return self.plan.pop(0) if self.plan else self.server.text('{"ideas": []}')
        waiting = self.edits.get(title[1], [])
        return waiting.pop(0) if waiting else self.server.text("GIVE UP: nothing more comes to mind")


def idea(title: str, gain: float = 0.9, qualname: str = "unique") -> dict[str, Any]:
    """An idea in the form of the plan."""
    return {
        "title": title,
        "target": {"path": "textkit/words.py", "qualname": qualname},
        "mechanism": "data_structure",
        "rationale": "The list is searched for every word.",
        "expected_gain_share": gain,
        "risk": "low",
    }


def plan_of(*ideas: dict[str, Any]) -> str:
    """The text of a plan."""
    return json.dumps({"ideas": ideas})


def replacing(old: str, new: str) -> tuple[str, dict[str, str]]:
    """The call of the tool `edit`."""
    return "edit", {"path": "textkit/words.py", "old": old, "new": new}


SUBMIT = ("submit", {"summary": "a dict finds a word at once"})


def kill_when(process: subprocess.Popen[str], home: Path, reached: Callable[[Path], bool], number: int) -> bool:
    """Send a signal to a command as soon as its run folder shows something; False when it ended before.

    Args:
        reached: whether a run folder shows it.
        number: the signal.
    """
    # The pipes must be read, or a command that says much would wait for us.
    pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe]
    readers = [threading.Thread(target=pipe.read, daemon=True) for pipe in pipes]
    for reader in readers:
        reader.start()
    end = time.monotonic() + LONGEST_S
    sent = False
    while not sent and process.poll() is None and time.monotonic() < end:
        sent = any(reached(run) for run in (home / "runs").glob("*"))
        if sent:
            process.send_signal(number)
        time.sleep(0.005)
    process.wait(LONGEST_S)
    for reader in readers:
        reader.join()
    for pipe in filter(None, (*pipes, process.stdin)):
        pipe.close()
    return sent


def events(run: Path) -> list[dict[str, Any]]:
    """The events of a run; a line that is being written is left out."""
    file = run / "events.jsonl"
    text = file.read_text() if file.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


class Kit:
    """What the tests here share, as test files cannot import one another."""

    WORDS, FAST_WORDS, SLOW, COUNTS = WORDS, FAST_WORDS, SLOW, COUNTS
    SUBMIT, PATIENCE = SUBMIT, PATIENCE
    Perfagent, Script = Perfagent, Script
    git = staticmethod(git)
    make_repository = staticmethod(make_repository)
    diff_of, idea = staticmethod(diff_of), staticmethod(idea)
    plan_of, replacing = staticmethod(plan_of), staticmethod(replacing)
    kill_when, events = staticmethod(kill_when), staticmethod(events)
    processes_naming = staticmethod(processes_naming)


@pytest.fixture(scope="session")
def kit() -> type[Kit]:
    return Kit
