"""First benchmarks for a repository without any: the hottest functions whose real calls can be made again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.prepared import Prepared
from perfagent.agent.lab.preparing import LONGEST_TESTS_S, Preparation, Wanted
from perfagent.agent.lab.seeds import VALUE_SEEDS
from perfagent.agent.services import Services
from perfagent.agent.starting.proving import Proof, Unfit, prove
from perfagent.agent.starting.script import Script, importable, repeats, script
from perfagent.tools.equivalence import (
    RealCall,
    RealCalls,
    TestSelection,
    is_pytest,
    profile_tests,
    real_calls,
    replay,
)
from perfagent.tools.errors import WorkloadError
from perfagent.tools.patch import Policy
from perfagent.tools.profile import Hotspot, Place, locate, rank
from perfagent.tools.workload import MIN_BODY_S

#: Functions whose calls are looked at, those with the largest share of the tests' time first.
MOST_FUNCTIONS = 40

#: Share of the unit tests' time in a function, with all it calls, below which nothing is won by a benchmark of it.
SMALLEST_SHARE = 0.005

#: Benchmarks made at most; each further one of a function that neither calls another's nor is called by it, and in
#: which at least this share of the first one's time passes. More would make every run longer than a newcomer waits.
MOST_BENCHMARKS, RELATIVE_SHARE = 3, 0.3

#: Functions that are tried as benchmarks before it is given up.
MOST_TRIED = 8

#: Calls that a benchmark makes: more would be read by nobody.
MOST_CALLS = 40

#: Seconds that all calls together may take once: a comparison makes them some eighty times for each idea.
LONGEST_PASS_S = 0.25

#: Where no unit test is, or none that takes the code's time: examples in docstrings and README, which pytest runs too.
DOCTESTS = "python -m pytest -q --doctest-modules --doctest-glob=README* --ignore=setup.py --ignore=docs/conf.py"

#: Names of folders with benchmarks that a new one may join.
FOLDERS = ("benchmarks", "benches", "bench", "benchmark", "perf", "performance")


@dataclass(frozen=True, slots=True)
class First:
    """A first benchmark that was tried.

    Attributes:
        script: its files. target: `path:qualname` of the function it calls. share: of the tests' time in it.
        calls: distinct calls that it makes, of `seen` calls of `tests` tests.
        proof: what running it showed.
    """

    script: Script
    target: str
    share: float
    calls: int
    seen: int
    tests: int
    proof: Proof


class Made(NamedTuple):
    """The benchmarks, and the functions that were passed over, each with why."""

    benchmarks: tuple[First, ...]
    passed_over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function whose calls were looked at."""

    spot: Hotspot
    calls: RealCalls

    @property
    def target(self) -> str:
        """`path:qualname`."""
        return f"{self.spot.path}:{self.spot.qualname}"


@dataclass(frozen=True, slots=True)
class _Watched:
    """How tests were run, how many, and the hot functions that a patch may change, each with where it stands."""

    selection: TestSelection
    count: int
    known: list[tuple[Hotspot, Place]]


def first_benchmarks(services: Services, base: str) -> Made:
    """Watch the unit tests, and make benchmarks of the calls of the hottest functions that can be made again.

    Raises:
        WorkloadError: there are no tests, or none of their calls can be made again; says why.
    """
    services.enter("prepare", base[:12])
    wanted = Wanted(workloads=False, tests=False, values=False, noise=False)
    prepared = Preparation(services, base, wanted).prepare()
    lab = Laboratory(services, prepared)
    services.enter("watching the unit tests", "which functions take the time")
    say = services.progress.note
    tree = lab.tree(base)
    with lab.lent(tree) as copy, lab.open({"baseline": copy}, writable=True) as bench:
        site = bench.test_site("baseline")
        policy = Policy.of(copy, paths=services.settings.paths)

        def watched(selection: TestSelection) -> _Watched:
            raw, count = profile_tests(
                bench.sandbox, site, selection, timeout_s=LONGEST_TESTS_S, hash_seed=VALUE_SEEDS[0]
            )
            spots = _hottest(rank(raw, copy, prepared.source_roots), policy)
            known = [(spot, place) for spot in spots if (place := locate(copy, spot.path, spot.qualname))]
            return _Watched(selection, count, known)

        found = _busy(watched, services.settings.test)
        known, selection, count = found.known, found.selection, found.count
        places = [place for _, place in known]
        say(f"{count} tests: watching the calls of {len(places)} functions")
        seen = real_calls(bench.sandbox, site, selection, places, timeout_s=LONGEST_TESTS_S, hash_seed=VALUE_SEEDS[0])

        def again(calls: RealCalls) -> tuple[tuple[RealCall, ...], float, str]:
            done = replay(bench.sandbox, site, calls, timeout_s=services.settings.time_limit, hash_seed=VALUE_SEEDS[1])
            return done.kept, done.again_s, done.error

        candidates = [Candidate(spot, calls) for (spot, _), calls in zip(known, seen, strict=True)]
        return _those_that_stand(_Maker(services, prepared, again), candidates)


def _busy(watched: Callable[[TestSelection], _Watched], command: str | None) -> _Watched:
    """The unit tests, else the examples in docstrings and README, whichever are there and run the repository's code.

    Raises:
        WorkloadError: neither do.
    """
    if command is not None and not is_pytest(command):
        raise _refusal(f"the tests are run by {command!r}, and calls can be watched under pytest alone", ())
    trouble = None
    for selection in (TestSelection(command=command), TestSelection(command=DOCTESTS)):
        try:
            found = watched(selection)
        except WorkloadError as error:
            trouble = trouble or error
            continue
        if found.known:
            return found
        told = f"the unit tests ({found.count}) spend no time in the repository's own functions"
        trouble = trouble or _refusal(told, ())
    assert trouble is not None
    raise trouble


def _hottest(spots: Sequence[Hotspot], policy: Policy) -> list[Hotspot]:
    """The functions that a patch may change, in the order of their share."""
    own = [
        spot
        for spot in spots
        if spot.cumulative_share >= SMALLEST_SHARE
        and policy.protection(spot.path) is None
        and not spot.qualname.rpartition(".")[2].startswith(("__", "<"))
    ]
    return sorted(own, key=lambda spot: -spot.cumulative_share)[:MOST_FUNCTIONS]


Again = Callable[[RealCalls], tuple[tuple[RealCall, ...], float, str]]
"""Makes the kept calls again: those that gave the same, seconds of making them, and why there are none."""


@dataclass(frozen=True, slots=True)
class _Maker:
    """What it takes to make a benchmark of a function whose calls were looked at."""

    services: Services
    prepared: Prepared
    again: Again


def _those_that_stand(maker: _Maker, candidates: Sequence[Candidate]) -> Made:
    """The first candidates of which benchmarks can be made, public functions before others.

    Raises:
        WorkloadError: there is none; says why for the hottest.
    """
    passed: dict[str, str] = {}
    made: list[First] = []
    files = maker.services.target.files(maker.prepared.base)
    kin = _kin([each.spot for each in candidates])
    ordered = sorted(candidates, key=lambda each: "._" in f".{each.spot.qualname}")
    usable = [each for each in ordered if _usable(each, passed)]
    tried = 0
    for candidate in usable:
        share = candidate.spot.cumulative_share
        related = any(first.target in kin[candidate.target] for first in made)
        if related or (made and share < RELATIVE_SHARE * made[0].share):
            continue
        maker.services.progress.note(f"trying the calls of {candidate.target} ({share:.0%} of the tests' time)")
        try:
            made.append(_tried(maker, candidate, {*files, *(first.script.path for first in made)}))
        except Unfit as unfit:
            passed[candidate.target] = str(unfit)
            maker.services.progress.note(f"{candidate.target}: {unfit}")
        tried += 1
        if tried == MOST_TRIED or len(made) == MOST_BENCHMARKS:
            break
    if made:
        return Made(tuple(made), tuple(f"{name}: {why}" for name, why in passed.items()))
    hottest = [each.target for each in candidates if each.target in passed][:5]
    raise _refusal("no calls that the tests make can be made again", [f"{name}: {passed[name]}" for name in hottest])


def _kin(spots: Sequence[Hotspot]) -> dict[str, set[str]]:
    """For each function those that it calls and those that call it, over any number of others."""
    callers = {f"{spot.path}:{spot.qualname}": set(spot.callers) for spot in spots}
    above: dict[str, set[str]] = {}
    for name in callers:
        found, todo = {name}, [name]
        while todo:
            more = callers.get(todo.pop(), set()) - found
            found |= more
            todo += more
        above[name] = found
    return {name: found | {other for other in above if name in above[other]} for name, found in above.items()}


def _usable(candidate: Candidate, passed: dict[str, str]) -> bool:
    """Whether some calls were kept; notes why not."""
    calls = candidate.calls
    if calls.kept and importable(calls):
        return True
    most = max(calls.refused, key=lambda why: calls.refused[why], default="it is not called in the tests' own thread")
    passed[candidate.target] = most if not calls.kept else f"it cannot be imported from {calls.module}"
    return False


def _tried(maker: _Maker, candidate: Candidate, taken: Collection[str]) -> First:
    """A benchmark of one function.

    Args:
        taken: paths that other files have.

    Raises:
        Unfit: its calls do not give the same again, or what is timed is something else.
    """
    kept, seconds, error = maker.again(candidate.calls)
    if not kept:
        raise Unfit(error or "called again, it gives something else")
    total = sum(call.seconds for call in kept)
    # Seconds under the tracer tell how the calls compare, those of making them again how long they take.
    chosen = list(_within(kept[:MOST_CALLS], LONGEST_PASS_S * total / seconds if seconds else total))
    repeat = repeats(seconds * sum(call.seconds for call in chosen) / total if total else seconds)
    made = script(candidate.calls, chosen, repeat, _folder(taken), taken)
    if made.path in taken:
        raise Unfit(f"{made.path} is there already")
    proof = prove(maker.services, maker.prepared, made, candidate.spot)
    if proof.body_s < MIN_BODY_S:  # in a row the calls are quicker than one by one
        made = script(candidate.calls, chosen, repeats(proof.body_s / repeat), _folder(taken), taken)
        proof = prove(maker.services, maker.prepared, made, candidate.spot)
    share, calls = candidate.spot.cumulative_share, candidate.calls
    return First(made, candidate.target, share, len(chosen), calls.calls, calls.test_count, proof)


def _within(calls: Sequence[RealCall], seconds: float) -> Iterator[RealCall]:
    """The first calls that take so many seconds together, and one at least."""
    spent = 0.0
    for number, call in enumerate(calls):
        spent += call.seconds
        if number and spent > seconds:
            return
        yield call


def _folder(files: Collection[str]) -> str:
    """Where a benchmark goes: a folder of that kind at the repository's root, else a new one."""
    there = {PurePosixPath(name).parts[0] for name in files if "/" in name}
    return next((name for name in FOLDERS if name in there), FOLDERS[0])


def _refusal(why: str, details: Sequence[str]) -> WorkloadError:
    told = f"no first benchmark can be made: {why}" + "".join(f"; {each}" for each in details)
    return WorkloadError(told, "write one: a file such as benchmarks/bench.py that defines workload()", code="PA401")
