"""Read what a SWE-fficiency workload printed: the mean and the standard deviation of its run times.

The SWE-fficiency harness echoes a tag before and after the workload, and then searches its numbers in the WHOLE output,
the rebuild's included: the first two of all hits are the mean and the deviation. So a patched build file that prints a
mean of its own is believed. That is the published behaviour and our default. `between_tags` closes this hole, but not
the wider one: what the patched code prints while the workload runs looks like the workload's own, so an official time
is the word of the code it is about. The paired protocol holds the clock outside.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from perfagent.tools.errors import MeasurementError

#: Source of all three: SWE-fficiency harness, test_spec.py.
START, END = "PERF_START:", "PERF_END:"
_NUMBERS = re.compile(r"(?:Mean|Std\s*Dev):\s*(\S+)")


class Printed(NamedTuple):
    """Mean and standard deviation of a workload's runs, in seconds."""

    mean: float
    std: float


def started(output: str) -> bool:
    """Whether the script came as far as the workload."""
    return START in _said(output)


def read_printed(output: str, between_tags: bool = False) -> Printed:
    """The numbers in the output of one execution of the performance script, which echoes its commands (`set -x`).

    Args:
        between_tags: believe only what stands between the two tags; the published harness believes all of it.

    Raises:
        MeasurementError: a tag or a number is missing, or no run time: the published harness takes 0 and `nan` too.
    """
    said = _said(output)
    start, end = said.find(START), said.rfind(END)
    if start < 0 or end < 0:
        raise MeasurementError(f"the workload did not {'end' if start >= 0 else 'start'}")
    found = _NUMBERS.findall(said[start:end] if between_tags else said)
    if len(found) < 2:
        raise MeasurementError("the workload printed no mean and standard deviation")
    printed = Printed(_seconds(found[0]), _seconds(found[1]))
    if not printed.mean > 0:
        raise MeasurementError(f"the workload printed a mean of {printed.mean:g} s")
    return printed


def _said(output: str) -> str:
    """The output without the commands that `set -x` echoes, told as in the harness by their plus sign."""
    return "\n".join(line for line in output.splitlines() if not line.startswith("+"))


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise MeasurementError(f"the workload printed {text!r} where a number of seconds belongs") from None
    if not math.isfinite(value):
        raise MeasurementError(f"the workload printed {text!r} where a number of seconds belongs")
    return value
