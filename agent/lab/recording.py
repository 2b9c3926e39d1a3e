"""Rounds that survive a crash: what was measured is read from the run folder, only what is missing is measured."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal, get_args

from perfagent.agent.services import Services
from perfagent.tools.measure import Reading, Run, RunFailed, RunResult

#: The journal of the pairs of identical code that a run begins with.
PROBE = "probe"

Stage = Literal["confirm", "publish"]
"""`confirm` are the pairs of the sequential test, `publish` the fresh ones behind the figures."""


def recorded(services: Services, name: str, run: Run) -> Run:
    """A sampler's `run` that takes finished rounds from a journal and appends fresh ones to it.

    Args:
        name: of the journal; the sampler's seed must be a function of it, so that a resumed run draws the same order.
        run: measures a round.
    """
    journal = services.folder.journal(name)

    def replayed(order: Sequence[str], hash_seed: int) -> dict[str, RunResult]:
        if services.interrupted.is_set():
            raise KeyboardInterrupt
        entry = journal.replay(lambda: {side: _to_json(result) for side, result in run(order, hash_seed).items()})
        return {side: _from_json(result) for side, result in entry.items()}

    return replayed


def seed_of(services: Services, name: str) -> int:
    """A seed of 32 bits of its own for whatever bears the name, the same again on resume."""
    return int.from_bytes(hashlib.sha256(f"{services.settings.seed}:{name}".encode()).digest()[:4], "big")


def pairs_seed(services: Services, candidate: str, stage: Stage) -> int:
    """The seed of the coins and hash seeds of a candidate's pairs, drawn anew for each stage."""
    return seed_of(services, candidate) + get_args(Stage).index(stage)


def pairs_journal(candidate: str, stage: Stage) -> str:
    """The journal that holds them."""
    return f"{stage}-{candidate}"


def _to_json(result: RunResult) -> dict[str, Any]:
    if isinstance(result, RunFailed):
        return {"failed": result.detail}
    return {"readings": {name: asdict(reading) for name, reading in result.items()}}


def _from_json(entry: Mapping[str, Any]) -> RunResult:
    if "failed" in entry:
        return RunFailed(entry["failed"])
    return {name: Reading(**reading) for name, reading in entry["readings"].items()}
