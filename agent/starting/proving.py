"""Running a new benchmark before it is offered: it runs, yields the same twice, and its time is in its function."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from perfagent.agent.lab.bench import Bench, failure_of, reading_of
from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.prepared import Prepared
from perfagent.agent.lab.seeds import VALUE_SEEDS
from perfagent.agent.services import Services
from perfagent.agent.starting.script import Script
from perfagent.tools.equivalence import stable
from perfagent.tools.profile import Hotspot
from perfagent.tools.workload import Request

#: Share of the benchmark's time that must pass in its function, with all that calls.
SMALLEST_SHARE = 0.5


class Unfit(Exception):
    """What was made is no benchmark; the text says why."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What running a benchmark showed.

    Attributes:
        body_s: CPU seconds of one execution.
        share: of its time in the function it calls, with all that calls.
        hottest: the functions of the repository in which the time is, `path:qualname`, the first three.
    """

    body_s: float
    share: float
    hottest: tuple[str, ...]


def prove(services: Services, prepared: Prepared, script: Script, spot: Hotspot) -> Proof:
    """Run a benchmark in a copy of the tree: for its values under two hash seeds, for its profile, for its time.

    Args:
        spot: the function that it calls.

    Raises:
        Unfit: it fails, yields something else each time, or its time is not in the function.
    """
    placed = prepared.model_copy(update={"workloads": (f"script:{script.path}",)})
    lab = Laboratory(services, placed)
    tree = lab.writable_copy(lab.tree(prepared.base), "first")
    try:
        _put(tree, script)
        with lab.open({"baseline": tree}) as bench:
            _require_steady(bench, script)
            spots = bench.hotspots("baseline", tree)
            share = next((s.cumulative_share for s in spots if (s.path, s.qualname) == (spot.path, spot.qualname)), 0.0)
            if share < SMALLEST_SHARE:
                raise Unfit(f"only {share:.0%} of the time of its calls made again is in it: results are cached")
            seen = bench.observe("baseline", Request(hash_seed=VALUE_SEEDS[0]))[0]
            if trouble := failure_of(seen):
                raise Unfit(f"timed, it fails: {trouble}")
            dear = sorted(spots, key=lambda each: -each.charged_share)[:3]
            names = tuple(f"{each.path}:{each.qualname}" for each in dear)
            return Proof(reading_of(seen, script.name).cpu_s, share, names)
    finally:
        lab.discard(tree)


def _put(tree: Path, script: Script) -> None:
    """Put the files into a tree."""
    for path, text in ((script.path, script.text), (script.data_path, script.data)):
        if text:
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(text, "utf-8")


def _require_steady(bench: Bench, script: Script) -> None:
    """Run it twice for its values.

    Raises:
        Unfit: it fails, or nothing of what it yields is the same twice.
    """
    runs = []
    for seed in VALUE_SEEDS:
        values, trouble = bench.values("baseline", seed)
        if trouble:
            raise Unfit(f"its calls made again fail: {trouble}")
        runs.append(values)
    if not stable(runs).comparable(script.name):
        raise Unfit("what it yields differs from run to run, or cannot be compared")
