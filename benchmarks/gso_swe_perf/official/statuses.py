"""Read which tests passed from what a test runner printed, in the ways of SWE-fficiency's repositories.

Every way is the SWE-fficiency harness's (log_parsers.py), quirks included, as the ids of PASS_TO_PASS were made with
them: what a stricter reading would call a test is not in the lists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

_STATUSES = ("FAILED", "PASSED", "SKIPPED", "ERROR", "XFAIL")
_COLOURS = re.compile(r"\x1B(?:[@-Z\\-_]|\[[0-?]*[ -/]*[@-~])")
_SYMPY_FAILURE = re.compile(r"(_*) (.*)\.py:(.*) (_*)")
_SYMPY_ENDINGS = {" E": "ERROR", " F": "FAILED", " ok": "PASSED"}

Statuses = dict[str, str]


def statuses(repo: str, log: str, command: str = "") -> Statuses:
    """Test id -> status, in the way of that repository (`owner/name`); pytest's summary for those not named here.

    Args:
        command: that ran the tests. Where it is pytest in a repository with a runner of its own, its summary is read.
    """
    way = _WAYS.get(repo.lower(), _pytest)
    return (_pytest if way is _sympy and "pytest" in command else way)(log)


def has_passed(status: str) -> bool:
    """Whether a status counts as a pass. Source: SWE-fficiency harness, get_report.py."""
    return "PASS" in status


def _summary_line(line: str) -> list[str]:
    """Status and the rest of a line of pytest's `-rA` summary; empty when it is none."""
    if not line.startswith(_STATUSES):
        return []
    parts = (line.replace(" - ", " ") if line.startswith("FAILED") else line).split(maxsplit=1)
    return parts if len(parts) == 2 else []


def _id_of(text: str) -> str:
    """The test's id at the beginning of a text: up to the bracket that closes its parameters, or to a blank."""
    if "[" not in text:
        return text.split(maxsplit=1)[0]
    depth = 0
    for at, character in enumerate(text):
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == "]" and depth == 0:
            return text[: at + 1]
    return text


def _pytest(log: str) -> Statuses:
    """pytest's summary, reasons cut off."""
    lines = (_summary_line(line) for line in log.splitlines())
    return {_id_of(parts[1]): parts[0] for parts in lines if parts}


def _pytest_or_verbose(log: str) -> Statuses:
    """pytest's summary with reasons left on, or the lines of `-v`, whose status stands at the end; colours removed."""
    found: Statuses = {}
    for line in (_COLOURS.sub("", raw) for raw in log.split("\n")):
        if line.startswith(_STATUSES):
            parts = _summary_line(line)
            if parts:
                found[parts[1]] = parts[0]
        elif line.endswith(_STATUSES) and len(parts := line.rsplit(maxsplit=1)) == 2:
            found[parts[0]] = parts[1]
    return found


def _only_unparametrised(log: str) -> Statuses:
    """pytest's summary, of parametrised tests only those with one case, without its parameters."""
    found = _pytest(log)
    cases = Counter(test.partition("[")[0] for test in found)
    return {name: status for test, status in found.items() if cases[name := test.partition("[")[0]] == 1}


def _matplotlib(log: str) -> Statuses:
    """pytest's summary up to the first blank, with the names of mouse buttons as their numbers."""
    log = log.replace("MouseButton.LEFT", "1").replace("MouseButton.RIGHT", "3")
    lines = (_summary_line(line) for line in log.split("\n"))
    return {parts[1].split()[0]: parts[0] for parts in lines if parts}


def _sympy(log: str) -> Statuses:
    """The output of `bin/test`, whose tests have names without their file; or of pytest, when it names itself."""
    if "pytest" in log:
        rows = (line.split(None, 2) for line in log.splitlines() if line.strip().startswith("sympy/"))
        return {row[0]: row[1] for row in rows if len(row) == 3}
    found: Statuses = {f"{file}.py:{test}": "FAILED" for _, file, test, _ in _SYMPY_FAILURE.findall(log)}
    for line in (raw.strip() for raw in log.split("\n")):
        if not line.startswith("test_"):
            continue
        bare = line[: line.rfind("[")].strip() if line.endswith(("[FAIL]", "[OK]")) else line
        for ending, status in _SYMPY_ENDINGS.items():
            if bare.endswith(ending):
                found[bare.split()[0]] = status
    return found


#: Source: SWE-fficiency harness, MAP_REPO_TO_PARSER, of the repositories of its data set; xarray and dask are pytest's.
_WAYS: dict[str, Callable[[str], Statuses]] = {
    "astropy/astropy": _pytest_or_verbose,
    "matplotlib/matplotlib": _matplotlib,
    "numpy/numpy": _only_unparametrised,
    "pandas-dev/pandas": _pytest_or_verbose,
    "scikit-learn/scikit-learn": _pytest_or_verbose,
    "scipy/scipy": _only_unparametrised,
    "sympy/sympy": _sympy,
}
