"""Cores as slots: which are taken, who holds them, and who keeps off."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.executor.cores import (
    chosen,
    claim,
    claim_some,
    distinct,
    free_cores,
    keep_off_claimed,
    named_cores,
    physical,
    timing_cores,
)
from perfagent.tools.errors import UsageError

ALLOWED = sorted(os.sched_getaffinity(0))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PERFAGENT_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def affinity() -> Iterator[None]:
    yield
    os.sched_setaffinity(0, ALLOWED)


def test_a_core_is_claimed_once_until_it_is_given_back() -> None:
    held = claim(ALLOWED[0])
    assert held is not None and claim(ALLOWED[0]) is None and free_cores(ALLOWED[:1]) == []
    held.close()
    assert free_cores(ALLOWED[:1]) == ALLOWED[:1]


def test_a_core_stays_claimed_while_a_process_lives_that_was_handed_it() -> None:
    held = claim(4095)
    assert held is not None
    heir = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, pass_fds=(held.descriptor,)
    )
    held.close()
    assert claim(4095) is None
    heir.communicate()
    assert free_cores([4095]) == [4095]


def test_threads_of_one_core_are_one_slot(tmp_path: Path) -> None:
    for core, siblings in enumerate(("0,2", "1,3", "0,2", "1,3")):
        (tmp_path / f"cpu{core}/topology").mkdir(parents=True)
        (tmp_path / f"cpu{core}/topology/thread_siblings_list").write_text(f"{siblings}\n")
    assert distinct(range(4), tmp_path) == (0, 1) and distinct([2, 3], tmp_path) == (2, 3)
    assert physical(3, tmp_path) == 1 and physical(7, tmp_path) == 7


def test_the_first_core_is_left_to_everything_else() -> None:
    cores = distinct(ALLOWED)
    assert timing_cores() == (cores[1:] or cores)
    assert chosen(None) == timing_cores() and chosen(1) == (*cores[1:], cores[0])


@pytest.mark.parametrize("text", ["", "x", "1,", "1,x", "4095"])
def test_lists_that_name_no_cores_here_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="names no cores to use here"):
        named_cores(text)
    assert named_cores(str(ALLOWED[0])) == (ALLOWED[0],)


def test_at_most_so_many_are_claimed() -> None:
    claims = claim_some([4000, 4001, 4002], lambda _: None, most=2)
    assert [held.core for held in claims] == [4000, 4001]
    for held in claims:
        held.close()


def test_a_job_keeps_off_cores_that_others_hold_but_not_its_own(affinity: None) -> None:
    held = [each for core in ALLOWED if (each := claim(core))]
    keep_off_claimed(ALLOWED[-1])
    assert {physical(core) for core in os.sched_getaffinity(0)} == {physical(ALLOWED[-1])}
    for each in held:
        each.close()
