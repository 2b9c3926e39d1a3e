"""`perfagent eval ... rescore` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Call = Callable[..., CompletedProcess[str]]


def report(path: Path, *solved: str) -> str:
    sets = {"passed_ids": list("abcd"), "opt_base_ids": list(solved), "opt_commit_ids": list(solved)}
    summary = {"total_instances": 4, "opt_commit": len(solved), "k": 1, "score": 25.0 * len(solved)}
    ratios = {
        "patch_base_speedups": [2.0, 4.0],
        "patch_commit_speedups": [1.0, 1.0],
        "commit_base_speedups": [2.0, 4.0],
    }
    stats = {name: {"per_test_speedups": ratios, "base_mean": 2.0, "patch_mean": 1.0} for name in solved}
    path.write_text(json.dumps({"summary": summary, "instance_sets": sets, "schema_version": 1, "opt_stats": stats}))
    return str(path)


@pytest.fixture
def reports(tmp_path: Path) -> list[str]:
    return [report(tmp_path / f"run_{n}.json", *names) for n, names in ((10, "abc"), (2, "ab"), (1, "a"))]


def test_gsos_figures_come_as_json(perfagent: Call, reports: list[str]) -> None:
    ended = perfagent("eval", "gso", "rescore", *reports, "--json")
    told: dict[str, Any] = json.loads(ended.stdout)
    assert [(each["file"], each["score"]) for each in told["files"]] == list(
        zip(reports, (75.0, 50.0, 25.0), strict=True)
    )
    assert told["files"][0]["instances"]["a"]["hm_speedup_patch_base"] == pytest.approx(8 / 3)
    assert (told["k"], told["opt_at_k"]) == (3, 75.0)


def test_the_first_k_in_natural_order_count(perfagent: Call, reports: list[str]) -> None:
    told = json.loads(perfagent("eval", "gso", "rescore", *reports, "--k", "2", "--p", "0.99", "--json").stdout)
    assert (told["opt_at_k"], told["opt_at_k_ids"], told["p"]) == (50.0, ["a", "b"], 0.99)


def test_a_table_for_people(perfagent: Call, reports: list[str]) -> None:
    shown = perfagent("eval", "gso", "rescore", *reports).stdout
    assert "score                     75" in shown and "Opt@3 of the first 3 in natural order: 75 % of 4" in shown


def test_swefficiencys_shares(perfagent: Call, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("instance_id,pred_speedup_ratio,gold_speedup_ratio,correctness\na,2,2,1\nb,1,4,0\n")
    told = json.loads(perfagent("eval", "swefficiency", "rescore", str(path), "--json").stdout)["files"][0]
    assert (told["harmonic_mean"], told["correct"], told["at_least_095"]) == (pytest.approx(0.4), 0.5, 0.5)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gso", "rescore"), "missing argument"),
        (("gso", "rescore", "nowhere.json"), "nowhere.json cannot be read"),
        (("gso", "rescore", "a.json", "--k", "2"), "--k 2 asks for more than the 1 file given"),
        (("gso", "rescore", "a.json", "--p", "inf"), "--p is inf"),
        (("swefficiency", "rescore", "a.csv", "--k", "1"), "--k says nothing to swefficiency"),
        (("swe-perf", "rescore", "nowhere"), "nowhere is no folder"),
    ],
)
def test_what_cannot_be_done_is_one_line(perfagent: Call, words: tuple[str, ...], said: str) -> None:
    ended = perfagent("eval", *words)
    assert ended.returncode == 2 and said in ended.stderr and len(ended.stderr.splitlines()) == 1
