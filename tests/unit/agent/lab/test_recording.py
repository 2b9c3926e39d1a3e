"""A round that was measured is never measured again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from perfagent.agent.lab.recording import recorded
from perfagent.agent.run_folder import RunFolder
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings
from perfagent.tools.measure import PairSampler, Reading, Run, RunFailed, RunResult

Asked = list[tuple[tuple[str, ...], int]]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with closing(RunFolder(tmp_path / "run")) as folder:
        yield Services(Settings(), folder, None, None)  # type: ignore[arg-type]


def measuring(asked: Asked, dies_at: int = 99) -> Run:
    """A run that notes what it was asked; it dies in one round, and the candidate fails in round 4."""

    def run(order: Sequence[str], hash_seed: int) -> dict[str, RunResult]:
        asked.append((tuple(order), hash_seed))
        if len(asked) > dies_at:
            raise OSError("killed")
        failing = RunFailed("why") if len(asked) == 5 else {"a": Reading(2.0, 1.0, 0.5, 3, 10**6, 4)}
        return {side: failing if side == "candidate" else {"a": Reading(1.0, 1.0, 0.0, 0, 1)} for side in order}

    return run


def test_a_killed_series_goes_on_with_the_round_it_died_in(services: Services) -> None:
    first, second, whole = Asked(), Asked(), Asked()
    with pytest.raises(OSError, match="killed"):
        list(PairSampler(recorded(services, "x", measuring(first, dies_at=3)), 7).pairs())
    resumed = list(PairSampler(recorded(services, "x", measuring(second)), 7).pairs(0))[:4]
    expected = list(PairSampler(measuring(whole), 7).pairs())[:4]
    assert resumed == expected
    assert first[:3] + second[:2] == whole[:3] + whole[3:5]


def test_failures_are_recorded_too(services: Services) -> None:
    series = list(PairSampler(recorded(services, "x", measuring([])), 7).pairs())
    assert series[4:] == [RunFailed("why")]
    assert list(PairSampler(recorded(services, "x", measuring([], dies_at=0)), 7).pairs()) == series


def test_an_interrupted_run_measures_no_more(services: Services) -> None:
    run = recorded(services, "x", measuring([]))
    run(("baseline", "candidate"), 1)
    services.interrupted.set()
    with pytest.raises(KeyboardInterrupt):
        run(("baseline", "candidate"), 2)
