"""Traced runs of a workload or of unit tests: the calls of chosen functions, in sketches or in full."""

from __future__ import annotations

import json
import posixpath
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from perfagent.tools.equivalence.nodes import Node
from perfagent.tools.equivalence.tests import TestSelection, TestSite, command_of
from perfagent.tools.profile import Place
from perfagent.tools.sandbox import Sandbox
from perfagent.tools.workload import Request, Site, Workload, observe

#: Calls sketched of each function, characters of all that is kept of those seen in full, and seconds spent on looking
#: at values in one run: what shows no difference within them is told by the call around it, or by the result itself.
SKETCHED_CALLS = 100_000
KEPT_CHARACTERS = 16_000_000
LOOKING_S = 20.0

CallName = tuple[int, int]
"""A function's index and the number of one of its calls."""

Sketch = tuple[int, int]
"""Checksums of a call's arguments and of how it ended."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a traced run is to find out.

    Attributes:
        what: who calls the functions, sketches of all their calls, or some calls in full.
        kept: numbers of the calls that are wanted in full, by function.
    """

    what: Literal["callers", "sketches", "calls"]
    kept: tuple[tuple[int, ...], ...] = ()


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
        sketches: by function and number of the call; None for a call that did not end.
        callers: (path, first line, name) of the code that calls the functions, for a run that asked for them.
    """

    calls: tuple[Call, ...]
    counts: tuple[int, ...]
    parameters: tuple[tuple[str, ...], ...] = ()
    callers: tuple[tuple[str, int, str], ...] = ()
    sketches: tuple[tuple[Sketch | None, ...], ...] = ()

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> CallTrace:
        """What a tracer reported."""
        callers = tuple((path, line, name) for path, line, name in report["callers"])
        calls = tuple(Call(*json.loads(text)) for text in report["calls"])
        sketches = tuple(tuple(each and (each[0], each[1]) for each in function) for function in report["sketches"])
        return cls(calls, tuple(report["counts"]), tuple(map(tuple, report["parameters"])), callers, sketches)


def call_options(places: Sequence[Place], tree: str, look: Look) -> dict[str, Any]:
    """What the tracer in the sandbox is told.

    Args:
        tree: as seen inside.
    """
    return {
        "tree": tree,
        "functions": [place.option for place in places],
        "look": look.what,
        "kept": look.kept or [()] * len(places),
        "calls": SKETCHED_CALLS,
        "bytes": KEPT_CHARACTERS,
        "seconds": LOOKING_S,
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
