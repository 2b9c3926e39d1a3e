"""Published figures beside ours, and a page that says where they part."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.parity.comparing import curve, gso_row, savings, swefficiency_row
from perfagent.benchmarks.gso_swe_perf.parity.page import Findings, page

Write = Callable[..., Path]
HEAD = "instance_id,pred_speedup_ratio,gold_speedup_ratio,human_speedup_ratio,correctness\n"


@pytest.fixture
def report(tmp_path: Path) -> Write:
    def write(name: str, *solved: str, gm: float = 8**0.5) -> Path:
        stats: dict[str, Any] = {
            "gm_speedup_patch_base": gm,
            "per_test_speedups": {"patch_base_speedups": [2.0, 4.0], "patch_commit_speedups": [1.0, 1.0]},
        }
        document = {
            "summary": {"total_instances": 4, "score": 25.0 * len(solved)},
            "instance_sets": {"opt_base_ids": list(solved), "opt_commit_ids": list(solved)},
            "opt_stats": dict.fromkeys(solved, stats),
        }
        path = tmp_path / name
        path.write_text(json.dumps(document))
        return path

    return write


def test_a_sound_report_agrees_in_all(report: Write) -> None:
    row = gso_row(report("a.json", "a", "b"))
    assert (row.figures, row.solved, row.same_set, row.tested) == (2, (2, 2), True, 2)
    assert row.largest < 1e-12 and row.disagreements == ()


def test_a_wrong_figure_stands_on_the_page_with_its_reason(report: Write) -> None:
    row = gso_row(report("a.json", "a", gm=3.0))
    assert row.largest == pytest.approx(1 - 8**0.5 / 3)
    text = page(Findings([row], [], [], None, ["b.json is not JSON"]))
    assert "a.json: a gm_speedup_patch_base: published 3.0, ours 2.82" in text and "- b.json is not JSON" in text


def test_opt_at_k_is_the_union_of_published_sets(report: Write) -> None:
    points = curve([report("run_10.json", "a", "b", "c"), report("run_9.json", "a")])
    assert [(point.k, point.published, point.recomputed) for point in points] == [(1, 25, 25), (2, 75, 75)]


def test_a_table_agrees_with_its_own_ratios(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEAD + "a,4.0,2.0,2.0,1.0\nb,1.0,4.0,0.25,0.0\n")
    row = swefficiency_row(path)
    assert row.published == pytest.approx((2 / 4.5, 0.5**0.5))
    assert row.recomputed == pytest.approx(row.published)
    assert "| t.csv | 2 | 0 | 0.444444 / 0.444444 |" in page(Findings([], [], [row], None, []))


def test_savings_are_scipys() -> None:
    assert savings(3, seed=7).equal == 3
