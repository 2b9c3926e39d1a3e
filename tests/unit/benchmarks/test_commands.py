"""How the command lines of the benchmarks end."""

from __future__ import annotations

import subprocess
import sys

import pytest

from perfagent.benchmarks.commands import errors_in_one_line
from perfagent.tools.errors import PerfagentError


def test_an_error_is_one_line_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, errors_in_one_line():
        raise PerfagentError("pip failed", "try again")
    assert ended.value.code == 1
    assert capsys.readouterr().err == "error: pip failed: try again\n"


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), errors_in_one_line():
        _ = 1 / 0


def test_a_command_that_fails_says_so_in_one_line() -> None:
    command = [sys.executable, "-m", "perfagent.benchmarks.real_projects", "prepare", "nothing", "folder"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: no project 'nothing'; there are ") and done.stderr.count("\n") == 1
