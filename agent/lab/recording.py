"""Samples that survive a crash: what was measured is read from the run folder, only what is missing is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from perfagent.agent.services import Services
from perfagent.tools.measure import Reading, Run, RunFailed, RunResult


def recorded(services: Services, name: str, read: Callable[[str, int], RunResult]) -> Run:
    """A sampler's `run` that takes finished samples from a journal and appends fresh ones to it.

    Args:
        name: of the journal; the sampler's seed must be a function of it, so that a resumed run draws the same order.
        read: measures one sample of a side under a hash seed.
    """
    journal = services.folder.journal(name)

    def run(side: str, hash_seed: int) -> RunResult:
        if services.interrupted.is_set():
            raise KeyboardInterrupt
        return _from_json(journal.replay(lambda: _to_json(read(side, hash_seed))))

    return run


def _to_json(result: RunResult) -> dict[str, Any]:
    if isinstance(result, RunFailed):
        return {"failed": result.detail}
    return {"readings": {name: asdict(reading) for name, reading in result.items()}}


def _from_json(entry: Mapping[str, Any]) -> RunResult:
    if "failed" in entry:
        return RunFailed(entry["failed"])
    return {name: Reading(**reading) for name, reading in entry["readings"].items()}
