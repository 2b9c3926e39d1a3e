"""The page: a row a package, and where the time of second runs goes."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

from perfagent.benchmarks.environments.trial import Outcome, Package

Result = tuple[Package, Outcome, Outcome]

_TEXT = """# Environments

Source distributions of real packages, each put into a git repository and prepared twice in Docker as `perfagent run`
does it, without a word of configuration. Written by

    python -m perfagent.benchmarks.environments --write docs/environments.md

on a two-core machine without an image registry that had other work at the time (load {load} when this was written, so
the seconds are no best case), CPython {python} for perfagent itself.

- `first`: seconds of the whole first run up to its first measurement. Interpreter, dependencies and project are built
  and the unit tests run two or three times; wheels that earlier packages of this list needed may be there already.
- `second`: the same for the unchanged repository.
- `candidate`: seconds that a candidate costs before its tests start: its diff, a tree to test in, a container.
- `failed` are tests that fail in every run at the baseline and `flaky` those that end differently from run to run;
  neither judges a candidate.
"""


def line(package: Package, first: Outcome, second: Outcome) -> str:
    """One package in one line with the steps of both runs, for whoever watches."""
    steps = [", ".join(f"{name} {seconds:.1f}" for name, seconds in each.steps.items()) for each in (first, second)]
    return f"{row((package, first, second))}\n    first: {steps[0]}\n    second: {steps[1]}"


def row(result: Result) -> str:
    """One package as a row of the table."""
    package, first, second = result
    found = first.found
    name = f"{package.name} {package.version}"
    if "error" in found:
        return f"| {name} | {package.kind} | – | {first.first_s:.0f} | – | – | – | {_one_line(found['error'])} |"
    seconds = f"{first.first_s:.0f} | {second.first_s:.1f} | {second.found.get('candidate_s', 0.0):.2f}"
    tests = f"{found['passed']} / {found['failed']} / {found['flaky']}"
    return f"| {name} | {package.kind} | {found['python']} | {seconds} | {tests} | {_result(second)} |"


def _one_line(error: str) -> str:
    """An error in a cell."""
    return " ".join(error.split()).replace("|", "\\|")


def _result(second: Outcome) -> str:
    """Whether the package is ready to be worked on."""
    found = second.found
    if "error" in found:
        return _one_line(found["error"])
    if not found["passed"]:
        return "no test passes"
    return f"works; {found['uncollected']} test files cannot be imported" if found["uncollected"] else "works"


def document(results: Sequence[Result]) -> str:
    """The whole page."""
    works = sum(bool(second.found.get("passed")) for _, _, second in results)
    head = "| package | kind | Python | first, s | second, s | candidate, s | passed / failed / flaky | result |"
    parts = [
        _TEXT.format(python=platform.python_version(), load=f"{os.getloadavg()[2]:.0f}"),
        f"{works} of {len(results)} work.\n",
        "\n".join([head, "|---" * 8 + "|", *map(row, results)]),
        "\n## Where the time of a second run goes\n",
        _steps(results),
    ]
    return "\n".join(parts) + "\n"


def _steps(results: Sequence[Result]) -> str:
    """Seconds of each step of the second runs."""
    names = list(dict.fromkeys(name for _, _, second in results for name in second.steps))
    rows = [f"| package | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for package, _, second in results:
        cells = [f"{second.steps[name]:.2f}" if name in second.steps else "–" for name in names]
        rows.append(f"| {package.name} | {' | '.join(cells)} |")
    return "\n".join(rows)
