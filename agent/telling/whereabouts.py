"""Where the time goes in the functions that a candidate changed, before and with the change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Verdict
from perfagent.agent.telling.line_profile import dearest, overhead_text, rows
from perfagent.tools.equivalence import touched_functions
from perfagent.tools.errors import PerfagentError
from perfagent.tools.profile import FunctionLines, LineProfile, Place

#: Functions shown, those that take most of the time first, and lines of the first and of each further one.
MOST_FUNCTIONS = 3
FIRST_LINES = 14
FURTHER_LINES = 5

#: Lines of the unchanged function, the dearest, shown beside the changed one.
LINES_BEFORE = 3

#: Seconds of one traced run: evidence that takes longer costs more than a model's next guess.
LONGEST_TRACE_S = 60.0

NOTHING = LineProfile(functions=(), overhead=None)


def time_lines(services: Services, candidate: Candidate, verdict: Verdict, only: frozenset[str]) -> list[str]:
    """The dear lines of the changed functions, for a reader; none where no line profile can be made.

    Args:
        only: the benchmarks to run; all when empty.
    """
    try:
        diff = services.folder.get(verdict.diff)
        base, head = services.lab.tree(candidate.parent), services.lab.edited(candidate.parent, diff)
        touched = touched_functions(base, head, diff)
        if not touched.after:
            return []
        with services.lab.open({"baseline": base, "candidate": head}) as bench:
            bench.timeout_s = min(bench.timeout_s, LONGEST_TRACE_S)
            after = bench.lines("candidate", head, _names(touched.after), only or None)
            before = NOTHING
            if touched.before:
                before = bench.lines("baseline", base, _names(touched.before), only or None)
    except PerfagentError:
        return []  # the verdict stands by its own evidence
    return compared(before, after, base, head)


def _names(places: Sequence[Place]) -> list[tuple[str, str]]:
    return [(place.path, place.function.qualname) for place in places]


def compared(before: LineProfile, after: LineProfile, base: Path, head: Path) -> list[str]:
    """Two line profiles side by side: the functions with the change, and of what they were the dearest lines.

    Args:
        base, head: the trees on this machine.
    """
    old = {(function.path, function.qualname): function for function in before.functions}
    ran = sorted((function for function in after.functions if function.lines), key=lambda f: -f.share)
    if not ran:
        return ["None of the functions that the change touches runs in the benchmark."]
    lines = [f"Where the time goes in the changed functions{overhead_text(after.overhead)}:"]
    for number, function in enumerate(ran[:MOST_FUNCTIONS]):
        was = old.get((function.path, function.qualname))
        lines.append(_head(function, was))
        lines += rows(function, _source(head, function), FURTHER_LINES if number else FIRST_LINES)
        if was is not None and was.lines and not number:
            lines.append("before the change its dearest lines were:")
            lines += dearest(was, _source(base, was), LINES_BEFORE)
    return lines


def _head(function: FunctionLines, was: FunctionLines | None) -> str:
    before = "it is new" if was is None else f"it was {was.share:.1%}" if was.lines else "it did not run before"
    return (
        f"`{function.path}` {function.qualname}: {function.share:.1%} of the time ({before}); line | hits | share of it"
    )


def _source(tree: Path, function: FunctionLines) -> list[str]:
    return (tree / function.path).read_text("utf-8", errors="replace").splitlines()
