"""Where a refused candidate first goes another way: the first call that ends differently, in the benchmark or the unit
test that shows it.

Computed only for a candidate that somebody will repair: it runs the benchmark or the test up to six times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.seeds import CHECK_SEED
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Verdict
from perfagent.agent.verify.checks import DOES_NOT_RUN
from perfagent.tools.equivalence import (
    CallTrace,
    DifferingCall,
    Look,
    TestSelection,
    call_options,
    search,
    touched_functions,
    trace_tests,
    trace_workload,
)
from perfagent.tools.errors import PerfagentError
from perfagent.tools.profile import Place
from perfagent.tools.workload import Request, parse

#: Seconds of one traced run: evidence that takes longer costs more than a model's next guess.
LONGEST_TRACE_S = 60.0

#: Workloads that are tried where none is named.
MOST_WORKLOADS = 3

_LARGER = re.compile(r"\bat (\d+)x\b")


def differing_call(services: Services, candidate: Candidate, verdict: Verdict) -> DifferingCall | None:
    """The first call that ends differently at a candidate which yields other values or fails a test.

    None where none can be told: the code is not Python, the patch adds all that it touches, no call that was kept
    differs, or the traced run does not end in time.
    """
    try:
        diff = services.folder.get(verdict.diff)
        base, head = services.lab.tree(candidate.parent), services.lab.edited(candidate.parent, diff)
        touched = touched_functions(base, head, diff).both()
        for benchmark in benchmarks_in(services, verdict.detail):
            found = _in_benchmark(services, benchmark, _factor(verdict), touched, (base, head))
            if found is not None:
                return found
        if test := test_in(services, verdict.detail):
            return _in_test(services, test, touched, (base, head), candidate.id)
    except PerfagentError:
        return None  # the verdict stands by its own evidence
    return None


def benchmarks_in(services: Services, detail: str) -> tuple[str, ...]:
    """The benchmark that a verdict's one line is about; where a whole workload does not run any more, one of each."""
    prepared = services.lab.prepared
    named = [name for name in prepared.ids if re.search(rf"(^|: ){re.escape(name)}[: ]", detail)]
    if named:
        return (max(named, key=len),)
    firsts = {plan.workload: plan.id for plan in reversed(prepared.benchmarks)}
    return tuple(firsts.values())[:MOST_WORKLOADS] if detail.startswith(DOES_NOT_RUN) else ()


def test_in(services: Services, detail: str) -> str:
    """The unit test that a verdict's one line names first; empty when it names none."""
    first = detail.partition(", first ")[2]
    named = [name for name in services.lab.prepared.stable if first.startswith(name)]
    return max(named, key=len, default="")


Trees = tuple[Path, Path]
Touched = Sequence[tuple[Place, Place]]


def _factor(verdict: Verdict) -> int:
    """The multiple of the judged size at which a verdict's difference was seen."""
    found = _LARGER.search(verdict.detail)
    return int(found[1]) if found and verdict.checks[-1].name == "larger inputs" else 1


def _in_benchmark(
    services: Services, benchmark: str, factor: int, touched: Touched, trees: Trees
) -> DifferingCall | None:
    workload = parse(services.lab.prepared.plan(benchmark).workload)
    only = frozenset({benchmark})
    request = Request(hash_seed=CHECK_SEED, only=only, timeout_s=LONGEST_TRACE_S, scale=factor)
    with services.lab.open(dict(zip(("baseline", "candidate"), trees, strict=True))) as bench:

        def trace(side: str, places: Sequence[Place], look: Look) -> CallTrace | None:
            site = bench.sites[side]
            options = call_options(places, site.tree, look)
            return trace_workload(bench.sandbox, site, workload, request, options).get(benchmark)

        return search(trace, touched, *trees)


def _in_test(services: Services, test: str, touched: Touched, trees: Trees, name: str) -> DifferingCall | None:
    selection = TestSelection(command=services.settings.test, select=(test,))
    with _writable_bench(services, trees, name) as bench:

        def trace(side: str, places: Sequence[Place], look: Look) -> CallTrace | None:
            site = bench.test_site(side)
            options = call_options(places, site.tree, look)
            traces = trace_tests(
                bench.sandbox, site, selection, options, timeout_s=LONGEST_TRACE_S, hash_seed=CHECK_SEED
            )
            return traces.get(test)

        return search(trace, touched, *trees)


@contextmanager
def _writable_bench(services: Services, trees: Trees, name: str) -> Iterator[Bench]:
    """A bench on copies of both trees that tests may write into, of a name that no other has."""
    lab, sides = services.lab, ("baseline", "candidate")
    copies = [lab.writable_copy(tree, f"calls-{name}-{side}") for side, tree in zip(sides, trees, strict=True)]
    try:
        with lab.open(dict(zip(sides, copies, strict=True)), writable=True) as bench:
            yield bench
    finally:
        for copy in copies:
            lab.discard(copy)
