"""Time two bodies in turns and compare them: the ratio of one turn cancels what the machine does meanwhile."""

from __future__ import annotations

import statistics
import textwrap
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, resources
from typing import Any, Literal

#: Turns of each side; the median of so many ratios moves by a few per cent between runs.
TURNS = 15

#: Seconds one side runs in a turn at least.
TURN_S = 0.02

Body = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Case:
    """Two bodies that return equal values, but for `wrong`.

    Attributes:
        pattern: id of the pattern they show.
        kind: `gain`; `counter` for an example where it is slower or gains nothing; `wrong` where it gives other values.
        what: one line.
        setup, old, new: source; `old` and `new` are bodies of functions without parameters.
        needs: package without which the case is left out.
        clock: CPU time of the process, which a busy machine disturbs least; wall time for waits and other processes.
    """

    pattern: str
    kind: Literal["gain", "counter", "wrong"]
    what: str
    setup: str
    old: str
    new: str
    needs: str = ""
    clock: Literal["cpu", "wall"] = "cpu"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Old time / new time: median, and the quartiles of the turns."""

    median: float
    low: float
    high: float


def cases() -> list[Case]:
    """All cases, in the file's order."""
    text = resources.files("perfagent.benchmarks.patterns").joinpath("cases.toml").read_text("utf-8")
    return [Case(**entry) for entry in tomllib.loads(text)["case"]]


def available(case: Case) -> bool:
    """Whether what the case needs is installed."""
    try:
        if case.needs:
            import_module(case.needs)
    except ImportError:
        return False
    return True


def bodies(case: Case) -> tuple[Body, Body]:
    """The two functions of a case."""
    space: dict[str, Any] = {}
    exec(compile(case.setup, case.pattern, "exec"), space)
    for name, source in (("old", case.old), ("new", case.new)):
        exec(compile(f"def {name}():\n{textwrap.indent(source.strip(), '    ')}", case.pattern, "exec"), space)
    return space["old"], space["new"]


def ratio(old: Body, new: Body, turns: int = TURNS, clock: Callable[[], float] = time.process_time) -> Ratio:
    """Old time / new time, the two run in turns.

    Args:
        clock: seconds.

    Raises:
        ValueError: they return different values.
    """
    if old() != new():
        raise ValueError("old and new return different values")
    loops = {side: _loops(side, clock) for side in (old, new)}
    found = []
    for turn in range(turns):
        order = (old, new) if turn % 2 else (new, old)
        seconds = {side: _seconds(side, loops[side], clock) / loops[side] for side in order}
        found.append(seconds[old] / seconds[new])
    low, _, high = statistics.quantiles(found, n=4)
    return Ratio(statistics.median(found), low, high)


def _seconds(body: Body, loops: int, clock: Callable[[], float]) -> float:
    begin = clock()
    for _ in range(loops):
        body()
    return clock() - begin


def _loops(body: Body, clock: Callable[[], float]) -> int:
    """Loops that fill a turn: doubled until they do, as one single run may be a disturbed one."""
    loops = 1
    while (seconds := min(_seconds(body, loops, clock) for _ in range(2))) < TURN_S / 4:
        loops *= 2
    return max(1, round(loops * TURN_S / seconds))
