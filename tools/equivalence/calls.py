"""The first call that answers differently: two versions traced on the same inputs, compared call by call.

After LDB (Zhong, Wang & Shang, 2024), which shows a model the values at the steps of its program; here the steps are
calls of the functions that a patch touches and of those that call them, and the steps shown are the first that differ.
"""

from __future__ import annotations

import json
import posixpath
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict

from perfagent.tools.equivalence.compare import compare
from perfagent.tools.equivalence.nodes import Node, show
from perfagent.tools.equivalence.tests import TestSelection, TestSite, command_of
from perfagent.tools.profile import Place
from perfagent.tools.sandbox import Sandbox
from perfagent.tools.workload import Request, Site, Workload, observe

#: Calls kept of each function, characters of all that is kept, and seconds spent on looking at values: what shows no
#: difference within them is told by the call around it, or by the result itself.
KEPT_CALLS = 2000
KEPT_CHARACTERS = 16_000_000
LOOKING_S = 20.0

#: Functions named after the first that differs.
MOST_LATER = 4

#: Characters of the arguments shown; a value that differs has the width that compare gives it.
SHOWN_ARGUMENTS = 300

CallName = tuple[int, int]
"""A function's index and the number of one of its calls."""


class DifferingCall(BaseModel):
    """The first call that had the same arguments on both sides and another end.

    Attributes:
        path, qualname, line: the function, in the candidate's tree.
        number: of the call among those of its function at the candidate, from 1.
        calls: how many calls the candidate made of it.
        arguments: shortened.
        baseline, candidate: how the call ended on each side, shortened.
        difference: the place inside the two results, and what differs there; empty where one side raised.
        later: further functions with a call that ends differently, in the order of the first such call: where the
            difference goes from here, or what really makes one when this one is meant.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    qualname: str
    line: int
    number: int
    calls: int
    arguments: str
    baseline: str
    candidate: str
    difference: str = ""
    later: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """For a reader."""
        told = [
            f"the first call that ends differently: {self.qualname} ({self.path}:{self.line}), "
            f"call {self.number} of {self.calls}",
            f"  arguments: {self.arguments or 'none'}",
            f"  before the change: {self.baseline}",
            f"  with the change:   {self.candidate}",
        ]
        told += [f"  at {self.difference}"] if self.difference else []
        return [*told, f"  calls that end differently after it: of {', '.join(self.later)}"] if self.later else told


@dataclass(frozen=True, slots=True)
class Call:
    """One call as a tracer kept it, see harness/perfagent_calls.py."""

    function: int
    number: int
    arguments: Node
    ended: str
    result: Node
    after: Node | None

    @property
    def name(self) -> CallName:
        """Which one it is."""
        return self.function, self.number


@dataclass(frozen=True, slots=True)
class CallTrace:
    """The calls of one run, in the order in which they ended.

    Attributes:
        counts: calls by function, kept or not.
        parameters: their names, by function.
        callers: (path, first line, name) of the code that calls the functions, for a run that asked for them.
    """

    calls: tuple[Call, ...]
    counts: tuple[int, ...]
    parameters: tuple[tuple[str, ...], ...] = ()
    callers: tuple[tuple[str, int, str], ...] = ()

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> CallTrace:
        """What a tracer reported."""
        callers = tuple((path, line, name) for path, line, name in report["callers"])
        calls = tuple(Call(*json.loads(text)) for text in report["calls"])
        return cls(calls, tuple(report["counts"]), tuple(map(tuple, report["parameters"])), callers)


def call_options(places: Sequence[Place], tree: str, *, only_callers: bool = False) -> dict[str, Any]:
    """What the tracer in the sandbox is told.

    Args:
        tree: as seen inside.
        only_callers: find out who calls the functions, and keep no call.
    """
    return {
        "tree": tree,
        "functions": [place.option for place in places],
        "calls": KEPT_CALLS,
        "bytes": KEPT_CHARACTERS,
        "seconds": LOOKING_S,
        "only_callers": only_callers,
    }


def trace_workload(
    sandbox: Sandbox, site: Site, workload: Workload, request: Request, options: Mapping[str, Any]
) -> dict[str, CallTrace]:
    """The calls of a workload's bodies, by benchmark; without those of which nothing was seen.

    Args:
        request: `only`, `hash_seed`, `scale` and `timeout_s` are taken from it.
        options: see `call_options`.

    Raises:
        WorkloadError: the workload cannot be run for its values.
    """
    module = posixpath.join(posixpath.dirname(site.values_module), "perfagent_calls.py")
    seen = observe(sandbox, site, workload, replace(request, mode="values", trace={"module": module, **options}))
    return {name: CallTrace.of(report) for name, report in seen.trace.items()}


def trace_tests(
    sandbox: Sandbox,
    site: TestSite,
    selection: TestSelection,
    options: Mapping[str, Any],
    *,
    timeout_s: float,
    hash_seed: int,
) -> dict[str, CallTrace]:
    """The calls of unit tests, by node id; nothing where pytest does not run them, or not to their end."""
    report, outcomes = (posixpath.join(site.scratch, f"{kind}-{uuid.uuid4().hex}.json") for kind in ("calls", "ends"))
    told = replace(site, env={**site.env, "PERFAGENT_CALLS": json.dumps({**options, "report": report})})
    command = command_of(told, replace(selection, plugins=("perfagent_call_tests",)), outcomes, hash_seed)
    done = sandbox.execute(replace(command, timeout_s=timeout_s, collect=(report, outcomes)))
    try:
        found = json.loads(done.files[report])
    except (KeyError, ValueError):
        return {}
    return {name: CallTrace.of(each) for name, each in found.items()}


def differing_calls(baseline: CallTrace, candidate: CallTrace) -> Iterator[tuple[Call, Call]]:
    """The calls with equal arguments that ended differently, in the order in which they ended at the candidate.

    Call k is compared with call k; where their arguments differ, because one side calls more often, the n-th call with
    some arguments is compared with the n-th such call.
    """
    by_name = {call.name: call for call in baseline.calls}
    by_arguments: dict[tuple[int, str], list[Call]] = defaultdict(list)
    for call in sorted(baseline.calls, key=lambda call: call.name):
        by_arguments[_key(call)].append(call)
    turns: dict[tuple[int, str], int] = defaultdict(int)
    places: dict[CallName, int] = {}
    for call in sorted(candidate.calls, key=lambda call: call.name):
        places[call.name] = turns[_key(call)]
        turns[_key(call)] += 1
    for call in candidate.calls:
        other = by_name.get(call.name)
        if other is None or not _equal(other.arguments, call.arguments):
            same = by_arguments[_key(call)]
            other = same[places[call.name]] if places[call.name] < len(same) else None
        if other is not None and _ends_differ(other, call):
            yield other, call


def _key(call: Call) -> tuple[int, str]:
    return call.function, json.dumps(call.arguments)


def _equal(one: Node, other: Node) -> bool:
    # Most values are equal to the last bit, which needs no walk in Python.
    return one == other or compare(one, other) is None


def _ends_differ(one: Call, other: Call) -> bool:
    return one.ended != other.ended or not _equal(*_ends(one, other))


def _ends(one: Call, other: Call) -> tuple[Node, Node]:
    """What is compared: the results, or the arguments afterwards of calls that return nothing."""
    if one.after is not None and other.after is not None:
        return one.after, other.after
    return one.result, other.result


def first_difference(
    places: Sequence[Place], baseline: CallTrace, candidate: CallTrace, unsteady: Collection[CallName] = ()
) -> DifferingCall | None:
    """The first call that ends differently; None when none of those kept does.

    Args:
        places: the functions in the candidate's tree, in the tracer's order.
        unsteady: calls of the baseline that end differently when it runs again.
    """
    pairs = [pair for pair in differing_calls(baseline, candidate) if pair[0].name not in unsteady]
    if not pairs:
        return None
    one, other = pairs[0]
    others = dict.fromkeys(call.function for _, call in pairs if call.function != other.function)
    place, order = places[other.function], candidate.parameters[other.function]
    difference = compare(*_ends(one, other)) if one.ended == other.ended else None
    inside = one.after is not None and other.after is not None
    return DifferingCall(
        path=place.path,
        qualname=place.function.qualname,
        line=place.function.start,
        number=other.number + 1,
        calls=candidate.counts[other.function],
        arguments=_arguments(other.arguments, order),
        baseline=_ended(one, order),
        candidate=_ended(other, order),
        difference=_inside(str(difference), inside) if difference else "",
        later=tuple(f"{places[index].function.qualname} ({places[index].path})" for index in others)[:MOST_LATER],
    )


def unsteady_calls(baseline: CallTrace, again: CallTrace) -> frozenset[CallName]:
    """The calls of a version that end differently when the same version runs once more."""
    return frozenset(one.name for one, _ in differing_calls(baseline, again))


def _arguments(node: Node, order: Sequence[str]) -> str:
    given = {key[1]: value for key, value in node[2]}
    names = sorted(given, key=lambda name: order.index(name) if name in order else len(order))
    text = ", ".join(f"{name}={show(given[name])}" for name in names)
    return text if len(text) <= SHOWN_ARGUMENTS else f"{text[: SHOWN_ARGUMENTS - 3]}..."


def _ended(call: Call, order: Sequence[str]) -> str:
    if call.after is not None and call.arguments != call.after:
        return f"returned None and left {_arguments(call.after, order)}"
    return f"{call.ended} {show(call.result)}"


def _inside(text: str, arguments: bool) -> str:
    return text.replace("result", "arguments", 1) if arguments else text
