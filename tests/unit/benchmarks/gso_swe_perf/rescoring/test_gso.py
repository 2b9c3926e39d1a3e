"""GSO's reports: what follows from the tests they keep, and where they say something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.rescoring.gso import rescore
from perfagent.tools.errors import UsageError

Write = Callable[..., str]


def test_a_sound_report_is_confirmed(document: dict[str, Any], report: Write) -> None:
    found = rescore(report(document))
    assert (found.score, found.opt_commit_ids, found.disagreements()) == (50.0, ["a", "b"], [])
    told = found.as_json()
    assert told["instances"]["a"]["gm_speedup_patch_base"] == pytest.approx(8**0.5)
    assert told["not_recomputed"] == [] and told["score_hack_control"] is None


def test_every_published_aggregate_is_recomputed(document: dict[str, Any], report: Write) -> None:
    published = document["opt_stats"]["a"]
    numbers = {name for name, value in published.items() if isinstance(value, float)}
    assert numbers == set(rescore(report(document)).as_json()["instances"]["a"])
    assert len(numbers) == 21


def test_a_changed_aggregate_is_found(document: dict[str, Any], report: Write) -> None:
    document["opt_stats"]["a"]["hm_speedup_patch_commit"] *= 1 + 1e-6
    found = rescore(report(document)).disagreements()
    assert [(each.instance_id, each.name) for each in found] == [("a", "hm_speedup_patch_commit")]


def test_the_tests_decide_over_the_published_set(document: dict[str, Any], report: Write) -> None:
    document["opt_stats"]["b"]["per_test_speedups"]["patch_commit_speedups"] = [0.5, 1.2]
    found = rescore(report(document))
    assert (found.opt_commit_ids, found.score) == (["a"], 25.0)
    assert {each.name for each in found.disagreements()} >= {"opt_commit", "score", "gm_speedup_patch_commit"}


def test_a_merged_report_keeps_the_verdict_of_a_run_it_keeps_no_tests_of(
    document: dict[str, Any], report: Write
) -> None:
    document["summary"]["k"] = 3
    document["opt_stats"]["b"]["per_test_speedups"]["patch_commit_speedups"] = [0.5, 1.2]
    found = rescore(report(document))
    assert found.score == 50.0
    assert any("another run's" in each.reason for each in found.disagreements())


def test_what_has_no_tests_is_taken_as_published_up_to_its_threshold(document: dict[str, Any], report: Write) -> None:
    del document["opt_stats"]["b"]
    document["opt_stats"]["a"]["per_test_speedups"] = {"patch_base_speedups": [], "patch_commit_speedups": []}
    document["opt_stats"]["a"]["per_test_means"] = None
    path = report(document)
    assert rescore(path).opt_commit_ids == ["a", "b"] == rescore(path, 0.5).opt_commit_ids
    assert rescore(path, 1.0).opt_commit_ids == []
    assert rescore(path).as_json()["not_recomputed"] == ["a", "b"]


@pytest.mark.parametrize("missing", ["opt_stats", "schema_version"])
def test_reports_without_some_parts_are_read(document: dict[str, Any], report: Write, missing: str) -> None:
    del document[missing]
    assert rescore(report(document)).score == 50.0


def test_speedups_alone_give_all_but_times(document: dict[str, Any], report: Write) -> None:
    for name in [name for name in document["opt_stats"]["a"] if name.endswith(("_mean", "_std", "_means"))]:
        del document["opt_stats"]["a"][name]
    told = rescore(report(document)).as_json()
    assert told["instances"]["a"]["am_speedup_patch_base"] is None and told["score"] == 50.0
    assert told["instances"]["a"]["hm_speedup_patch_base"] == pytest.approx(8 / 3)


def test_means_alone_give_the_speedups(document: dict[str, Any], report: Write) -> None:
    del document["opt_stats"]["a"]["per_test_speedups"]
    assert rescore(report(document)).disagreements() == []


def test_a_higher_threshold_asks_for_more(document: dict[str, Any], report: Write) -> None:
    assert rescore(report(document), 1.0).opt_commit_ids == ["a"]
    assert rescore(report(document)).curve()["1.0"] == 25.0


def test_flagged_instances_are_taken_off(document: dict[str, Any], report: Write) -> None:
    document["instance_sets"]["hacked_ids"] = ["a", "c"]
    document["summary"]["score_hack_control"] = 25.0
    assert rescore(report(document)).hack_adjusted == 25.0
    assert rescore(report(document)).disagreements() == []


def test_counts_are_compared_with_their_sets(document: dict[str, Any], report: Write) -> None:
    document["summary"]["passed_instances"] = 3
    assert [each.name for each in rescore(report(document)).disagreements()] == ["passed_instances"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "no GSO result report"),
        ("{}", "summary: field required"),
        ('{"summary": {}, "instance_sets": {}, "schema_version": 2}', "schema_version 2"),
        ('{"summary": {}, "instance_sets": {"opt_commit_ids": 3}}', "instance_sets.opt_commit_ids"),
    ],
)
def test_another_document_is_refused_in_a_line(report: Write, content: str, line: str) -> None:
    with pytest.raises(UsageError, match=line):
        rescore(report(content))


def test_no_file_is_said() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        rescore("nowhere.json")
