"""What a step tells the runner, and what it keeps from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.agent.ci.job import LONGEST_SUMMARY, Job
from perfagent.tools.errors import UsageError


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def job(tmp_path: Path, said: list[str]) -> Job:
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    return Job({"GITHUB_ACTIONS": "true", **files}, said.append)


@pytest.mark.parametrize("value", ["x", "", "a\nb", "x\nend\nname=forged", "<<EOF\n::set-output name=a::b", "é 1.5×"])
def test_an_output_is_read_back_as_it_was_and_sets_no_other(job: Job, tmp_path: Path, value: str) -> None:
    job.output("report", value)
    first, *lines, last = (tmp_path / "GITHUB_OUTPUT").read_text().splitlines()
    name, _, end = first.partition("<<")
    assert (name, last, "\n".join(lines)) == ("report", end, value)
    assert end not in value


def test_no_two_outputs_have_the_same_delimiter(job: Job, tmp_path: Path) -> None:
    for name in "ab":
        job.output(name, 1)
    ends = [line.partition("<<")[2] for line in (tmp_path / "GITHUB_OUTPUT").read_text().splitlines() if "<<" in line]
    assert len(set(ends)) == 2


def test_a_summary_that_is_too_long_is_cut_and_says_so(job: Job, tmp_path: Path) -> None:
    job.summary("é" * LONGEST_SUMMARY)
    text = (tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8")
    assert len(text.encode()) < 2**20
    assert text.rstrip().endswith("(cut off: see the report)")


def test_remarks_stay_on_one_line(job: Job, said: list[str]) -> None:
    job.remark("warning", "100 %\n::error::owned")
    assert said == ["::warning title=perfagent::100 %25%0A::error::owned"]


def test_commands_are_off_while_foreign_code_prints(job: Job, said: list[str]) -> None:
    for _ in range(2):
        with job.muted():
            pass
    begun, ended, again, _ = said
    assert ended == f"::{begun.removeprefix('::stop-commands::')}::"
    assert begun != again


def test_commands_come_back_after_an_error_that_is_told(job: Job, said: list[str]) -> None:
    with pytest.raises(UsageError), job.telling(), job.muted():
        raise UsageError("no base", "give one")
    assert said[-1] == "::error title=perfagent::no base: give one"
    assert len(said) == 3


def test_a_fault_stays_muted_for_its_traceback(job: Job, said: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), job.telling(), job.muted():
        raise ZeroDivisionError("::error::owned")
    assert len(said) == 1


def test_elsewhere_there_is_only_the_log(said: list[str]) -> None:
    job = Job({}, said.append)
    with job.muted():
        job.output("a", 1)
        job.summary("b")
    job.remark("error", "one\ntwo")
    assert said == ["one two"]
