"""A finished run without a model: its result, its folder, and every command that shows it or takes it over."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import pytest

#: What --json promises for run, beside what it promises for verify and compare.
DOCUMENTED = {
    *("status", "verdict", "speedup", "interval", "metric", "pairs", "benchmarks", "tests", "checks"),
    *("baseline", "head", "cost", "run_dir", "patches", "branch", "candidates"),
}


#: What reports are drawn from, beside the result.
SOURCES = ("samples", "difference")


def test_the_result_has_all_that_is_documented(finished: Any) -> None:
    result = finished.result
    assert result.keys() >= DOCUMENTED
    assert (result["status"], result["verdict"], result["candidates"]) == ("completed", "faster", {"faster": 2})
    assert result["interval"][0] > 5
    assert result["cost"]["usd"] == 0
    assert result["reproduce"][0] == f"git checkout --detach {result['baseline']}"
    assert result["reproduce"][1].startswith(
        "perfagent verify . --patch change.diff --workload script:benchmarks/both.py"
    )
    patch, last = result["patches"]
    assert patch.keys() >= {"id", "idea", "origin", "diff", "speedup", "interval", "hunks"}
    assert (patch["origin"], last["origin"], last["commit"]) == ("catalogue", "catalogue", result["head"])
    assert "+    out_set = set()" in patch["diff"]


def test_the_branchs_growth_stands_beside_its_verdict(finished: Any) -> None:
    (growth,) = finished.result["growth"]
    assert (growth["benchmark"], growth["multiples"], growth["mixed"]) == ("both", True, "")
    assert [(each["size"], each["pairs"]) for each in growth["sizes"]] == [(1, 6), (2, 6), (4, 6), (8, 6)]
    assert growth["candidate"]["value"] < growth["baseline"]["value"]
    assert "## Growth with the size of the input" in Path(finished.result["run_dir"], "report.md").read_text()
    assert "growth  both: n^" in finished.perfagent("show", finished.result["run_dir"]).out


def test_the_samples_and_profiles_stand_beside_the_result(finished: Any) -> None:
    result = finished.result
    sources = {name: json.loads(Path(result["run_dir"], f"{name}.json").read_text()) for name in SOURCES}
    subjects = [(each["subject"], each["stage"]) for each in sources["samples"]["judged"]]
    patches = [(patch, stage) for patch in ("001", "002") for stage in ("confirm", "publish")]
    assert subjects == [*patches, ("branch", "publish")]
    (branch,) = sources["samples"]["judged"][-1]["series"]
    assert len(branch["baseline"]) == len(branch["candidate"]) == len(branch["baseline_first"]) == result["pairs"]
    assert {True, False} == set(branch["baseline_first"])
    ratio = statistics.median(branch["baseline"]) / statistics.median(branch["candidate"])
    assert 0.5 < ratio / result["speedup"] < 2
    (box,) = sources["difference"]["benchmarks"]
    assert (box["label"], box["below"][0]["label"]) == ("both", "workload (benchmarks/both.py)")
    assert box["baseline_s"] > 2 * box["candidate_s"] > 0


def test_the_repository_is_untouched_and_nothing_is_left_running(finished: Any, kit: Any) -> None:
    assert kit.git(finished.repository, "status", "--porcelain", "--ignored") == ""
    assert kit.git(finished.repository, "branch", "--list", "perfagent/*") == ""
    assert list(Path(finished.result["run_dir"], "work").iterdir()) == []
    assert [f.name for f in finished.perfagent.temporary.iterdir() if not f.name.startswith("perfagent-")] == []
    assert kit.processes_naming(str(finished.perfagent.home)) == []


def test_runs_and_show_and_report_tell_the_same(finished: Any) -> None:
    perfagent, result = finished.perfagent, finished.result
    listed = perfagent("runs", "--json").json
    assert [(run["id"], run["status"], run["verdict"]) for run in listed] == [(result["run_id"], "completed", "faster")]
    assert result["run_id"] in perfagent("runs").out
    assert perfagent("show", result["run_id"][:8], "--json").json == result
    assert "seen-list-to-set" in perfagent("show", result["run_dir"]).out
    assert perfagent("report", result["run_id"], "--format", "json").json == result
    assert (
        perfagent("report", result["run_id"], "--format", "md").out == Path(result["run_dir"], "report.md").read_text()
    )
    page = Path(perfagent("report", result["run_id"]).out.strip())
    assert page == Path(result["run_dir"], "report.html")
    assert "list-count-to-counter" in page.read_text()


def test_a_finished_run_resumes_to_its_result(finished: Any) -> None:
    assert finished.perfagent("resume", finished.result["run_id"], "--json").json == finished.result


def test_apply_adds_the_branch_and_nothing_else(finished: Any, kit: Any) -> None:
    perfagent, repository, result = finished
    before = {ref: kit.git(repository, "rev-parse", ref) for ref in ("HEAD", "main", "fast")}
    for _ in range(2):
        assert result["branch"] in perfagent("apply", result["run_id"]).out
    assert kit.git(repository, "rev-parse", result["branch"]) == result["head"]
    assert {ref: kit.git(repository, "rev-parse", ref) for ref in before} == before
    assert kit.git(repository, "status", "--porcelain", "--ignored", "--branch") == "## main"
    message = kit.git(repository, "log", "-1", "--format=%B", result["branch"])
    assert f"Perfagent-Speedup: {result['patches'][-1]['speedup']:.3f}x" in message
    kit.git(repository, "branch", "-D", result["branch"])


@pytest.mark.parametrize("command", ["show", "report", "resume", "apply"])
def test_an_unknown_run_is_told_in_one_line(finished: Any, command: str) -> None:
    done = finished.perfagent(command, "nowhere", status=1)
    assert "there is no run 'nowhere'" in done.said
    assert json.loads(finished.perfagent("runs", "--json").out) != []
