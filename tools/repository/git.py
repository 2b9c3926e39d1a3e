"""One hardened way to run git: nothing the target's repository configures is ever executed.

A repository can name programs in its own configuration (hooks, clean and smudge filters, textconv and
external diff drivers, fsmonitor, ssh and proxy commands). The target is code from anybody, so every call
switches all of them off.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from perfagent.tools.errors import RepositoryError

GIT_CONFIG = Path(__file__).with_name("gitconfig")
DEFAULT_TIMEOUT_S = 300.0
CLONE_TIMEOUT_S = 3600.0

# `-c` beats the repository's own configuration, which the file above does not.
HARDENING: tuple[str, ...] = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.alternateRefsCommand=",
    "core.pager=cat",
    "core.quotePath=false",
    "protocol.ext.allow=never",
    "safe.directory=*",
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.recurseSubmodules=false",
    "submodule.recurse=false",
)

# Attributes that outrank every .gitattributes of the target: blobs go in and out byte for byte, and no driver
# is asked.
EXACT_ATTRIBUTES = "* -text !eol !ident !filter !diff !merge !working-tree-encoding !whitespace\n"

# What running the target leaves in a tree, and no commit or diff of ours takes up.
LEFTOVERS = (
    "__pycache__",
    "*.pyc",
    "*.pyo",
    ".pytest_cache",
    ".benchmarks",
    ".hypothesis",
    ".mypy_cache",
    ".ruff_cache",
)

# The caller's variables that a git talking to a remote needs: keys, certificates, proxies, settings handed
# down by CI.
_REMOTE_VARIABLES = ("GIT_SSH", "GIT_ASKPASS", "GIT_CONFIG_", "GIT_SSL_", "GIT_HTTP_", "GIT_PROXY_")


@dataclass(frozen=True, slots=True)
class GitResult:
    """How a git process ended; output is bytes, because paths and sources need not be text."""

    status: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Standard output with undecodable bytes kept as surrogates and the last newline gone."""
        return self.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    @property
    def reason(self) -> str:
        """The first line git complained with, shortened to 300 characters."""
        lines = self.stderr.decode("utf-8", "replace").strip().splitlines()
        told = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
        return told[0][:300] if told else f"git ended with status {self.status}"


@dataclass(frozen=True, slots=True)
class Git:
    """Git bound to a place.

    Attributes:
        cwd: where the process starts.
        git_dir: the repository; found from `cwd` when None, and never above `cwd`.
        work_tree: the work tree, when it is not `cwd`.
        index: the index file, when it is not the repository's own.
        user_config: whether the user's own configuration applies (credentials and proxies, for remote
            repositories).
        extra: further `key=value` configuration.
    """

    cwd: Path
    git_dir: Path | None = None
    work_tree: Path | None = None
    index: Path | None = None
    user_config: bool = False
    extra: tuple[str, ...] = ()

    def run(
        self,
        *arguments: str | Path,
        stdin: bytes | None = None,
        ok: Sequence[int] = (0,),
        timeout_s: float = DEFAULT_TIMEOUT_S,
        env: Mapping[str, str] | None = None,
    ) -> GitResult:
        """Run one git command.

        Args:
            arguments: the command and its arguments; callers put `--end-of-options` or `--` before what users
                supply.
            stdin: bytes for standard input.
            ok: statuses that are no error.
            timeout_s: seconds until git and its children are killed.
            env: variables added to the environment.

        Raises:
            RepositoryError: git is missing, took too long, or ended with another status than `ok`.
        """
        result = self.attempt(*arguments, stdin=stdin, timeout_s=timeout_s, env=env)
        if result.status not in ok:
            raise RepositoryError(f"git {_verb(arguments)} failed: {result.reason}")
        return result

    def attempt(
        self,
        *arguments: str | Path,
        stdin: bytes | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        env: Mapping[str, str] | None = None,
    ) -> GitResult:
        """Run one git command and hand back whatever status it ends with; raises like `run` for the rest."""
        command = ["git"]
        for setting in (*HARDENING, *self.extra):
            command += ["-c", setting]
        command += [os.fspath(argument) for argument in arguments]
        return _spawn(command, self.cwd, {**self._environment(), **(env or {})}, stdin, timeout_s)

    def canonical_diff(self, base: str, head: str) -> str:
        """The diff of two commits or trees, the same whatever the configuration; empty when nothing differs.

        Raises:
            RepositoryError: one of them does not exist.
        """
        options = ("-r", "-p", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-renames")
        told = self.run("diff-tree", *options, base, head, "--")
        return told.stdout.decode("utf-8", "surrogateescape")

    def _environment(self) -> dict[str, str]:
        """The caller's environment without the GIT_ variables that would steer us, and ours."""
        allowed = _REMOTE_VARIABLES if self.user_config else ()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(allowed)}
        kept |= {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_CEILING_DIRECTORIES": str(self.cwd.resolve().parent),
            "LC_ALL": "C",
        }
        if not self.user_config:
            kept["GIT_CONFIG_GLOBAL"] = str(GIT_CONFIG)
        for name, path in (("DIR", self.git_dir), ("WORK_TREE", self.work_tree), ("INDEX_FILE", self.index)):
            if path is not None:
                kept[f"GIT_{name}"] = str(path)
        return kept


def foreign(root: Path) -> Git:
    """Git for a repository that is not ours, with every filter its configuration names switched off.

    Filters are the one kind of program left that the commands used on it (`status`, `rev-parse`, `fetch`)
    would start.

    Raises:
        RepositoryError: its configuration cannot be read.
    """
    listed = Git(root).run("config", "-z", "--includes", "--name-only", "--get-regexp", r"^filter\.", ok=(0, 1))
    names = sorted({key.partition(".")[2].rpartition(".")[0] for key in listed.text.split("\0")} - {""})
    off = ("clean=", "smudge=", "process=", "required=false")
    return Git(root, extra=tuple(f"filter.{name}.{setting}" for name in names for setting in off))


def _verb(arguments: Sequence[str | Path]) -> str:
    return str(arguments[0]) if arguments else ""


def _spawn(command: list[str], cwd: Path, env: dict[str, str], stdin: bytes | None, timeout_s: float) -> GitResult:
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        if not cwd.is_dir():
            raise RepositoryError(f"{cwd} is not a folder", code="PA201") from error
        raise RepositoryError("git is not installed", "install git 2.30 or newer", code="PA206") from error
    try:
        out, err = process.communicate(stdin, timeout=timeout_s)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise RepositoryError(f"git took longer than {timeout_s:g} s and was stopped") from error
        raise
    return GitResult(process.returncode, out, err)


@lru_cache(maxsize=1)
def git_version() -> tuple[int, ...]:
    """The installed git's version, such as (2, 39, 5).

    Raises:
        RepositoryError: git is missing.
    """
    words = Git(Path.cwd()).run("version").text.split()
    return tuple(int(part) for part in words[2].split(".") if part.isdigit())
