"""A recording plays back what was recorded, in the order it was recorded."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from perfagent.benchmarks.verdicts.recording import BODIES, VALUES, Recording, load, record, save

RECORDING = Recording("a, cpu", tuple((float(number), number + 0.5) for number in range(1, 11)))


def test_processes_come_in_order_and_round_again() -> None:
    machine = RECORDING.machine(1.0, "seed")
    played = [machine.baseline_values(1)[0] for _ in range(20)]
    assert played[:10] == played[10:]
    assert sorted(played[:10]) == [number + 0.25 for number in range(1, 11)]
    assert sum(after - before == 1 for before, after in pairwise(played)) >= 17


def test_a_gain_divides_the_candidate_alone() -> None:
    plain, faster = RECORDING.machine(1.0, "x"), RECORDING.machine(2.0, "x")
    assert faster.baseline_values(2) == plain.baseline_values(2)
    assert faster.candidate_values(2) == pytest.approx([value / 2 for value in plain.candidate_values(2)])
    assert (plain.processes, faster.processes) == (2, 2)


def test_real_processes_are_recorded_saved_and_loaded(tmp_path: Path) -> None:
    recorded = record(2, lambda _: None)
    save(recorded, tmp_path / "r.gz")
    streams = load(tmp_path / "r.gz", "wall")
    assert [stream.name for stream in streams] == [f"{name}, wall" for name in BODIES]
    assert all(len(stream.processes) == 2 and len(stream.processes[0]) == VALUES for stream in streams)
    assert all(value > 0 for stream in streams for process in stream.processes for value in process)
    assert streams[0].processes[0] == tuple(wall for _, wall in recorded["pure Python"][0])
