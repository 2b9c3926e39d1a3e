"""The example's pytest benchmarks in an open sandbox, measured in processes of their own and in forked ones."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_lowercase
from typing import Literal

from perfagent.agent.lab.bench import reading_of
from perfagent.agent.lab.bytecode import copy_harnesses
from perfagent.agent.lab.standing import Standing
from perfagent.agent.run_folder import state_home
from perfagent.tools.environment import build_environment
from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import Pair, PairSampler, RunFailed, RunResult
from perfagent.tools.sandbox import Limits, Mount, Sandbox, SandboxKind, open_sandbox
from perfagent.tools.workload import (
    Observation,
    Request,
    RoundObserver,
    Site,
    Workload,
    calibrate_loops,
    observe,
    parse,
)

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "fieldnotes"
WORKLOAD = "pytest-benchmark:benchmarks"
CLOSE_PAIRS = "benchmarks/test_benchmarks.py::test_find_close_pairs"
"""The benchmark that is measured alone and that a gain is injected into: one call is one execution of its body."""

Way = Literal["separate", "forked"]
WAYS: tuple[Way, ...] = ("separate", "forked")

PADDING = """

_calls = 0
_once = close_pairs


def close_pairs(*arguments):
    global _calls
    _calls += 1
    if _calls % {every} == 0:
        _once(*arguments)
    return _once(*arguments)
"""
"""Appended to a module: every so many calls one more, so that the module without it is 1 + 1/every times faster."""


def padded(tree: Path, every: int, place: Path) -> Path:
    """A copy of the example whose close_pairs does 1/`every` more work."""
    shutil.copytree(tree, place)
    module = place / "src" / "fieldnotes" / "nearby.py"
    module.write_text(module.read_text("utf-8") + PADDING.format(every=every), "utf-8")
    return place


@dataclass
class Series:
    """Pairs of two sides, measured in one way.

    Attributes:
        pairs: by benchmark, in order.
        seconds: of wall time that each pair took as a whole, start to end.
    """

    pairs: dict[str, list[Pair]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)


class Field:
    """Measures pairs in both ways.

    Args:
        rounds: sees the sides of the sandbox.
        loops: executions of the body for each benchmark.
        core: to pin to.
    """

    def __init__(self, rounds: RoundObserver, workload: Workload, loops: Mapping[str, int], core: int | None) -> None:
        self.rounds = rounds
        self.workload = workload
        self.loops = loops
        self.core = core

    def sampler(
        self, way: Way, sides: tuple[str, str], seed: int, seconds: list[float], only: frozenset[str] | None = None
    ) -> PairSampler:
        """A sampler of pairs of two sides, the first of which is the baseline; `seconds` takes what each pair took."""
        names = dict(zip(("baseline", "candidate"), sides, strict=True))

        def run(order: Sequence[str], hash_seed: int) -> dict[str, RunResult]:
            request = Request(loops=self.loops, only=only, hash_seed=hash_seed, cpu=self.core)
            began = time.perf_counter()
            seen = self._observe(way, request, [names[side] for side in order])
            seconds.append(time.perf_counter() - began)
            return {side: readings(each) for side, each in zip(order, seen, strict=True)}

        return PairSampler(run, seed)

    def _observe(self, way: Way, request: Request, sides: list[str]) -> list[Observation]:
        """What each side showed.

        Raises:
            MeasurementError: the sides could not be forked, so that nothing could be compared.
        """
        if way == "separate":
            sites = self.rounds.sites
            return [observe(self.rounds.sandbox, sites[side], self.workload, request) for side in sides]
        seen = self.rounds.observe(self.workload, request, sides)
        if self.rounds.unforkable:
            raise MeasurementError("the example's sides could not be forked")
        return [seen[side] for side in sides]

    def both(
        self, sides: tuple[str, str], count: int, seed: int, only: frozenset[str] | None = None
    ) -> dict[Way, Series]:
        """`count` pairs in each way, interleaved, a coin deciding which way comes first."""
        found: dict[Way, Series] = {way: Series() for way in WAYS}
        samplers = {
            way: self.sampler(way, sides, seed * 10 + place, found[way].seconds, only) for place, way in enumerate(WAYS)
        }
        coin = random.Random(seed)
        for index in range(count):
            for way in coin.sample(WAYS, 2):
                pairs = samplers[way].pair(index)
                if isinstance(pairs, RunFailed):
                    raise MeasurementError(f"the example fails: {pairs.detail}")
                for name, pair in pairs.items():
                    found[way].pairs.setdefault(name, []).append(pair)
        return found


def readings(seen: Observation) -> RunResult:
    """A reading for each benchmark of a run."""
    if not seen.ok:
        return RunFailed(seen.error or str(dict(seen.failed)))
    return {name: reading_of(seen, name) for name in seen.spans}


@contextmanager
def opened(kind: SandboxKind, padding: Mapping[str, int], say: Callable[[str], None]) -> Iterator[tuple[Field, str]]:
    """The example with the sides `one` and `two`, which are equal, and a padded one for each of `padding`; and the
    version of the Python that runs it.

    Args:
        padding: name of a side -> after how many calls it does one more.

    Raises:
        PerfagentError: the environment cannot be built, or the example does not run.
    """
    with tempfile.TemporaryDirectory(prefix="pytest-rounds-") as folder:
        trees = _trees(Path(folder), padding)
        environment = build_environment(
            kind, trees["one"], cache=state_home() / "cache", packages=["pytest", "pytest-benchmark"], say=say
        )
        copy_harnesses(Path(folder, "harness"))

        def sandbox_on(mounts: Sequence[Mount], timeout_s: float = Limits().timeout_s) -> Sandbox:
            limits = Limits(timeout_s=timeout_s)
            return open_sandbox(kind, mounts=mounts, environment=environment, limits=limits, run_id="rounds")

        standing = Standing(environment, sandbox_on, Path(folder, "harness"), Path(folder), source_roots=("src",))
        with standing.up(trees) as (sandbox, sites):
            yield _field(sandbox, sites, max(padding.values(), default=1)), environment.version


def _trees(folder: Path, padding: Mapping[str, int]) -> dict[str, Path]:
    """The sides' trees, at paths of one length."""
    paths = (folder / letter for letter in ascii_lowercase)
    trees = {name: next(paths) for name in ("one", "two")}
    for tree in trees.values():
        shutil.copytree(EXAMPLE, tree, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return trees | {name: padded(trees["one"], every, next(paths)) for name, every in padding.items()}


def _field(sandbox: Sandbox, sites: Mapping[str, Site], step: int) -> Field:
    cores = sorted(os.sched_getaffinity(0))
    workload, core = parse(WORKLOAD), cores[-1] if len(cores) > 1 else None
    loops = dict(calibrate_loops(sandbox, sites["one"], workload, Request(cpu=core)).loops)
    # Whole multiples, so that the padded sides do exactly so much more.
    loops[CLOSE_PAIRS] = -(-loops[CLOSE_PAIRS] // step) * step
    for site in sites.values():  # one run whose time does not count reads the files in
        observe(sandbox, site, workload, Request(cpu=core))
    return Field(RoundObserver(sandbox, sites), workload, loops, core)
