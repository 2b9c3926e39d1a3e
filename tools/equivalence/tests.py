"""Running the target's own unit tests in a sandbox and keeping how each one ended."""

from __future__ import annotations

import json
import posixpath
import shlex
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from perfagent.tools.sandbox import Command, Completed, Sandbox

HARNESS = Path(__file__).parent / "harness"
"""Folder to mount read-only, for `TestSite.harness`."""

Outcome = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]

# pytest's exit statuses: all passed, some failed, nothing collected. 2 to 4 say that it could not do its
# work.
_FINISHED = frozenset({0, 1, 5})
_EVIDENCE_LINES = 12
_OUTPUT_TAIL = 4000
# The whole test command counts as one test under this name when it is not pytest.
COMMAND_TEST = "command"

# Order at random is another source of failures that say nothing about the patch.
_QUIET = ("-p", "perfagent_outcomes", "-p", "no:cacheprovider", "-p", "no:randomly")
# The interpreter's folder goes first on PATH, so that `pytest` and `python` mean the target's environment.
_SHELL = 'PATH=$1:$PATH; export PATH; eval "$2"'


@dataclass(frozen=True, slots=True)
class TestSite:
    """Where tests run; every path is as seen inside the sandbox.

    Attributes:
        tree: root of the tree under test.
        python: the interpreter.
        harness: the folder `HARNESS`.
        scratch: a writable folder outside the tree.
        source_roots: folders relative to the tree that come first on PYTHONPATH.
        env: further environment variables; a PYTHONPATH among them comes after the source roots.
    """

    __test__ = False

    tree: str
    python: str
    harness: str
    scratch: str
    source_roots: tuple[str, ...] = (".",)
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TestSelection:
    """Which tests run, and how.

    Attributes:
        command: the user's test command, run by /bin/sh in the tree; pytest of the environment when None.
        select: node ids or paths to run; everything when empty. Only for pytest.
        exclude: node ids or paths to leave out, such as the benchmarks, which other checks run. Only for
            pytest.
        stop_at_first: stop at the first failure, for candidates: one failure decides.
        plugins: modules of the harness that pytest loads beside the one that keeps the outcomes.
    """

    __test__ = False

    command: str | None = None
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    stop_at_first: bool = False
    plugins: tuple[str, ...] = ()


class TestRun(BaseModel):
    """How one run of the tests ended.

    Attributes:
        outcomes: how each test ended, by node id.
        error: one line on what went wrong outside the tests (a module that cannot be collected, a crash, a
            time-out).
        seconds: wall time of the whole run.
        complete: whether the run came to its end, so that a test without outcome was really not there.
        stopped: whether it ended early because that was asked (`stop_at_first`).
        collection_errors: modules that could not be collected, with the last line of why.
        evidence: for each test that did not pass, the last lines of why.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    __test__ = False

    outcomes: dict[str, Outcome]
    error: str | None = None
    seconds: float
    complete: bool
    stopped: bool = False
    collection_errors: dict[str, str] = {}
    evidence: dict[str, tuple[str, ...]] = {}

    def ended(self, *outcomes: Outcome) -> frozenset[str]:
        """The tests that ended in one of these ways."""
        return frozenset(name for name, outcome in self.outcomes.items() if outcome in outcomes)


def run_tests(
    sandbox: Sandbox,
    site: TestSite,
    selection: TestSelection | None = None,
    *,
    timeout_s: float,
    hash_seed: int,
) -> TestRun:
    """Run the tests once, in a process of its own.

    Args:
        sandbox: an open sandbox that mounts the tree and `HARNESS`.
        site: where they run.
        selection: which of them; all by pytest when None.
        timeout_s: seconds until the whole run is killed.
        hash_seed: PYTHONHASHSEED of the run.

    Raises:
        SandboxError: the sandbox broke; failing or crashing tests are a TestRun.
    """
    selection = selection or TestSelection()
    report = posixpath.join(site.scratch, f"outcomes-{uuid.uuid4().hex}.jsonl")
    by_pytest = selection.command is None or is_pytest(selection.command)
    command = command_of(site, selection, report, hash_seed)
    completed = sandbox.execute(replace(command, timeout_s=timeout_s, collect=(report,) if by_pytest else ()))
    if not by_pytest:
        return _whole_command(completed)
    return _read(completed, completed.files.get(report, b""))


def command_of(site: TestSite, selection: TestSelection, report: str, hash_seed: int) -> Command:
    """What runs the tests; `report` is where the outcomes go, in the site's scratch folder."""
    environment = _environment(site, selection, report, hash_seed)
    return Command(argv=_argv(site, selection), cwd=site.tree, env=environment)


def is_pytest(command: str) -> bool:
    """Whether a shell command starts pytest itself (and not through make, tox or a script)."""
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    return any(posixpath.basename(word) in ("pytest", "py.test") for word in words)


def _options(selection: TestSelection) -> list[str]:
    """What pytest is told beside the repository's own options."""
    options = [*_QUIET, "--continue-on-collection-errors"]
    for name in selection.plugins:
        options += ["-p", name]
    for name in selection.exclude:
        options.append(f"--deselect={name}" if "::" in name else f"--ignore={name}")
    if selection.stop_at_first:
        options.append("--maxfail=1")
    return options


def _argv(site: TestSite, selection: TestSelection) -> tuple[str, ...]:
    if selection.command is None:
        return (site.python, "-m", "pytest", "-q", *_options(selection), *selection.select)
    command = selection.command
    if selection.select and is_pytest(command):
        command = f"{command} {shlex.join(selection.select)}"
    return ("/bin/sh", "-c", _SHELL, "sh", posixpath.dirname(site.python), command)


def _environment(site: TestSite, selection: TestSelection, report: str, hash_seed: int) -> dict[str, str]:
    roots = [posixpath.normpath(posixpath.join(site.tree, root)) for root in site.source_roots]
    path = [*roots, site.harness, *filter(None, [site.env.get("PYTHONPATH")])]
    env = {**site.env, "PYTHONPATH": ":".join(path), "PYTHONHASHSEED": str(hash_seed)}
    env["PERFAGENT_OUTCOMES"] = report
    if selection.command is not None and is_pytest(selection.command):
        env["PYTEST_ADDOPTS"] = f"{env.get('PYTEST_ADDOPTS', '')} {shlex.join(_options(selection))}".strip()
    return env


def _whole_command(completed: Completed) -> TestRun:
    """A command that is not pytest: one test, passed when it exits 0."""
    lines = _tail(completed.stdout + completed.stderr)
    return TestRun(
        outcomes={COMMAND_TEST: "passed" if completed.ok else "failed"},
        error=None if completed.ok else _cause(completed),
        seconds=completed.usage.wall_s,
        complete=not completed.timed_out,
        evidence={} if completed.ok else {COMMAND_TEST: lines},
    )


def _read(completed: Completed, data: bytes) -> TestRun:
    records = [record for line in data.splitlines() if (record := _record(line)) is not None]
    tests = {record["test"]: record for record in records if "test" in record}
    collection_errors = {r["collect"]: _last_line(r["why"]) for r in records if "collect" in r}
    ends = [record for record in records if "end" in record]
    stopped = bool(ends) and ends[-1]["stopped"]
    # A process that dies after its last line (in a finalizer, by os._exit) has still run every test.
    finished = bool(ends) and ends[-1]["end"] in _FINISHED and not completed.timed_out
    error = None if finished else _cause(completed)
    if collection_errors and not stopped:
        name, why = next(iter(collection_errors.items()))
        error = f"{name} cannot be collected: {why}"
    return TestRun(
        outcomes={name: record["outcome"] for name, record in tests.items()},
        error=error,
        seconds=completed.usage.wall_s,
        complete=finished and not stopped,
        stopped=stopped,
        collection_errors=collection_errors,
        evidence={name: _tail(record["why"]) for name, record in tests.items() if record["why"]},
    )


def _record(line: bytes) -> dict[str, Any] | None:
    """One line of the report; the last one may be cut off by a crash."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _cause(completed: Completed) -> str:
    """One line on why a run did not end as it should."""
    if completed.stopped_by:
        return f"the tests {completed.stopped_by}"
    said = _complaint((completed.stdout + completed.stderr)[-_OUTPUT_TAIL:])
    return f"the test command ended with status {completed.exit_code}: {said or 'it said nothing'}"


def _complaint(text: str) -> str:
    """The last line that speaks of an error, else the last line."""
    errors = [line for line in text.splitlines() if "error" in line.lower()]
    return _last_line(errors[-1] if errors else text)


def _tail(text: str) -> tuple[str, ...]:
    return tuple(line.rstrip()[:300] for line in text.splitlines() if line.strip())[-_EVIDENCE_LINES:]


def _last_line(text: str) -> str:
    lines = _tail(text)
    return lines[-1].removeprefix("E  ").strip() if lines else ""
