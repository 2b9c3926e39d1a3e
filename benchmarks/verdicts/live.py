"""Verdicts on real processes in a real sandbox, beside a busy core, and what a verdict costs.

Baseline and candidate are two trees with the same script; an injected gain is less work in the candidate's. The pairs,
the clock, the test and the sandbox are the product's own.
"""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.bytecode import copy_harnesses
from perfagent.agent.lab.standing import Standing
from perfagent.benchmarks.verdicts.trials import Rate
from perfagent.tools.environment import build_environment
from perfagent.tools.measure import PairSampler, Plan, conclude, confirm
from perfagent.tools.sandbox import Command, Limits, Mount, Sandbox, SandboxKind, choose, open_sandbox
from perfagent.tools.workload import Workload

BODY_S = 0.05
"""Seconds of CPU time of the baseline's body, at which the cost of a verdict is stated."""

ROW = "{{'key': str(number), 'row': [number] * 8}}"

BODIES: Mapping[str, str] = {
    "pure Python": "total = 0\n    for number in range({work}):\n        total += number * number % 7\n",
    "allocation": f"for _ in range({{work}}):\n        [{ROW} for number in range(20)]\n",
}
"""A loop, and the allocator in small steps: with one large structure 5 % less work was 3 % less time."""

SCRIPT = "def workload():\n    {body}"
NAME = "body"

GAINS = (1.0, 1.05, 1.10)

CALIBRATIONS = 4
"""Steps to the amount of work; the first ones run so short that their time is no guide to the last."""

OVERHEAD_SAMPLES = 200
COST_PAIRS = 40

HOG = """\
import random, time
rng = random.Random({seed})
while True:
    end = time.monotonic() + rng.uniform(0.2, 2.0)
    while time.monotonic() < end:
        sum(range(10_000))
    time.sleep(rng.uniform(0.0, 0.5))
"""
"""Bursts of work with pauses, four fifths busy: what a neighbour on a shared machine does."""

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """How the verdicts on one gain ended.

    Attributes:
        accepted: of all.
        speedups: the estimate at the stop of each.
        seconds: wall time of each.
    """

    accepted: Rate
    speedups: tuple[float, ...]
    seconds: tuple[float, ...]


class Stand:
    """Opens benches on pairs of trees that differ in the amount of work.

    Args:
        kind: of the sandbox.
        folder: for trees and environment.
    """

    def __init__(self, kind: SandboxKind, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        (folder / "empty").mkdir()
        self.environment = build_environment(kind, folder / "empty", cache=folder / "cache", setup="true")
        self.cores = sorted(os.sched_getaffinity(0))

    def sandbox(self, mounts: Sequence[Mount], timeout_s: float = Limits().timeout_s) -> Sandbox:
        """A sandbox on some mounts."""
        limits = Limits(timeout_s=timeout_s)
        return open_sandbox(self.kind, mounts=mounts, environment=self.environment, limits=limits, run_id="live")

    @contextmanager
    def bench(self, body: str, work: int, gain: float) -> Iterator[Bench]:
        """A bench whose candidate does `gain` times less work than the baseline's `work` units."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            place = Path(name)
            sides = {"baseline": work, "candidate": round(work / gain)}
            for side, units in sides.items():
                (place / side).mkdir()
                (place / side / f"{NAME}.py").write_text(SCRIPT.format(body=BODIES[body].format(work=units)))
            copy_harnesses(place / "harness")
            standing = Standing(self.environment, self.sandbox, place / "harness", place)
            with standing.up({side: place / side for side in sides}) as (sandbox, sites):
                yield Bench(sandbox, sites, (Workload("script", f"{NAME}.py"),), self.cores[-1])

    def units(self, body: str) -> int:
        """Units of work whose CPU time is about BODY_S here."""
        work = 1000
        for _ in range(CALIBRATIONS):
            with self.bench(body, work, 1.0) as bench:
                read = bench.reader({NAME: 1})
                taken = median(body_cpu_s(read(("baseline",), seed)) for seed in range(1, 10))
            work = round(work * BODY_S / taken)
        return work


def body_cpu_s(results: Mapping[str, object]) -> float:
    """CPU seconds of the body in a round of the baseline alone."""
    (result,) = results.values()
    assert isinstance(result, Mapping), f"the body failed: {result}"
    cpu: float = result[NAME].cpu_s
    return cpu


def judge(stand: Stand, body: str, work: int, gain: float, count: int) -> Judged:
    """So many whole sequential verdicts on one true gain."""
    accepted = runs = 0
    speedups, seconds = [], []
    with stand.bench(body, work, gain) as bench:
        for number in range(count):
            seed = random.Random(f"{body}:{gain}:{number}").randrange(2**32)
            plan = Plan({NAME: "cpu"}, (NAME,), seed=seed)
            began = time.monotonic()
            found = conclude(confirm(PairSampler(bench.reader({NAME: 1}), seed).pairs(), plan))
            seconds.append(time.monotonic() - began)
            speedups.append(math.exp(found.decisions[NAME].log_speedup))
            accepted += found.verdict == "faster"
            runs += 2 * found.pairs
    return Judged(Rate(accepted, count, runs), tuple(speedups), tuple(seconds))


@contextmanager
def busy_core(core: int) -> Iterator[None]:
    """Keep a core busy in bursts."""
    hog = subprocess.Popen([sys.executable, "-c", HOG.format(seed=1)])
    try:
        os.sched_setaffinity(hog.pid, {core})
        yield
    finally:
        hog.kill()
        hog.wait()


def overhead(stand: Stand) -> tuple[float, float]:
    """Milliseconds a sample costs beyond its process: median round trip of `true` less the process, and of `true`."""
    with stand.bench("pure Python", 1, 1.0) as bench:
        beyond, inside = [], []
        for _ in range(OVERHEAD_SAMPLES):
            began = time.monotonic()
            done = bench.sandbox.execute(Command(argv=("/bin/true",), cwd="/", cpu=stand.cores[-1]))
            taken = time.monotonic() - began
            beyond.append(taken - done.usage.wall_s)
            inside.append(done.usage.wall_s)
    return 1000 * median(beyond), 1000 * median(inside)


def cost(stand: Stand, work: int) -> tuple[float, float]:
    """Wall time of COST_PAIRS pairs over the bare bodies' wall time, and milliseconds of a body."""
    with stand.bench("pure Python", work, 1.0) as bench:
        sampler = PairSampler(bench.reader({NAME: 1}), 1)
        bodies = 0.0
        began = time.monotonic()
        for index in range(COST_PAIRS):
            pair = sampler.pair(index)
            assert isinstance(pair, Mapping), f"the body failed: {pair}"
            bodies += pair[NAME].baseline.wall_s + pair[NAME].candidate.wall_s
        taken = time.monotonic() - began
    return taken / bodies, 1000 * bodies / (2 * COST_PAIRS)


def live_document(verdicts: int, gains: int, kind: SandboxKind, note: Note) -> Iterator[str]:
    """The whole of docs/live-verdicts.md, line by line.

    Args:
        verdicts: on identical code. gains: verdicts on each injected gain. kind: of the sandbox.

    Raises:
        SandboxUnavailable: it does not work here.
    """
    choose(kind, None)
    with tempfile.TemporaryDirectory(prefix="perfagent-live-") as folder:
        stand = Stand(kind, Path(folder))
        units = {body: stand.units(body) for body in BODIES}
        note("cost of a sample and of a verdict, no load")
        beyond, inside = overhead(stand)
        ratio, body_ms = cost(stand, units["pure Python"])
        yield from HEAD.format(
            verdicts=verdicts, gains=gains, kind=kind, cores=len(stand.cores), beyond=beyond, inside=inside,
            samples=OVERHEAD_SAMPLES, pairs=COST_PAIRS, ratio=ratio, body=body_ms,
        ).splitlines()  # fmt: skip
        with busy_core(stand.cores[0]):
            for body in BODIES:
                for gain in GAINS:
                    count = gains if gain > 1 else -(-verdicts // len(BODIES))
                    note(f"{count} verdicts under load: {body}, true gain {gain - 1:.0%}")
                    yield _row(body, gain, judge(stand, body, units[body], gain, count))


def _row(body: str, gain: float, judged: Judged) -> str:
    low, high = judged.accepted.wilson
    rate = judged.accepted
    said = f"{median(judged.speedups):.3f} ({min(judged.speedups):.3f}–{max(judged.speedups):.3f})"
    return (
        f"| {body} | {gain - 1:.0%} | {rate.hits} of {rate.trials} | {low:.1f}–{high:.1f} | {rate.mean_runs:.0f} "
        f"| {fmean(judged.seconds):.1f} | {said} |"
    )


HEAD = """\
# Verdicts on real processes

Made by `python -m perfagent.benchmarks.verdicts live --verdicts {verdicts} --gains {gains} --sandbox {kind}` on
{cores} cores. Both sides are real trees in one {kind} sandbox, a fresh process a sample, the body about 50 ms of CPU
time; a gain is injected by giving the candidate less work. Pairs, clock and test are the product's own.

## What a sample costs

Measured without load. A command costs {beyond:.2f} ms beyond the life of its process (median of {samples} times
`true`, which lives {inside:.2f} ms). {pairs} pairs of a {body:.0f} ms body take {ratio:.2f} times the bare bodies'
time: start of Python, of the harness, and all of ours.

## Beside a busy core

Another process works in bursts on the other core all the time; samples are pinned to the last one.

| body | true gain | accepted | percent, 95 % interval | processes | seconds | speedup at the stop, median (range) |
|---|---|---|---|---|---|---|"""
