"""Results of every kind for the pages: usual ones, empty ones, and one that is hostile in every field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from perfagent.tools.measure import Calibration
from perfagent.tools.measure.calibration import Power
from perfagent.tools.report import (
    BenchmarkFigure,
    CalibrationReport,
    Check,
    Cost,
    DifferenceFrame,
    EvidenceFile,
    ExponentFigure,
    GrowthFigure,
    InstructionFigure,
    JudgedSamples,
    Material,
    ModelCost,
    PatchReport,
    ProfileDifference,
    Result,
    Samples,
    SampleSeries,
    Setting,
    SizeFigure,
    TestCounts,
    TriedReport,
)

EVIL = "</td></script><script>document.title='evil'</script><img src=http://pictures.example/x onerror=x()>`'\"&\u202e"

DIFF = """\
diff --git a/src/words.py b/src/words.py
--- a/src/words.py
+++ b/src/words.py
@@ -1,5 +1,6 @@ def unique(words):
     out = []
+    seen = set()  # membership in constant time
     for word in words:
-        if word not in out:
+        if word not in seen:
+            seen.add(word)
             out.append(word)
-    return list(out)
"""


def figure(name: str, speedup: float, verdict: str, **more: Any) -> BenchmarkFigure:
    bounds = (speedup * 0.98, speedup * 1.02)
    return BenchmarkFigure(
        id=name, speedup=speedup, interval=bounds, verdict=verdict, pairs=6, metric="cpu", baseline_s=0.02,
        candidate_s=0.02 / speedup, wall_speedup=speedup, memory_speedup=1.0, **more,
    )  # fmt: skip


def series(name: str, speedup: float) -> SampleSeries:
    before = tuple(0.02 + 0.0003 * (n % 3) for n in range(6))
    after = tuple(cost / speedup for cost in reversed(before))
    return SampleSeries(
        benchmark=name, metric="cpu", baseline=before, candidate=after, baseline_first=(True, False) * 3
    )


def patch(number: int, text: str, diff: str) -> PatchReport:
    found = figure(f"bench_{number}{text}", 1.2, "faster")
    return PatchReport(
        id=f"{number:03d}", idea=f"Use a set in `unique` {text}", origin="model", diff=diff, speedup=1.2,
        interval=(1.18, 1.22), hunks=1, commit="c" * 40, pairs=6, metric="cpu",
        rationale=f"each test searches all of `out` {text}", benchmarks=(found,),
        evidence=(EvidenceFile(name=f"differ.py{text}", size=120, digest="d" * 64, last_line=f"ok {text}"),),
    )  # fmt: skip


def growth(text: str) -> GrowthFigure:
    sizes = tuple(
        SizeFigure(size=n, speedup=1.0 + n / 10, interval=(1.0, 2.0), baseline_s=n / 1e3, candidate_s=n / 2e3, pairs=6)
        for n in (1, 2, 4)
    )
    side = ExponentFigure(value=1.5, interval=(1.4, 1.6))
    return GrowthFigure(
        benchmark=f"grow{text}", multiples=True, metric="cpu", sizes=sizes, baseline=side, candidate=side,
        mixed=f"wins at 1x {text}", note=f"no larger ones {text}",
    )  # fmt: skip


def run(patches: int = 2, text: str = "", diff: str = DIFF, **changes: Any) -> Material:
    kept = tuple(patch(number, text, diff) for number in range(1, patches + 1))
    counted = InstructionFigure(baseline=9, candidate=9, change=0.0, first_change=0.0, alarm=True, note=f"odd {text}")
    figures = (
        figure(f"bench_1{text}", 1.4, "faster", instructions=counted),
        figure(f"loser{text}", 0.8, "slower", target=False),
    )
    values: dict[str, Any] = {
        "command": "run", "run_id": "r1", "run_dir": f"/runs/{text}", "repository": f"/repos/words{text}",
        "status": "completed", "verdict": "faster", "speedup": 1.4, "interval": (1.38, 1.42), "metric": "cpu",
        "pairs": 6, "benchmarks": figures, "patches": kept, "baseline": "a" * 40, "head": "b" * 40,
        "branch": f"perfagent/r1{text}",
        "growth": (growth(text),), "tests": TestCounts(passed=60), "candidates": {"faster": patches, "not_faster": 3},
        "checks": (Check(name=f"guard{text}", ok=True, detail=text), Check(name="tests", ok=False, detail="a fails")),
        "tried": (TriedReport(title=f"memo {text}", verdict="not_faster", reason=f"too little {text}"),),
        "model": f"m{text}", "cost": Cost(usd=0.5, calls=2, models=(ModelCost(model=f"m{text}", roles=("editor",)),)),
        "messages": (f"environment: {text}",), "sandbox": f"docker {text}", "python": "3.11",
        "stop": f"no ideas {text}", "reproduce": (f"perfagent verify . --patch a # {text}",),
        "version": "0.1.0",
    }  # fmt: skip
    result = Result(**(values | changes))
    subjects = ("branch", *(each.id for each in kept))
    every = {"branch": (f"bench_1{text}", f"loser{text}")} | {each.id: (each.benchmarks[0].id,) for each in kept}
    judged = tuple(
        JudgedSamples(subject=subject, stage="publish", series=tuple(series(name, 1.3) for name in every[subject]))
        for subject in subjects
    )
    frames = DifferenceFrame(label=f"unique{text}", baseline_s=0.01, candidate_s=0.004)
    whole = DifferenceFrame(label=f"bench_1{text}", baseline_s=0.02, candidate_s=0.014, below=(frames,))
    setting = Setting(run=f"r1{text}", started=1.8e9, machine=f"Linux {text}")
    return Material(result, Samples(run_id="r1", judged=judged), ProfileDifference(benchmarks=(whole,)), setting)


def empty(**changes: Any) -> Material:
    """Nothing was kept and nothing was measured."""
    values: dict[str, Any] = {
        "command": "run", "run_id": "r", "run_dir": "/r", "repository": "https://forge.example/team/words.git",
        "status": "completed", "verdict": "not_faster",
    }  # fmt: skip
    return Material(Result(**(values | changes)))


MATERIALS: dict[str, Callable[[], Material]] = {
    "run": run,
    "hostile": lambda: run(text=EVIL, diff=DIFF.replace("words", EVIL)),
    "hostile-diff": lambda: run(diff=EVIL + "\n+\x00\n" + EVIL),
    "nothing": empty,
    "refused": lambda: empty(command="verify", verdict="tests_failed", checks=(Check(name="t", ok=False, detail="a"),)),
    "slower": lambda: run(patches=0, command="compare", verdict="slower_elsewhere", branch=None),
}


@pytest.fixture(params=MATERIALS)
def material(request: pytest.FixtureRequest) -> Material:
    """Each kind of material in turn."""
    return MATERIALS[request.param]()


@pytest.fixture
def usual() -> Material:
    """A run with two patches, one loser and everything beside."""
    return run()


@pytest.fixture
def many() -> Material:
    """A run with forty patches."""
    return run(patches=40)


@pytest.fixture
def calibrated() -> CalibrationReport:
    """A calibration of two benchmarks with hostile names."""
    values: dict[str, Any] = {
        "metric": "cpu", "noise": 0.02, "pairs": 4, "alpha": 0.01, "accepted": 1, "comparisons": 200,
        "smallest_gain": 1.04, "mean_runs": 18.0, "power": (Power(speedup=1.04, accepted=0.9),),
        "ratios": (1.01, 0.98, 1.0, 1.02),
    }  # fmt: skip
    found = tuple(Calibration(benchmark=name, **values) for name in ("quiet", f"odd{EVIL}"))
    return CalibrationReport(
        run_id="r", run_dir="/r", repository="/repos/words", baseline="0" * 40, sandbox="local", python="3.11", pairs=4,
        benchmarks=found,
    )  # fmt: skip
