"""python -m perfagent.benchmarks.patterns [--write FILE]: every pattern's example and counter-example, timed."""

from __future__ import annotations

import argparse
import platform
import sys
import time
from pathlib import Path

from perfagent.benchmarks.patterns.timing import TURNS, Case, available, bodies, cases, ratio

HEAD = """\
# Patterns, measured

Every pattern that the model is shown says where it loses.
This table is what those sentences rest on: old time / new time of two bodies with equal results, run in turns.
It shows the median of {turns} ratios of CPU time (wall time where waiting or another process is the matter) and their
quartiles, on Python {python}.
Above 1 the pattern is faster; a counter-example is where it is slower, or gains nothing worth a patch.
Made by `python -m perfagent.benchmarks.patterns --write docs/patterns.md`.
The bodies are in `benchmarks/patterns/cases.toml`.

| pattern | example | old / new | quartiles |
|---|---|---|---|
"""


def main() -> None:
    """Time the cases and print or write the table."""
    parser = argparse.ArgumentParser(prog="python -m perfagent.benchmarks.patterns", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table there")
    parser.add_argument("--only", metavar="PATTERN", help="the cases of one pattern")
    asked = parser.parse_args()
    rows = []
    for case in cases():
        if asked.only in (None, case.pattern) and available(case):
            rows.append(_row(case))
            sys.stderr.write(rows[-1] + "\n")
    table = HEAD.format(turns=TURNS, python=platform.python_version()) + "\n".join(rows) + "\n"
    if asked.write:
        asked.write.write_text(table, "utf-8")
    else:
        sys.stdout.write(table)


def _row(case: Case) -> str:
    what = case.what if case.kind == "gain" else f"against: {case.what}"
    if case.kind == "wrong":
        old, new = bodies(case)
        return f"| {case.pattern} | {what} | {'equal' if old() == new() else 'other values'} | |"
    found = ratio(*bodies(case), clock=time.perf_counter if case.clock == "wall" else time.process_time)
    return f"| {case.pattern} | {what} | {found.median:.3g} | {found.low:.3g}–{found.high:.3g} |"


if __name__ == "__main__":
    main()
