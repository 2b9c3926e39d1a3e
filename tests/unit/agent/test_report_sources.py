"""What reports are drawn from, written beside a result and read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.agent.report_sources import keep_sources, sources
from perfagent.agent.services import Services
from perfagent.agent.state import Verdict
from perfagent.tools.errors import PerfagentError
from perfagent.tools.report import Result

RESULT = Result(
    command="verify", run_id="r", run_dir="/r", repository="/k", status="completed", verdict="faster"
).to_json()


def test_an_older_run_has_its_result_alone(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(RESULT)
    found = sources(tmp_path)
    assert (found.result.verdict, found.samples, found.difference) == ("faster", None, None)


def test_a_run_that_has_not_ended_says_how_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(PerfagentError, match="has not ended") as caught:
        sources(tmp_path)
    assert "perfagent resume" in caught.value.remedy


@pytest.mark.parametrize("text", ["{", '{"schema": "perfagent/samples/1", "run_id": "r", "later": 1}'])
def test_a_document_of_another_version_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "result.json").write_text(RESULT)
    (tmp_path / "samples.json").write_text(text)
    with pytest.raises(PerfagentError, match="is not of this version of perfagent") as caught:
        sources(tmp_path)
    assert "\n" not in caught.value.message


def test_a_candidate_that_was_not_measured_has_samples_without_pairs(
    open_services: Callable[..., Services],
) -> None:
    services = open_services()
    keep_sources(services, {"patch": Verdict(candidate="c1", verdict="guarded")}, services.target.head, None)
    (services.folder.path / "result.json").write_text(RESULT)
    found = sources(services.folder.path)
    assert found.samples is not None
    assert (found.samples.judged, found.samples.run_id) == ((), services.folder.id)
    assert found.difference is None


def test_workloads_without_a_profile_leave_a_note(open_services: Callable[..., Services]) -> None:
    services = open_services(workloads=("command:true",))
    head = services.lab.tree(services.target.head)
    keep_sources(services, {}, services.target.head, head)
    (services.folder.path / "result.json").write_text(RESULT)
    found = sources(services.folder.path).difference
    assert found is not None
    assert (found.benchmarks, found.note) == ((), "not profiled: a command cannot be")
