"""The first call that answers differently: two versions traced on the same inputs, compared call by call.

After LDB (Zhong, Wang & Shang, 2024), which shows a model the values at the steps of its program; here the steps are
calls of the functions that a patch touches and of those that call them, and the steps shown are the first that differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

from pydantic import BaseModel, ConfigDict

from perfagent.tools.equivalence.call_traces import Call, CallName, CallTrace, Look, Sketch
from perfagent.tools.equivalence.compare import compare
from perfagent.tools.equivalence.nodes import PAIRS, Node, is_group, show
from perfagent.tools.profile import Place

#: Calls of each function whose sketches differ that are looked at in full.
SUSPECT_CALLS = 20

#: Functions named after the first that differs.
MOST_LATER = 4

#: Characters of the arguments shown; a value that differs has the width that compare gives it.
SHOWN_ARGUMENTS = 300


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


def suspects(baseline: CallTrace, candidate: CallTrace) -> dict[CallName, CallName]:
    """The calls of the candidate that seem to end differently, the first 20 of each function, each with its partner.

    Call k is compared with call k; where their arguments differ, because one side calls more often, the n-th call with
    some arguments is compared with the n-th such call.
    """
    found: dict[CallName, CallName] = {}
    for index, (ours, theirs) in enumerate(zip(baseline.sketches, candidate.sketches, strict=True)):
        partners = _partners(ours, theirs)
        differing = (((index, number), (index, other)) for number, other in partners if theirs[number] != ours[other])
        found |= dict(islice(differing, SUSPECT_CALLS))
    return found


def _partners(ours: Sequence[Sketch | None], theirs: Sequence[Sketch | None]) -> Iterator[tuple[int, int]]:
    """Numbers of the candidate's calls and of the baseline's with the same arguments, ascending by the candidate's."""
    places: dict[int, list[int]] = defaultdict(list)
    for number, sketch in enumerate(ours):
        if sketch is not None:
            places[sketch[0]].append(number)
    turns: dict[int, int] = defaultdict(int)
    for number, sketch in enumerate(theirs):
        if sketch is None:
            continue
        arguments = sketch[0]
        turn, same = turns[arguments], places[arguments]
        turns[arguments] += 1
        opposite = ours[number] if number < len(ours) else None
        if opposite is not None and opposite[0] == arguments:
            yield number, number
        elif turn < len(same):
            yield number, same[turn]


def wanted(names: Collection[CallName], functions: int) -> Look:
    """To see some calls in full, of so many functions."""
    kept = [sorted(number for index, number in names if index == function) for function in range(functions)]
    return Look("calls", tuple(map(tuple, kept)))


def differing_calls(
    baseline: CallTrace, candidate: CallTrace, partners: Mapping[CallName, CallName]
) -> Iterator[tuple[Call, Call]]:
    """The calls with equal arguments that ended differently, in the order in which they ended at the candidate.

    Args:
        partners: which call of the baseline each of the candidate's is compared with.
    """
    known = {call.name: call for call in baseline.calls}
    for call in candidate.calls:
        other = known.get(partners[call.name])
        if other is not None and _equal(other.arguments, call.arguments) and _ends_differ(other, call):
            yield other, call


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
    places: Sequence[Place], candidate: CallTrace, pairs: Sequence[tuple[Call, Call]]
) -> DifferingCall:
    """The first of the calls that end differently, told to a reader.

    Args:
        places: the functions in the candidate's tree, in the tracer's order.
        pairs: baseline's and candidate's calls, see `differing_calls`.
    """
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


def _arguments(node: Node, order: Sequence[str]) -> str:
    given = {key[1]: value for key, value in node[2]}
    names = sorted(given, key=lambda name: order.index(name) if name in order else len(order))
    text = ", ".join(f"{name}={show(_telling_first(given[name]))}" for name in names)
    return text if len(text) <= SHOWN_ARGUMENTS else f"{text[: SHOWN_ARGUMENTS - 3]}..."


def _telling_first(node: Node) -> Node:
    """An object with what says most about it in front: public attributes, and of these the plain ones."""
    if node[0] not in PAIRS or not is_group(node):
        return node
    pairs = sorted(node[2], key=lambda pair: (str(pair[0][-1]).startswith("_"), is_group(pair[1])))
    return [*node[:2], pairs, node[3]]


def _ended(call: Call, order: Sequence[str]) -> str:
    if call.after is not None and call.arguments != call.after:
        return f"returned None and left {_arguments(call.after, order)}"
    return f"{call.ended} {show(call.result)}"


def _inside(text: str, arguments: bool) -> str:
    return text.replace("result", "arguments", 1) if arguments else text
