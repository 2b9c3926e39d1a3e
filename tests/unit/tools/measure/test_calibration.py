"""What identical code looks like, and when to refuse to judge."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import islice, pairwise

import pytest

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import Calibration, Pair, PairSampler, Run, RunFailed, calibrate
from perfagent.tools.measure.calibration import resample

MakeRun = Callable[..., Run]
SamePairs = Callable[..., list[Pair]]


@pytest.fixture
def same(make_run: MakeRun) -> SamePairs:
    """A/A pairs of so much noise."""

    def pairs(noise: float, count: int = 20) -> list[Pair]:
        simulated = make_run({"baseline": {"a": 1.0}, "candidate": {"a": 1.0}}, noise)
        series = islice(PairSampler(simulated, 1).pairs(), count)
        return [each["a"] for each in series if not isinstance(each, RunFailed)]

    return pairs


def test_a_quiet_machine_sees_small_gains(same: SamePairs) -> None:
    found = calibrate("a", same(0.01), "cpu", 1)
    assert 0.006 < found.noise < 0.025
    assert found.smallest_gain is not None
    assert found.smallest_gain <= 1.05
    assert found.accepted <= 0.02 * found.comparisons
    assert found.mean_runs < 40
    found.require_quiet()


def test_a_noisy_machine_refuses_to_judge(same: SamePairs) -> None:
    found = calibrate("a", same(0.3), "cpu", 1)
    assert found.too_noisy
    with pytest.raises(MeasurementError, match="a: identical code differs by"):
        found.require_quiet()


def test_the_printed_sentence_counts_the_comparisons() -> None:
    found = Calibration(
        benchmark="a", metric="cpu", noise=0.02, pairs=20, alpha=0.01, accepted=1, comparisons=200,
        smallest_gain=1.04, mean_runs=18.0,
    )  # fmt: skip
    assert str(found) == (
        "identical code is accepted in at most 1.0% of comparisons by design; 1 of 200 resampled A/A "
        "comparisons here; gains from 4% seen with 80% power"
    )


def test_too_few_pairs_say_nothing(same: SamePairs) -> None:
    with pytest.raises(MeasurementError, match="19 pairs are too few"):
        calibrate("a", same(0.01, 19), "cpu", 1)


def test_resampling_keeps_neighbours_flips_labels_and_injects_the_gain(same: SamePairs) -> None:
    recorded = same(0.01)
    drawn = resample(recorded, 40, 2.0, random.Random(1))
    steps = [(after.index - before.index) % 20 for before, after in pairwise(drawn)]
    kept = [pair.baseline == recorded[pair.index].baseline for pair in drawn]
    assert sum(step == 1 for step in steps) >= 32
    assert 10 < sum(kept) < 30
    assert all(pair.candidate.cpu_s < 0.7 * pair.baseline.cpu_s for pair in drawn)
