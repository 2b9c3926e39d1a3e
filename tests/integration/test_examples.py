"""The example projects pass their own tests, and their benchmarks run."""

import subprocess
import sys
from pathlib import Path

import pytest

FIELDNOTES = Path(__file__).parents[2] / "examples" / "fieldnotes"


@pytest.mark.parametrize("arguments", [[], ["benchmarks", "--benchmark-disable"]], ids=["tests", "benchmarks"])
def test_fieldnotes_passes(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=FIELDNOTES, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
