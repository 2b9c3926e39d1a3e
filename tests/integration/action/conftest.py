"""A runner for action.yml: executes its steps as GitHub's would, with all it uses of GitHub's syntax and no more.

`run` steps are executed for real. `uses` steps are replaced by what they do: a Python that is there, a folder that is
kept under a key. Whatever of the syntax is unknown here is an error, so that nothing passes unread.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from perfagent.agent.ci.commenting import marker

ROOT = Path(__file__).parents[3]
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
NAME = re.compile(r"(inputs|steps|github)\.([\w-]+)(?:\.outputs\.([\w-]+))?")
CONDITION = re.compile(r"([\w.-]+) (==|!=) '([^']*)'")
PINNED = re.compile(r"[\w-]+/[\w-]+(?:/[\w-]+)?@[0-9a-f]{40}")
#: Commands to the runner that only show something.
HARMLESS = {"notice", "warning", "error"}
LONGEST_S = 300
#: Times a job is run on a machine too busy to judge, and the seconds between them.
PATIENCE, REST_S = 6, 5.0


@dataclass
class Ran:
    """How the Action ended.

    Attributes:
        outputs: the Action's own.
        commands: workflow commands the runner would have obeyed, with their text.
        saved: keys that caches were saved under.
    """

    status: int = 0
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    commands: list[tuple[str, str]] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)


def read_outputs(text: str) -> dict[str, str]:
    """A GITHUB_OUTPUT file, by GitHub's rules: `name=value`, or `name<<END`, lines, `END`."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, rest = line.partition("<<")
        if sign and "=" not in name:
            value = []
            for inner in lines:
                if inner == rest:
                    break
                value.append(inner)
            found[name] = "\n".join(value)
        else:
            name, _, found[line.partition("=")[0]] = line.partition("=")
    return found


def obeyed(log: str) -> list[tuple[str, str]]:
    """The workflow commands in a log that are not between `::stop-commands::TOKEN` and `::TOKEN::`."""
    found, token = [], None
    for line in log.splitlines():
        if token is not None:
            token = None if line.strip() == f"::{token}::" else token
        elif match := re.match(r"\s*::([\w-]+)[^:]*::(.*)", line):
            if match[1] == "stop-commands":
                token = match[2]
            else:
                found.append((match[1], match[2]))
    return found


class Runner:
    """One job on a machine of its own folders.

    Args:
        folder: for everything but the workspace.
        workspace: the checkout.
        event: the document of the event.
        variables: of the job, beside those every job has.
    """

    def __init__(self, folder: Path, workspace: Path, event: Mapping[str, Any], variables: Mapping[str, str]) -> None:
        self.folder, self.workspace = folder, workspace
        self.temp = folder / "runner temp"
        (self.temp / "perfagent/tool/bin").mkdir(parents=True, exist_ok=True)
        (folder / "home").mkdir(exist_ok=True)
        # Installed before, as on a runner of one's own: installing has a test for itself.
        program = self.temp / "perfagent/tool/bin/perfagent"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m perfagent "$@"\n')
        program.chmod(0o755)
        (folder / "event.json").write_text(json.dumps(event))
        self.variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_JOB": "gate",
            "GITHUB_REPOSITORY": "octo/textkit",
            "GITHUB_WORKFLOW": "perfagent",
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self.temp),
            **variables,
        }
        self.caches: dict[str, str] = {}

    def judged(self, **given: str) -> Ran:
        """As `run`, again where the machine is found too busy to judge anything: what makes it busy may end."""
        for _ in range(PATIENCE):
            ran = self.run(**given)
            if ran.outputs["verdict"] != "not_judged":
                break
            time.sleep(REST_S)
        return ran

    def run(self, **given: str) -> Ran:
        """Execute the Action with these inputs; `_` in a name stands for `-`."""
        action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
        inputs = {name: str(each.get("default", "")) for name, each in action["inputs"].items()}
        for name, value in given.items():
            assert name.replace("_", "-") in inputs
            inputs[name.replace("_", "-")] = value
        known = {"inputs": inputs, "github": {"token": "job-token"}, "steps": {}}
        known["inputs"] = {name: self._filled(value, known) for name, value in inputs.items()}
        ran = Ran()
        for step in action["runs"]["steps"]:
            if "if" not in step or self._holds(step["if"], known):
                self._step(step, known, ran)
            if ran.status:
                break
        ran.outputs = {name: self._filled(each["value"], known) for name, each in action["outputs"].items()}
        return ran

    def _step(self, step: Mapping[str, Any], known: dict[str, Any], ran: Ran) -> None:
        assert step.keys() <= {"name", "id", "if", "uses", "with", "shell", "run", "env"}
        ran.steps.append(step["name"])
        filled = {
            name: self._filled(value, known) for name, value in (step.get("with") or step.get("env") or {}).items()
        }
        if "uses" in step:
            outputs = self._used(step["uses"], filled, ran)
        else:
            assert step["shell"] == "bash"
            assert not EXPRESSION.search(step["run"]), "foreign text would be read as code"
            outputs = self._executed(step["run"], filled, ran)
        known["steps"][step.get("id", "")] = outputs

    def _used(self, uses: str, given: Mapping[str, str], ran: Ran) -> dict[str, str]:
        """What GitHub's own actions do, as far as the Action relies on it."""
        assert PINNED.fullmatch(uses), f"{uses} is not pinned by commit"
        name = uses.partition("@")[0]
        if name == "actions/setup-python":
            assert given.keys() <= {"python-version", "update-environment"}
            return {"python-path": sys.executable}
        assert given.keys() == {"path", "key"}
        if name == "actions/cache/save":
            ran.saved.append(given["key"])
            return {}
        assert name in ("actions/cache", "actions/cache/restore")
        return {"cache-hit": "true" if given["key"] in self.caches else ""}

    def _executed(self, script: str, env: Mapping[str, str], ran: Ran) -> dict[str, str]:
        files = {f"GITHUB_{name}": self.folder / name.lower() for name in ("OUTPUT", "STEP_SUMMARY", "ENV", "PATH")}
        for path in files.values():
            path.write_text("")
        (self.folder / "step.sh").write_text(script)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", self.folder / "step.sh"],
            env={**self.variables, **env, **{name: str(path) for name, path in files.items()}},
            cwd=self.workspace, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            timeout=LONGEST_S, check=False,
        )  # fmt: skip
        assert not files["GITHUB_ENV"].read_text() + files["GITHUB_PATH"].read_text()
        ran.status, ran.log = done.returncode, ran.log + done.stdout
        ran.commands += obeyed(done.stdout)
        ran.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        return read_outputs(files["GITHUB_OUTPUT"].read_text())

    def _filled(self, text: object, known: Mapping[str, Any]) -> str:
        plain = "true" if text is True else "false" if text is False else str(text)
        return EXPRESSION.sub(lambda match: self._value(match[1], known), plain)

    @staticmethod
    def _value(expression: str, known: Mapping[str, Any]) -> str:
        match = NAME.fullmatch(expression)
        if match is None or (match[1] == "steps") != bool(match[3]):
            raise ValueError(f"{expression!r} is more than this runner knows")
        if match[1] == "steps":
            return str(known["steps"].get(match[2], {}).get(match[3], ""))
        return str(known[match[1]][match[2]])

    def _holds(self, condition: str, known: Mapping[str, Any]) -> bool:
        for part in condition.split(" && "):
            match = CONDITION.fullmatch(part)
            if match is None:
                raise ValueError(f"{part!r} is more than this runner knows")
            if (self._value(match[1], known) == match[3]) != (match[2] == "=="):
                return False
        return True


def git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always")
    return subprocess.run(["git", "-C", root, *who, *words], check=True, capture_output=True, text=True).stdout.strip()


BENCH = """\
from textkit.words import unique

WORDS = [f"word{number % 800}" for number in range(30000)]


def workload():
    return unique(WORDS)
"""

TEST = """\
from textkit.words import unique


def test_unique():
    assert unique("aba") == ["a", "b"]
"""

#: The function that the benchmark calls, as each branch has it.
BODIES = {
    "main": "    return list(dict.fromkeys([str(word) for word in words]))\n",
    "slow": "    words = [str(word) + '' for word in words]\n    return list(dict.fromkeys([str(w) for w in words]))\n",
    "null": "    return list(dict.fromkeys([str(item) for item in words]))\n",
    "fast": "    return list(dict.fromkeys(words))\n",
}


def words(body: str) -> str:
    return f'"""Lists of words."""\n\n\ndef unique(words):\n    """Each word once."""\n{body}'


@pytest.fixture(scope="session")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a benchmark, and branches on which it is slower, as fast, and faster."""
    root = tmp_path_factory.mktemp("upstream") / "textkit"
    for name, text in {
        "textkit/__init__.py": "",
        "textkit/words.py": words(BODIES["main"]),
        "benchmarks/bench.py": BENCH,
        "tests/test_words.py": TEST,
        "pyproject.toml": '[tool.perfagent]\nsetup = "true"\n',
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    for branch in ("slow", "null", "fast"):
        git(root, "checkout", "-q", "-b", branch, "main")
        (root / "textkit/words.py").write_text(words(BODIES[branch]))
        git(root, "commit", "-qam", branch)
    git(root, "checkout", "-q", "-b", "more-work", "null")
    (root / "benchmarks/bench.py").write_text(BENCH.replace("30000", "90000"))
    git(root, "commit", "-qam", "more work")
    git(root, "checkout", "-q", "-b", "docs", "main")
    (root / "README.md").write_text("Words.\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "docs")
    git(root, "checkout", "-q", "-b", "bare", "main")
    git(root, "rm", "-q", "-r", "benchmarks")
    git(root, "commit", "-qm", "no benchmark")
    git(root, "checkout", "-q", "-b", "bare-null")
    (root / "textkit/words.py").write_text(words(BODIES["null"]))
    git(root, "commit", "-qam", "null")
    git(root, "checkout", "-q", "main")
    return root


@dataclass(frozen=True)
class Jobs:
    """Makes jobs on checkouts of the repository upstream."""

    upstream: Path
    folder: Path
    environments: Path

    def pull_request(
        self, branch: str, *, base: str = "main", number: int = 7, fork: bool = False, **variables: str
    ) -> Runner:
        """A job on a pull request, checked out as GitHub does: standing on the merge, with the whole history."""
        workspace = self.folder / "workspace"
        git(self.folder, "clone", "-q", str(self.upstream), str(workspace))
        onto, name = base, branch if base == "main" else f"{base}-{branch}"
        base, head = (git(workspace, "rev-parse", f"origin/{each}") for each in (onto, name))
        git(workspace, "checkout", "-q", "--detach", base)
        git(workspace, "merge", "-q", "--no-edit", "--no-ff", head)
        owner = "stranger" if fork else "octo"
        event = {
            "pull_request": {
                "number": number,
                "base": {"sha": base, "ref": onto, "repo": {"full_name": "octo/textkit"}},
                "head": {"sha": head, "ref": branch, "repo": {"full_name": f"{owner}/textkit"}},
            }
        }
        return self.job(workspace, event, **variables)

    @staticmethod
    def at(github: Any) -> dict[str, str]:
        """The variables that point a job to a forge."""
        return {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": github.full_name}

    def upstream_head(self, branch: str) -> str:
        """Full id of a branch's last commit."""
        return git(self.upstream, "rev-parse", branch)

    @staticmethod
    def marker() -> str:
        """What the jobs' comment is found by."""
        return marker({"GITHUB_WORKFLOW": "perfagent", "GITHUB_JOB": "gate"})

    def again(self) -> Runner:
        """Another job on the same checkout and event."""
        event = json.loads((self.folder / "event.json").read_text())
        return Runner(self.folder, self.folder / "workspace", event, QUICK)

    def job(self, workspace: Path, event: Mapping[str, Any], **variables: str) -> Runner:
        """A job on a checkout; the environments it builds are shared with all others, and few pairs are measured."""
        runner = Runner(self.folder, workspace, event, {**QUICK, **variables})
        (runner.temp / "perfagent/state").mkdir()
        (runner.temp / "perfagent/state/cache").symlink_to(self.environments)
        return runner


#: The fewest pairs, and nothing but the clock: a verdict on the large changes here takes seconds.
QUICK = {"PERFAGENT_PUBLISHED_PAIRS": "8", "PERFAGENT_NO_INSTRUCTIONS": "1"}


@pytest.fixture
def jobs(upstream: Path, tmp_path: Path, common: Path) -> Jobs:
    (common / "action-environments").mkdir(exist_ok=True)
    return Jobs(upstream, tmp_path, common / "action-environments")


class Kit:
    """What the tests here share, as test files cannot import one another."""

    git = staticmethod(git)
    obeyed, read_outputs = staticmethod(obeyed), staticmethod(read_outputs)
    words: Callable[[str], str] = staticmethod(words)
    BODIES, HARMLESS, ROOT = BODIES, HARMLESS, ROOT


@pytest.fixture(scope="session")
def kit() -> type[Kit]:
    return Kit
