"""The log of GSO's evaluation: its markers, what they say of how it ended, and the times in it.

Source of markers, pattern and order: GSO harness, `evalscript.py` and `get_logs_eval`. The status is read off the log
as published, so a log of theirs and one of ours give the same. A patch that prints a marker itself is believed; that is
GSO's rule, and why we take the times of our own runs from the files that every process wrote and not from here.
"""

from __future__ import annotations

import re
from typing import Literal

from perfagent.benchmarks.gso_swe_perf.records import Status

Phase = Literal["Base", "Patch", "Commit"]
PHASES: tuple[Phase, ...] = ("Base", "Patch", "Commit")

APPLYING = "Applying patch..."
APPLIED, NOT_APPLIED = ">>>>> Applied Patch", ">>>>> Patch Apply Failed"
INSTALLED, NOT_INSTALLED = ">>>>> Init Succeeded", ">>>>> Init Failed"
PASSED, ERRORED, TIMED_OUT = ">>>>> Tests Passed", ">>>>> Tests Errored", ">>>>> Tests Timed Out"
TIME = re.compile(r"Execution time:\s+([\d.]+)s")


def start(phase: Phase) -> str:
    """What begins a phase's times."""
    return f">>>>> Start {phase} Output"


def end(phase: Phase) -> str:
    """What ends a phase's times."""
    return f">>>>> End {phase} Output"


def status_of(log: str) -> Status:
    """How an evaluation ended.

    A failure before the patch is the base's; a marker of a failed or late test counts wherever it stands, in the
    expert's phase too; a log that ends without the expert's times is no result at all.
    """
    if APPLYING not in log:
        return "base_failed"
    if NOT_APPLIED in log or NOT_INSTALLED in log:
        return "patch_failed"
    if ERRORED in log or TIMED_OUT in log:
        return "tests_failed"
    if any(end(phase) not in log for phase in PHASES):
        return "error"
    return "graded"


def times(text: str) -> tuple[float, ...]:
    """Seconds of every execution that a text tells of, in its order."""
    return tuple(float(found) for found in TIME.findall(text))
