"""The Action's gate, step by step as a runner executes it, beside GitHub as its own description has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

#: On a machine that other tests keep busy, processor time alone says what a change did.
INPUTS = {"metric": "cpu"}


@pytest.mark.bubblewrap
def test_a_slowdown_fails_with_its_proof(jobs: Any, github: Any) -> None:
    number = github.add_pull("slow").number
    ran = jobs.pull_request("slow", number=number, **jobs.at(github)).judged(**INPUTS, token=github.token)
    assert (ran.status, ran.outputs["verdict"]) == (1, "slower"), ran.log
    assert float(ran.outputs["low"]) <= float(ran.outputs["speedup"]) <= float(ran.outputs["high"]) < 0.95
    assert ran.summary.startswith("### Slower: `bench` is 0.")
    assert "Two independent comparisons prove it." in ran.summary
    assert [level for level, _ in ran.commands] == ["error"]
    (comment,) = github.comments.values()
    assert comment["body"].partition("\n")[2].strip() == ran.summary.strip()
    report = Path(ran.outputs["report"])
    assert json.loads((report / "result.json").read_text())["benchmarks"][0]["verdict"] == "slower"
    assert "Slower" in (report / "report.html").read_text()
    assert github.token not in ran.log


@pytest.mark.bubblewrap
def test_no_slowdown_passes_also_from_a_fork_that_may_not_comment_and_gave_the_benchmark_more_work(
    jobs: Any, github: Any
) -> None:
    github.permissions, github.login = set(), None
    number = github.add_pull("more-work", home="stranger/words").number
    job = jobs.pull_request("more-work", number=number, fork=True, **jobs.at(github))
    ran = job.judged(**INPUTS, token=github.token)
    assert ran.status == 0, ran.log
    assert ran.outputs["verdict"] in ("not_faster", "inconclusive")
    assert ran.summary.startswith("### No slowdown was proved")
    assert "both sides ran those of the base: `benchmarks/bench.py`" in ran.summary
    base, head = (jobs.upstream_head(name) for name in ("main", "more-work"))
    assert f"perfagent ci gate . --base {base} --head {head} --workload script:benchmarks/bench.py" in ran.summary
    assert str(job.folder) not in ran.summary
    assert "tokens of pull requests from forks may only read" in ran.commands[-1][1]
    assert not github.comments


@pytest.mark.bubblewrap
def test_an_improvement_passes_and_is_said_without_any_token(jobs: Any) -> None:
    ran = jobs.pull_request("fast").judged(**INPUTS, token="")
    assert (ran.status, ran.outputs["verdict"]) == (0, "faster"), ran.log
    assert float(ran.outputs["low"]) > 1.1
    assert ran.summary.startswith("### Faster: `bench` is ")
    assert ran.commands[-1] == ("notice", "no comment was left: there is no token")


@pytest.mark.bubblewrap
def test_documentation_is_not_measured_and_a_comment_that_was_true_is_mended(jobs: Any, github: Any) -> None:
    number = github.add_pull("docs").number
    job = jobs.pull_request("docs", number=number, **jobs.at(github))
    ran = job.run(token=github.token)
    assert (ran.status, ran.outputs["verdict"], github.comments) == (0, "skipped", {})
    said = github.add_comment(number, f"{jobs.marker()}\n### Slower: `bench`", github.login)
    job.run(token=github.token)
    assert list(github.comments) == [said]
    assert "### Not measured" in github.comments[said]["body"]
    assert not list(job.temp.glob("perfagent-ci-*/comparison"))


@pytest.mark.bubblewrap
@pytest.mark.parametrize(("wanted", "status"), [("false", 0), ("true", 1)])
def test_a_base_without_a_benchmark_passes_unless_that_is_to_fail(jobs: Any, wanted: str, status: int) -> None:
    ran = jobs.pull_request("null", base="bare").run(fail_on_nothing=wanted, token="")
    assert (ran.status, ran.outputs["verdict"]) == (status, "no_workload"), ran.log
    assert "no benchmark was found at the base" in ran.commands[0][1]


@pytest.mark.bubblewrap
def test_caches_are_asked_for_and_kept_by_a_gate_alone(jobs: Any) -> None:
    ran = jobs.pull_request("docs").run(token="")
    assert [key.rpartition("-")[0] for key in ran.saved] == ["perfagent-tool-Linux"]
    assert "Cache the repository's environment" in ran.steps
    off = jobs.again().run(token="", cache="false")
    assert (off.saved, [name for name in off.steps if "ache" in name and "keys" not in name]) == ([], [])
