import json

import pytest

from perfagent.tools.report import BenchmarkFigure, Check, PatchReport, Result, result_markdown
from perfagent.tools.report.story import headline


def result(**changes: object) -> Result:
    values: dict[str, object] = {
        "command": "run", "run_id": "r", "run_dir": "/runs/r", "repository": "/repo", "status": "completed",
        "verdict": "faster", "speedup": 1.4242, "interval": (1.38, 1.46), "metric": "cpu", "pairs": 20,
        "patches": (PatchReport(id="001", idea="Use a set", origin="catalogue", diff="--- a\n+++ b\n", speedup=1.42,
                                interval=(1.38, 1.46), hunks=1, pairs=20, metric="cpu"),),
    }  # fmt: skip
    return Result(**(values | changes))  # type: ignore[arg-type]


def test_the_headline_can_be_quoted() -> None:
    assert headline(result()) == "1.42x faster (95 % CI 1.38–1.46, 20 pairs, CPU time)"


def test_a_run_without_patches_does_not_claim_anything() -> None:
    assert headline(result(patches=(), verdict="not_faster", speedup=None)) == "No change was proved faster"


@pytest.mark.parametrize("verdict", ["slower_elsewhere", "inconclusive", "guarded"])
def test_other_verdicts_are_named(verdict: str) -> None:
    assert headline(result(verdict=verdict)).lower().startswith(verdict.replace("_", " "))


def test_losers_stand_in_the_table() -> None:
    slower = BenchmarkFigure(id="b", speedup=0.91, interval=(0.9, 0.92), verdict="slower_elsewhere", target=False)
    assert "| `b` | 0.91x | 0.90–0.92 |" in result_markdown(result(benchmarks=(slower,)))


def test_failed_checks_stand_out() -> None:
    text = result_markdown(result(checks=(Check(name="unit tests", ok=False, detail="test_a failed"),)))
    assert "- **failed**: unit tests – test_a failed" in text


def test_a_diff_with_fences_cannot_end_its_own_fence() -> None:
    patch = PatchReport(id="1", idea="x", origin="model", diff="+```\n+````\n", speedup=None, interval=None, hunks=1)
    assert "`````diff\n+```\n+````\n`````" in result_markdown(result(patches=(patch,)))


def test_the_prompts_of_a_model_are_told_by_their_versions() -> None:
    text = result_markdown(result(model="m", prompts={"editor.md": "0123abcd", "patterns": "89abcdef"}))
    assert "- prompts: editor 0123abcd, patterns 89abcdef" in text
    assert "- prompts:" not in result_markdown(result())


def test_the_document_is_published_by_its_schema() -> None:
    document = json.loads(result().to_json())
    assert document["schema"] == "perfagent/result/1"
    assert Result.model_validate(document) == result()
