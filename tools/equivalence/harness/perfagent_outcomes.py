"""A pytest plugin that writes how each test ended, one JSON line as soon as it is known.

A crash in the middle thus keeps what was known, and its missing last line shows that there was more. Lines:
{"test": node id, "outcome": passed | failed | error | skipped | xfailed | xpassed, "why": text},
{"collect": node id, "why": text} and {"end": exit status, "stopped": whether it ended early on purpose}.

Runs on Python 3.7 and later with pytest 6 and later.
"""

from __future__ import annotations

import json
import os
import tempfile

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

VARIABLE = "PERFAGENT_OUTCOMES"
"""Environment variable with the path of the file to append to."""

WHY_CHARACTERS = 4000

# The worst phase decides: a failing teardown is an error although the call passed.
_RANK = {"passed": 0, "xpassed": 1, "xfailed": 2, "skipped": 3, "failed": 4, "error": 5}


class Outcomes:
    """Collects the phases of each test and writes their sum."""

    def __init__(self, path: str) -> None:
        # Unbuffered appends: a later crash of the process loses nothing, and workers that fork do not repeat
        # lines.
        self.stream = open(path, "ab", buffering=0)  # noqa: SIM115 - open for as long as the process lives
        self.known: dict[str, tuple[str, str]] = {}

    def write(self, record: dict[str, Any]) -> None:
        """Append one line at once."""
        self.stream.write(json.dumps(record).encode() + b"\n")

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note a phase of a test: set-up, call, tear-down or a subtest."""
        outcome = _outcome(report)
        before = self.known.get(report.nodeid)
        if outcome is not None and (before is None or _RANK[outcome] > _RANK[before[0]]):
            self.known[report.nodeid] = outcome, _why(report) if outcome != "passed" else ""

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Write how a test ended."""
        outcome, why = self.known.pop(nodeid, ("error", "no phase of it was reported"))
        self.write({"test": nodeid, "outcome": outcome, "why": why})

    def pytest_collectreport(self, report: Any) -> None:
        """Write a module or package that could not be collected."""
        if report.failed:
            self.write({"collect": report.nodeid, "why": _why(report)})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: Any, exitstatus: int) -> None:
        """Write that the run came to its end."""
        stopped = bool(getattr(session, "shouldstop", False) or getattr(session, "shouldfail", False))
        self.write({"end": int(exitstatus), "stopped": stopped})


def _outcome(report: Any) -> str | None:
    """The name of how a phase ended; None for what says nothing about the test."""
    if report.outcome not in ("passed", "failed", "skipped"):
        return None  # a plugin's own word, such as "rerun"
    expected = hasattr(report, "wasxfail")
    if report.skipped:
        return "xfailed" if expected else "skipped"
    if report.passed:
        return "xpassed" if expected and report.when == "call" else "passed"
    return "failed" if report.when == "call" else "error"


def _why(report: Any) -> str:
    """The end of what the report tells."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[-1])
    text = getattr(report, "longreprtext", "") or str(report.longrepr or "")
    return str(text)[-WHY_CHARACTERS:]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: Any) -> None:
    """Make xdist run in this process, whatever the repository's options say: fewer moving parts, and limits
    hold.
    """
    if hasattr(config.option, "numprocesses"):
        config.option.numprocesses = None
        config.option.dist = "no"
        config.option.tx = []


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: Any) -> None:
    """Register the collector; benchmark bodies run once, as tests."""
    if hasattr(config.option, "benchmark_disable"):
        config.option.benchmark_disable = True
        config.option.benchmark_only = False
        config.option.benchmark_storage = "file://" + tempfile.gettempdir()  # it makes its folder even so
    path = os.environ.pop(VARIABLE, None)
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes(path), "perfagent-outcomes-file")


@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests(early_config: Any) -> Iterator[None]:
    """Leave coverage out: it slows the tests and would write files and fail runs of part of them.

    A wrapper, because it must come before pytest-cov's own hook, which asks to be first.
    """
    options = early_config.known_args_namespace
    if hasattr(options, "cov_source"):
        options.cov_source = []
        options.no_cov = True
    yield
