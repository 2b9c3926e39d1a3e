"""What identical code looks like, and when to refuse to judge."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import islice, pairwise

import pytest

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import Calibration, CalibrationPlan, Pair, PairSampler, Run, RunFailed, calibrate
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
    found = calibrate("a", same(0.01), "cpu")
    assert 0.006 < found.noise < 0.025
    assert found.smallest_gain is not None
    assert found.smallest_gain <= 1.05
    assert found.accepted <= 0.02 * found.comparisons
    assert found.mean_runs < 40
    assert not found.too_noisy
    assert [each.speedup for each in found.power][:2] == [1.03, 1.04]
    assert found.power[-1].accepted >= 0.99
    assert len(found.ratios) == found.pairs == 20


def test_fewer_resamples_are_counted_as_such(same: SamePairs) -> None:
    found = calibrate("a", same(0.01, 6), "cpu", CalibrationPlan(resamples=10))
    assert (found.pairs, found.comparisons) == (6, 10)


@pytest.mark.parametrize("noise", [0.01, 0.04, 0.1])
def test_the_smallest_gain_is_the_same_without_the_curve(same: SamePairs, noise: float) -> None:
    plain, curved = (
        calibrate("a", same(noise, 6), "cpu", CalibrationPlan(resamples=20, curve=c)) for c in (False, True)
    )
    assert plain == curved.model_copy(update={"power": ()})


def test_a_noisy_machine_is_told_so_without_a_curve(same: SamePairs) -> None:
    found = calibrate("a", same(0.3), "cpu")
    assert (found.too_noisy, found.power, found.smallest_gain) == (True, (), None)


def test_the_printed_sentence_counts_the_comparisons() -> None:
    found = Calibration(
        benchmark="a", metric="cpu", noise=0.02, pairs=20, alpha=0.01, accepted=1, comparisons=200,
        smallest_gain=1.04, mean_runs=18.0,
    )  # fmt: skip
    assert str(found) == (
        "identical code is accepted in at most 1.0% of comparisons by design, and was in 1 of 200 resampled "
        "from 20 pairs of identical code here; gains from 4% seen with 80% power"
    )


def test_too_few_pairs_say_nothing(same: SamePairs) -> None:
    with pytest.raises(MeasurementError, match="5 pairs are too few"):
        calibrate("a", same(0.01, 5), "cpu")


def test_resampling_keeps_neighbours_flips_labels_and_injects_the_gain(same: SamePairs) -> None:
    recorded = same(0.01)
    drawn = resample(recorded, 40, 2.0, random.Random(1))
    steps = [(after.index - before.index) % 20 for before, after in pairwise(drawn)]
    kept = [pair.baseline == recorded[pair.index].baseline for pair in drawn]
    assert sum(step == 1 for step in steps) >= 32
    assert 10 < sum(kept) < 30
    assert all(pair.candidate.cpu_s < 0.7 * pair.baseline.cpu_s for pair in drawn)
