"""What a workload printed is read as the published harness reads it, and as it should be."""

import pytest

from perfagent.benchmarks.gso_swe_perf.official.workload_output import read_printed, started
from perfagent.tools.errors import MeasurementError

RUN = "+ echo PERF_START:\nPERF_START:\n+ python w.py\nMean: 0.25\nStd Dev: 0.5\n+ echo PERF_END:\nPERF_END:\n"
FAKE = "+ pip install .\nMean: 0.001\nStd Dev: 0\n"


def test_mean_and_deviation_in_seconds() -> None:
    assert read_printed(RUN) == (0.25, 0.5)


def test_what_the_build_prints_is_believed_as_published() -> None:
    assert read_printed(FAKE + RUN) == (0.001, 0.0)


def test_between_the_tags_the_build_is_not_believed() -> None:
    assert read_printed(FAKE + RUN, between_tags=True) == (0.25, 0.5)


def test_echoed_commands_are_no_output() -> None:
    assert read_printed("+ echo Mean: 7 Std Dev: 8\n" + RUN) == (0.25, 0.5)
    assert not started("+ echo PERF_START:\n")


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        ("no module named x\n", "did not start"),
        ("PERF_START:\nTraceback\n", "did not end"),
        ("PERF_START:\nMean: 1\nPERF_END:\n", "no mean and standard deviation"),
        (RUN.replace("0.25", "nan"), "'nan'"),
        (RUN.replace("0.25", "fast"), "'fast'"),
        (RUN.replace("0.25", "0"), "a mean of 0 s"),
        (RUN.replace("0.25", "-1"), "a mean of -1 s"),
    ],
)
def test_anything_else_is_refused(output: str, complaint: str) -> None:
    with pytest.raises(MeasurementError, match=complaint):
        read_printed(output)
