from __future__ import annotations

import pytest

from perfagent.benchmarks.gso_swe_perf.official.gso_log import status_of, times

#: What a whole evaluation of two tests prints, in the published words.
LOG = """\
>>>>> Tests Passed
>>>>> Start Base Output
>>>>> Test 0
Execution time: 2.000000s
Execution time: 2.5s
>>>>> Test 1
Execution time:   3s
>>>>> End Base Output
Applying patch...
>>>>> Applied Patch
>>>>> Init Succeeded
>>>>> Tests Passed
>>>>> Start Patch Output
>>>>> Test 0
Execution time: 1.000000s
>>>>> Test 1
Execution time: 1.500000s
>>>>> End Patch Output
>>>>> Tests Passed
>>>>> Start Commit Output
>>>>> Test 0
Execution time: 0.500000s
>>>>> Test 1
Execution time: 0.700000s
>>>>> End Commit Output
"""


def test_a_whole_log_is_graded() -> None:
    assert status_of(LOG) == "graded"


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("Applying patch...", "", "base_failed"),
        (">>>>> Applied Patch", ">>>>> Patch Apply Failed", "patch_failed"),
        (">>>>> Init Succeeded", ">>>>> Init Failed", "patch_failed"),
        (">>>>> Start Commit Output", ">>>>> Tests Errored", "tests_failed"),
        (">>>>> Start Patch Output", ">>>>> Tests Timed Out", "tests_failed"),
        (">>>>> End Commit Output", "", "error"),
    ],
)
def test_the_status_is_the_first_that_the_published_order_finds(before: str, after: str, status: str) -> None:
    assert status_of(LOG.replace(before, after)) == status


def test_a_base_whose_tests_fail_is_the_bases_failure() -> None:
    assert status_of(">>>>> Tests Errored\n") == "base_failed"


def test_a_marker_that_a_patch_prints_is_believed_as_published() -> None:
    assert status_of(LOG + "a test prints >>>>> Tests Errored\n") == "tests_failed"


def test_the_times_are_those_told_in_their_order() -> None:
    assert times(LOG.partition("Start Base")[2].partition("End Base")[0]) == (2.0, 2.5, 3.0)
    assert times("Execution time: never") == ()
