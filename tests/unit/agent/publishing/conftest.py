"""A patch to be proposed, with its proof."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from perfagent.agent.publishing.records import Offer, Proof
from perfagent.tools.report import BenchmarkFigure, Check, Noise, PatchReport, Result, TestCounts

DIFF = """\
diff --git a/src/words.py b/src/words.py
index 1111111111111111111111111111111111111111..2222222222222222222222222222222222222222 100644
--- a/src/words.py
+++ b/src/words.py
@@ -5,3 +5,3 @@ def unique(words):
     out = []
-    for word in words:
+    for word in dict.fromkeys(words):
     return out
"""

MakeOffer = Callable[..., Offer]
MakeProof = Callable[..., Proof]


@pytest.fixture
def diff() -> str:
    return DIFF


@pytest.fixture
def offer() -> MakeOffer:
    """An accepted patch; fields of its report may be given."""

    def make(names: tuple[str, ...] = ("unique",), **fields: object) -> Offer:
        report = PatchReport(
            id="001", idea="Keep seen words in a dict", origin="model", diff=DIFF, speedup=1.5, interval=(1.4, 1.6),
            hunks=1, commit="c" * 40, pairs=20, metric="cpu", rationale="A dict finds a word at once.",
        ).model_copy(update=fields)  # fmt: skip
        return Offer(report, "a" * 12, "b" * 12, parent="d" * 40, names=names, run_id="20260501-142233-3fa9")

    return make


@pytest.fixture
def proof() -> MakeProof:
    """Its proof on one benchmark; fields of the result may be given."""

    def make(**fields: object) -> Proof:
        figure = BenchmarkFigure(
            id="bench::words", speedup=1.5, interval=(1.4, 1.6), verdict="faster", pairs=20, metric="cpu",
            baseline_s=0.012, candidate_s=0.008,
        )  # fmt: skip
        result = Result(
            command="verify", run_id="r", run_dir="/home/me/runs/r", repository="/home/me/words", status="completed",
            verdict="faster", speedup=1.5, interval=(1.4, 1.6), metric="cpu", pairs=20, benchmarks=(figure,),
            tests=TestCounts(passed=12), checks=(Check(name="guard", ok=True, detail="only sources are changed"),),
            python="3.11.7", sandbox="docker", model="some/model", noise=Noise(spread=0.01, smallest_gain=1.03),
        ).model_copy(update=fields)  # fmt: skip
        return Proof("d" * 40, DIFF, result, None, "2026-05-01T14:22:33+00:00")

    return make
