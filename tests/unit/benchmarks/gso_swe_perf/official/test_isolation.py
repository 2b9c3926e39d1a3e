"""Rewritten workloads, run by a real interpreter: every sample is on its own, and what is printed is of the samples."""

import subprocess
import sys
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.official.isolation import isolate, samples
from perfagent.tools.errors import WorkloadError

#: Every call of the workload and of the set-up leaves a line with its process and what is remembered there.
SCRIPT = """\
import os
import statistics
import timeit

remembered = []

def note(what):
    with open(LOG, "a") as log:
        log.write("%s %d %d\\n" % (what, os.getpid(), len(remembered)))

def setup():
    note("setup")

def workload():
    note("workload")
    remembered.append(1)

runtimes = timeit.repeat(workload, number=2, repeat=3, setup=setup)

print("Mean:", statistics.mean(runtimes))
print("Std Dev:", statistics.stdev(runtimes))
"""


class Ran:
    """What a rewritten script printed, and what its calls noted: (what, process, remembered)."""

    def __init__(self, folder: Path, script: str) -> None:
        log, file = folder / "log", folder / "workload.py"
        file.write_text(isolate(f"LOG = {str(log)!r}\n{script}"))
        done = subprocess.run([sys.executable, file], capture_output=True, text=True, timeout=60, check=False)
        self.code, self.output, self.errors = done.returncode, done.stdout, done.stderr
        rows = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
        self.calls = [(what, int(process), int(remembered)) for what, process, remembered in rows]


def test_every_sample_has_a_process_and_a_set_up_of_its_own(tmp_path: Path) -> None:
    ran = Ran(tmp_path, SCRIPT)
    assert [what for what, _, _ in ran.calls] == ["setup", "workload", "workload"] * 3
    assert len({process for _, process, _ in ran.calls}) == 3


def test_what_a_sample_remembers_dies_with_it(tmp_path: Path) -> None:
    ran = Ran(tmp_path, SCRIPT)
    assert [remembered for what, _, remembered in ran.calls if what == "workload"] == [0, 1] * 3


def test_two_lines_are_printed(tmp_path: Path) -> None:
    ran = Ran(tmp_path, SCRIPT)
    assert ran.code == 0
    assert [line.partition(":")[0] for line in ran.output.splitlines()] == ["Mean", "Std Dev"]


def test_only_the_slice_counts(tmp_path: Path) -> None:
    script = SCRIPT.replace("mean(runtimes)", "mean(runtimes[-1:])").replace("stdev(runtimes)", "stdev(runtimes[-1:])")
    assert "Std Dev: 0.0" in Ran(tmp_path, script).output  # one run time has no deviation, three have


def test_a_call_by_itself_warms_the_parent_behind_a_set_up(tmp_path: Path) -> None:
    ran = Ran(tmp_path, SCRIPT.replace("runtimes =", "workload()\nruntimes ="))
    assert [what for what, _, _ in ran.calls[:2]] == ["setup", "workload"]
    assert [remembered for what, _, remembered in ran.calls[2:] if what == "workload"] == [1, 2] * 3


def test_statements_behind_the_timing_run_behind_it(tmp_path: Path) -> None:
    ran = Ran(tmp_path, SCRIPT.replace('print("Mean', 'print(len(runtimes), "times")\nprint("Mean') + "print('end')\n")
    assert ran.output.splitlines()[2:] == ["3 times", "end"]


def test_files_are_removed_when_a_sample_fails(tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.touch()
    removal = f'os.remove({str(left)!r})\nprint("Mean'
    ran = Ran(
        tmp_path, SCRIPT.replace("remembered.append(1)", "raise ValueError('broken')").replace('print("Mean', removal)
    )
    assert ran.code == 1
    assert "broken" in ran.errors
    assert not left.exists()


def test_a_sample_that_is_killed_ends_the_script(tmp_path: Path) -> None:
    ran = Ran(tmp_path, SCRIPT.replace("remembered.append(1)", "os.kill(os.getpid(), 9)"))
    assert ran.code == 1
    assert "Mean" not in ran.output


def test_decorated_functions_and_comments_stay(tmp_path: Path) -> None:
    decorated = "def same(f):\n    return f\n\n@same\n# a comment\ndef workload():"
    assert Ran(tmp_path, SCRIPT.replace("def workload():", decorated)).code == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [("number=2, repeat=7", 7), ("repeat=10_000", 10000), ("number=2", 5), ("repeat=REPEATS", 5)],
)
def test_samples_are_counted_as_the_harness_does(arguments: str, expected: int) -> None:
    assert samples(SCRIPT.replace("number=2, repeat=3", arguments)) == expected


def test_repeat_may_be_imported_by_name() -> None:
    assert samples("from timeit import repeat\nruntimes = repeat(workload, repeat=4)\n") == 4


@pytest.mark.parametrize("script", ["print('Mean: 1')\n", "runtimes = timeit.repeat('pass')\n", "def workload(:\n"])
def test_a_script_without_such_a_timing_is_refused(script: str) -> None:
    with pytest.raises(WorkloadError, match="the workload"):
        isolate(script)
