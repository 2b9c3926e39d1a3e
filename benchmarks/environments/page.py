"""The page: a row a package, and where the time of second runs goes."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from statistics import median

from perfagent.benchmarks.environments.trial import Outcome, Package, packages

Result = tuple[Package, Outcome, Outcome]

_HEAD = (
    "| package | kind | Python | first, s | second, s | candidate, s: first / next | passed / failed / flaky | result |"
)
_TIMES = "\n## Where the time of a second run goes\n"
_TEXT = """# Environments

Source distributions of real packages, each put into a git repository and prepared twice in Docker as `perfagent run`
does it, without a word of configuration. Written by

    python -m perfagent.benchmarks.environments --write docs/environments.md

(`--only NAME` replaces that package's rows and leaves the others) on a shared two-core machine without an image
registry, which had other work at the time, so the seconds are no best case; CPython {python} for perfagent itself.

- `first`: seconds of the whole first run up to its first measurement. Interpreter, dependencies and project are built
  and the unit tests run two or three times; wheels that earlier packages of this list needed may be there already.
- `second`: the same for the unchanged repository.
- `candidate`: seconds that a candidate costs before its tests start: its diff, a tree to test in, a container. The
  first one's tests get a copy of the whole tree; later ones' get that copy mended, so that only what differs is copied.
- `failed` are tests that fail in every run at the baseline and `flaky` those that end differently from run to run;
  neither judges a candidate.

What the rows do not say:

- What the disk decides is the checkout and the compiling of a first run, which later ones take over by hard links, and
  the one copy of the tree that tests write into: 2,800 files and 53 MB for pygments.
- attrs 17.4.0 claims Python up to 3.6 and gets 3.7, the nearest that was here; four of its test files cannot be
  imported, and the others pass. click's 24 failures were not looked into.
- contourpy marks a test `flaky(reruns=...)`: that is the mark of pytest-rerunfailures, and flaky, which has one of the
  same name, fails on it. Which of them is installed is told by the arguments.
- Most of contourpy's first run are its 2,300 tests, run two or three times; its environment took 70 s.
- A Dockerfile or devcontainer of a repository's own is never used unasked; `--image ./Dockerfile` and
  `--image devcontainer` ask for it, and a default build that fails says that there is one.
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
    seconds = f"{first.first_s:.0f} | {second.first_s:.1f} | {_candidates(second.found.get('candidates_s', ()))}"
    tests = f"{found['passed']} / {found['failed']} / {found['flaky']}"
    return f"| {name} | {package.kind} | {found['python']} | {seconds} | {tests} | {_result(second)} |"


def _candidates(seconds: Sequence[float]) -> str:
    """The first candidate's, and the median of those after it."""
    return " / ".join(f"{part:.2f}" for part in (seconds[0], median(seconds[1:]))) if seconds else "–"


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


def document(results: Sequence[Result], old: str = "") -> str:
    """The whole page.

    Args:
        results: of the packages that were tried.
        old: an earlier page, whose rows of other packages are kept.
    """
    rows, steps = _old_rows(old), _old_steps(old)
    for result in results:
        package, _, second = result
        rows[f"{package.name} {package.version}"] = row(result)
        steps[package.name] = {name: f"{seconds:.2f}" for name, seconds in second.steps.items()}
    order = [f"{package.name} {package.version}" for package in packages()]
    names = sorted(rows, key=lambda name: order.index(name) if name in order else len(order))
    works = sum(_cells(rows[name])[-1].startswith("works") for name in names)
    parts = [
        _TEXT.format(python=platform.python_version()),
        f"{works} of {len(rows)} work.\n",
        "\n".join([_HEAD, "|---" * 8 + "|", *(rows[name] for name in names)]),
        _TIMES,
        _steps({name.split()[0]: steps.get(name.split()[0], {}) for name in names}),
    ]
    return "\n".join(parts) + "\n"


def _steps(steps: Mapping[str, Mapping[str, str]]) -> str:
    """Seconds of each step of the second runs."""
    names = list(dict.fromkeys(name for each in steps.values() for name in each))
    rows = [f"| package | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for package, each in steps.items():
        rows.append(f"| {package} | {' | '.join(each.get(name, '–') for name in names)} |")
    return "\n".join(rows)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def _table(text: str) -> list[str]:
    """The lines of the table in a text."""
    return [line for line in text.splitlines() if line.startswith("| ")]


def _old_rows(page: str) -> dict[str, str]:
    """The rows of a page's first table, by package and version."""
    return {_cells(line)[0]: line for line in _table(page.partition(_TIMES)[0])[1:]}


def _old_steps(page: str) -> dict[str, dict[str, str]]:
    """The second table: package, step, seconds."""
    head, *lines = _table(page.partition(_TIMES)[2]) or [""]
    names = _cells(head)[1:]
    return {_cells(line)[0]: dict(zip(names, _cells(line)[1:], strict=True)) for line in lines}
