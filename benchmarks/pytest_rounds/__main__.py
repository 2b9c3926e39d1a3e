"""`python -m perfagent.benchmarks.pytest_rounds`: cost and fairness of forked sides, some eight minutes.

Seconds are only comparable within the run; on a busy machine all errors grow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perfagent.benchmarks.commands import errors_in_one_line
from perfagent.benchmarks.pytest_rounds.document import document
from perfagent.benchmarks.pytest_rounds.field import CLOSE_PAIRS, opened
from perfagent.benchmarks.pytest_rounds.figures import Findings, verdicts
from perfagent.tools.sandbox import choose

GAINS = {1.05: 20, 1.10: 10}
"""True speedup -> after how many calls the baseline does one more."""


def pytest_rounds(
    pairs: Annotated[int, typer.Option(min=12, help="Pairs of identical code in each way.")] = 60,
    comparisons: Annotated[int, typer.Option(min=1, help="Sequential comparisons of identical code.")] = 40,
    sandbox: Annotated[str, typer.Option(help="Where the example's code runs.")] = "auto",
    seed: Annotated[int, typer.Option(help="Of coins and hash seeds.")] = 1,
    write: Annotated[Path | None, typer.Option(help="File for the page; standard output without it.")] = None,
) -> None:
    """Measure pairs of pytest benchmarks in processes of their own and forked from one interpreter."""

    def say(text: str) -> None:
        typer.echo(text, err=True)

    kind, _ = choose(sandbox)
    with opened(kind, {str(gain): every for gain, every in GAINS.items()}, say) as (field, python):
        alone = frozenset({CLOSE_PAIRS})
        say(f"{pairs} pairs of all benchmarks in each way")
        suite = field.both(("one", "two"), pairs, seed)
        say(f"{pairs // 2} pairs of one benchmark in each way")
        single = field.both(("one", "two"), pairs // 2, seed + 1, alone)
        gains = {}
        for place, gain in enumerate(GAINS):
            say(f"{pairs // 2} pairs with a true gain of {gain:.2f} in each way")
            gains[gain] = field.both((str(gain), "one"), pairs // 2, seed + 2 + place, alone)
        found = verdicts(field, comparisons, seed + 100, say)
    flags = f"--pairs {pairs} --comparisons {comparisons} --sandbox {sandbox} --seed {seed}"
    command = f"python -m perfagent.benchmarks.pytest_rounds {flags}"
    page = document(Findings(suite, single, gains, found, python, kind), command)
    if write is None:
        typer.echo(page, nl=False)
    else:
        write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    with errors_in_one_line():
        typer.run(pytest_rounds)
