"""One run of `prepare` on a repository as `perfagent run` does it, up to its first measurement; prints JSON.

A process of its own, as a user's run is one: its start and its imports count.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.preparing import Preparation, Wanted
from perfagent.agent.opening import opened
from perfagent.agent.services import Services
from perfagent.tools.errors import MeasurementError, PerfagentError
from perfagent.tools.measure import RunFailed
from perfagent.tools.sandbox import Command

#: A candidate that changes the program without changing what it does.
ADDED_LINE = "\nPERFAGENT_ADDED = 1\n"

#: The first one copies the whole tree for its tests, the others only what differs.
CANDIDATES = 4


def first_measurement(repository: Path, workload: Path, out: Path) -> dict[str, Any]:
    """Prepare and measure the first pairs; what was found, and the seconds of a candidate before its tests.

    Raises:
        PerfagentError: what the user would see.
    """
    flags = {"workload": (f"script:{workload}",), "sandbox": "docker", "no_model": True}
    with opened("run", str(repository), flags, out) as services:
        # Without noise: that is the probe's pairs, of which only the first counts here.
        prepared = Preparation(services, services.target.head, Wanted(noise=False)).prepare()
        lab = Laboratory(services, prepared)
        tests = prepared.tests
        return {
            "measured_at": _measure(services, lab),
            "python": prepared.environment.version,
            "passed": len(tests.passing) if tests else 0,
            "failed": len(tests.failing) if tests else 0,
            "flaky": len(tests.flaky) if tests else 0,
            "skipped": len(tests.skipped) if tests else 0,
            "uncollected": len(tests.collection_errors) if tests else 0,
            "tests_s": tests.seconds if tests else 0.0,
            "candidates_s": _candidate_seconds(services, lab),
        }


def _measure(services: Services, lab: Laboratory) -> float:
    """Take one sample of the baseline; when it was taken, in seconds since the epoch."""
    loops = {plan.id: plan.loops for plan in lab.prepared.benchmarks}
    with lab.open({"baseline": lab.tree(services.target.head)}) as bench:
        sample = bench.reader(loops)(("baseline",), 1)["baseline"]
    if isinstance(sample, RunFailed):
        raise MeasurementError(sample.detail)
    return time.time()


def _candidate_seconds(services: Services, lab: Laboratory) -> list[float]:
    """Seconds from a diff to a sandbox in which the candidate's tests may start, of a run's first candidates."""
    base = services.target.head
    baseline = lab.tree(base)
    roots = lab.prepared.source_roots
    sources = [path for root in roots for path in sorted((baseline / root).rglob("*.py")) if path.stat().st_size]
    path = next(path for path in sources if path.name == "__init__.py" and "tests" not in path.parts)
    took = []
    for number in range(CANDIDATES):
        diff = _appended(path.read_text(), str(path.relative_to(baseline)), ADDED_LINE * (number + 1))
        began = time.monotonic()
        tree = lab.edited(base, diff)
        with lab.lent(tree) as copy, lab.open({"candidate": copy}, writable=True) as bench:
            bench.sandbox.execute(Command(("true",), "/"))
            took.append(time.monotonic() - began)
    return took


def _appended(text: str, name: str, added: str) -> str:
    """A diff that adds lines at a file's end."""
    import difflib

    before = text.splitlines(keepends=True)
    if before and not before[-1].endswith("\n"):
        before[-1] += "\n"
    after = [*before, *added.splitlines(keepends=True)]
    return "".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"))


def main() -> None:
    """Print what was found, or the line the user would see under `error`."""
    repository, workload, out = map(Path, sys.argv[1:4])
    try:
        found = first_measurement(repository, workload, out)
    except PerfagentError as error:
        found = {"error": str(error)}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
