"""What the command lines of the benchmarks share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from perfagent.tools.errors import PerfagentError


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Tell an error of ours in one line on standard error and end with exit status 1; others keep their traceback."""
    try:
        yield
    except PerfagentError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(1) from error
