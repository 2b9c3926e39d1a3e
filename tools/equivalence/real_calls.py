"""What a target's unit tests really call: a profile of their bodies, calls that can be made again, and making them."""

from __future__ import annotations

import json
import posixpath
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from perfagent.tools.equivalence.tests import TestSelection, TestSite, command_of
from perfagent.tools.errors import WorkloadError
from perfagent.tools.profile import Place, RawProfile, rows_of
from perfagent.tools.sandbox import Command, Completed, Sandbox

PLUGIN, REPLAY = "perfagent_real_calls", "perfagent_replay.py"
VARIABLE = "PERFAGENT_REAL_CALLS"

#: Characters of one call's arguments; calls of each function looked at in one test, and kept in all; seconds of looking
#: at values in one run.
ROOM = 20_000
LOOKED_CALLS, KEPT_CALLS = 100, 200
LOOKING_S = 60.0

#: Seconds after which no further test is watched: thousands of tests tell little that the first minutes did not.
ENOUGH_S = 120.0

#: Name of the one benchmark that a profile of all tests together has.
ALL_TESTS = "unit tests"


@dataclass(frozen=True, slots=True)
class RealCall:
    """One call that can be made again.

    Attributes:
        made: literal of (positional, named) arguments that its object was made with; empty where it has none.
        given: literal of its own (positional, named) arguments.
        seconds: that it took under the tracer.
        digest: of what it returned.
    """

    made: str
    given: str
    seconds: float
    digest: str


@dataclass(frozen=True, slots=True)
class RealCalls:
    """What was seen of one function.

    Attributes:
        calls: in all. distinct: with different arguments, of those that can be made again.
        way: `function`, `static` (called on its class), `method`; empty when no call could be looked at.
        module, owner, name: where it is found; `owner` is its class, if it has one.
        refused: why calls cannot be made again, each with how many.
        tests: the first tests that made some, of `test_count`.
        kept: the distinct calls that took longest, the longest of every test before the second of any.
    """

    calls: int
    distinct: int
    way: str
    module: str
    owner: str
    name: str
    refused: Mapping[str, int]
    tests: tuple[str, ...]
    test_count: int
    kept: tuple[RealCall, ...]

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> RealCalls:
        """What the plugin reported."""
        kept = tuple(RealCall(*each) for each in report["kept"])
        return cls(**{**report, "tests": tuple(report["tests"]), "kept": kept})


@dataclass(frozen=True, slots=True)
class Replayed:
    """Calls made again in a fresh process.

    Attributes:
        kept: those that gave what they had given.
        first_s: seconds that these took. again_s: that they took once more, when caches were warm.
        error: why none could be made; empty when some could.
    """

    kept: tuple[RealCall, ...]
    first_s: float = 0.0
    again_s: float = 0.0
    error: str = ""


def profile_tests(
    sandbox: Sandbox,
    site: TestSite,
    selection: TestSelection,
    *,
    timeout_s: float,
    hash_seed: int,
    enough_s: float = ENOUGH_S,
) -> tuple[RawProfile, int]:
    """One profile of the bodies of the unit tests that begin within `enough_s` seconds, and how many these are.

    Raises:
        WorkloadError: no test ran.
    """
    found = _watched(sandbox, site, selection, {"what": "profile", "enough": enough_s}, (timeout_s, hash_seed))
    if not found["tests"]:
        remedy = "see what `python -m pytest` says, or write a file such as bench.py that defines workload()"
        raise WorkloadError("no unit test ran", remedy, code="PA406")
    raw = RawProfile(posixpath.normpath(site.tree), {ALL_TESTS: rows_of(found["profile"])})
    return raw, int(found["tests"])


def real_calls(
    sandbox: Sandbox,
    site: TestSite,
    selection: TestSelection,
    places: Sequence[Place],
    *,
    timeout_s: float,
    hash_seed: int,
) -> tuple[RealCalls, ...]:
    """The calls of some functions while unit tests run, by function; no test begins after ENOUGH_S seconds.

    Raises:
        WorkloadError: the tests do not come to their end.
    """
    told = [[*place.option, place.function.qualname] for place in places]
    options = {"what": "calls", "functions": told, "room": ROOM, "looked": LOOKED_CALLS, "kept": KEPT_CALLS}
    found = _watched(
        sandbox, site, selection, {**options, "seconds": LOOKING_S, "enough": ENOUGH_S}, (timeout_s, hash_seed)
    )
    return tuple(RealCalls.of(each) for each in found["functions"])


def replay(sandbox: Sandbox, site: TestSite, calls: RealCalls, *, timeout_s: float, hash_seed: int) -> Replayed:
    """Make the kept calls of a function again, in a fresh process.

    Args:
        hash_seed: another than that under which they were kept, so that what depends on it shows.

    Raises:
        SandboxError: the sandbox broke.
    """
    report = posixpath.join(site.scratch, f"replay-{uuid.uuid4().hex}.json")
    told = {name: getattr(calls, name) for name in ("module", "owner", "name", "way")}
    told["calls"] = [[each.made, each.given, each.seconds, each.digest] for each in calls.kept]
    # The selection is of no account here: only where things are is taken from the command.
    where = command_of(site, TestSelection(), report, hash_seed)
    argv = (site.python, posixpath.join(site.harness, REPLAY), report)
    stdin = json.dumps(told).encode()
    done = sandbox.execute(
        Command(argv=argv, cwd=site.tree, env=where.env, timeout_s=timeout_s, stdin=stdin, collect=(report,))
    )
    found = _json(done, report)
    if found is None or "error" in found:
        return Replayed((), error=found["error"] if found else _said(done))
    kept = tuple(call for call, same in zip(calls.kept, found["same"], strict=True) if same)
    return Replayed(kept, found["first"], found["again"])


def _watched(
    sandbox: Sandbox,
    site: TestSite,
    selection: TestSelection,
    options: Mapping[str, Any],
    limits: tuple[float, int],
) -> dict[str, Any]:
    """What the plugin reports of one run of the tests; `limits` are seconds and the hash seed."""
    timeout_s, hash_seed = limits
    report, outcomes = (posixpath.join(site.scratch, f"{kind}-{uuid.uuid4().hex}.json") for kind in ("real", "ends"))
    told = {**options, "report": report, "tree": site.tree}
    env = {**site.env, VARIABLE: json.dumps(told)}
    chosen = replace(selection, plugins=(*selection.plugins, PLUGIN))
    command = command_of(replace(site, env=env), chosen, outcomes, hash_seed)
    done = sandbox.execute(replace(command, timeout_s=timeout_s, collect=(report, outcomes)))
    found = _json(done, report)
    if found is None:
        raise WorkloadError(
            f"the unit tests cannot be watched: {_said(done)}", "see what `python -m pytest` says there", code="PA407"
        )
    return found


def _json(done: Completed, report: str) -> dict[str, Any] | None:
    """The document that a command left; None where it left none."""
    try:
        found: dict[str, Any] = json.loads(done.files[report])
    except (KeyError, ValueError):
        return None
    return found


def _said(done: Completed) -> str:
    """One line on how a command ended that left no report."""
    lines = (done.stdout + done.stderr).strip().splitlines()
    return done.stopped_by or (lines[-1].strip() if lines else f"it ended with status {done.exit_code}")
