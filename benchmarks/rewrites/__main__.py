"""Run each rule's example before and after, alternating, and print or write what it gains.

python -m perfagent.benchmarks.rewrites [--write docs/rewrites.md] [--pairs 25] [RULE ...]
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from perfagent.benchmarks.rewrites.inputs import INPUTS, Input
from perfagent.tools.rewrite import Rule, catalogue, catalogue_markdown

# Below this the example gains nothing worth a look: the resolution of the timings on a busy machine.
_NOTHING = 1.03


def main(argv: list[str] | None = None) -> int:
    """Measure the rules asked for, all by default; 0 always, the numbers are the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rules", nargs="*", metavar="RULE")
    parser.add_argument("--pairs", type=int, default=25, help="timings before and after, alternating")
    parser.add_argument("--write", type=Path, help="write the document with the numbers to this file")
    options = parser.parse_args(argv)
    speedups = {}
    for rule in catalogue():
        if options.rules and rule.name not in options.rules:
            continue
        ratio = speedup(rule, INPUTS[rule.name], options.pairs)
        speedups[rule.name] = describe(ratio, INPUTS[rule.name])
        sys.stdout.write(f"{rule.name:28} {speedups[rule.name]}\n")
    if options.write:
        note = f"Median of {options.pairs} pairs of CPU time, CPython {platform.python_version()}."
        options.write.write_text(catalogue_markdown(speedups, note), encoding="utf-8")
    return 0


def describe(ratio: float, example: Input) -> str:
    """`3.1x (1 000 words)`, or that nothing is gained."""
    gain = f"{ratio:.2f}x" if ratio < 10 else f"{ratio:.0f}x"
    return f"{gain} ({example.size})" if ratio >= _NOTHING else f"nothing gained: {gain} ({example.size})"


def speedup(rule: Rule, example: Input, pairs: int) -> float:
    """Median over pairs of time before / time after, both orders in turn so that drift cancels."""
    before, after = (_function(source, example.function) for source in (rule.example, rule.example_after))
    ratios = []
    for pair in range(pairs + 2):
        first, second = (before, after) if pair % 2 else (after, before)
        times = {first: _time(first, example), second: _time(second, example)}
        ratios.append(times[before] / times[after])
    # The first pairs warm up caches and the specialising interpreter.
    return median(ratios[2:])


def _function(source: str, name: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {"__name__": "example", "os": _FakeOs}
    exec(compile(source.replace("import os\n", ""), "<example>", "exec"), namespace)
    function: Callable[..., Any] = namespace[name]
    return function


class _FakeOs:
    """Stands in for `os` in the example of folders, so that no disk is measured."""

    @staticmethod
    def listdir(folder: int) -> list[str]:
        return [f"{folder}/{i}" for i in range(5)]


def _time(function: Callable[..., Any], example: Input) -> float:
    """CPU seconds of the calls of one timing."""
    # One set of arguments serves all calls of a timing: an example that consumes its own is called once.
    arguments = example.arguments()
    start = time.process_time()
    for _ in range(example.calls):
        function(*arguments)
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
