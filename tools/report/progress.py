"""What a person sees while a run works: a live view on a terminal, plain lines elsewhere; always on standard error."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from perfagent.tools.report.words import interval_text, speedup_text, spent_text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live


@dataclass
class Progress:
    """Takes the run's events and shows them; this class prints a line for each that matters.

    Attributes:
        stage, candidate: where the run is.
        pairs, cap: pairs measured of how many at most, with `speedup` and `interval` so far.
        tests: unit tests run in the current check.
        usd, tokens: spent on the model (`usd` None when the price is unknown).
        deadline: monotonic time at which the search ends; None without a limit.
    """

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    stage: str = ""
    candidate: str = ""
    pairs: int = 0
    cap: int = 0
    speedup: float | None = None
    interval: tuple[float, float] | None = None
    tests: int = 0
    usd: float | None = 0.0
    tokens: int = 0
    deadline: float | None = None
    started: float = field(default_factory=time.monotonic)

    def enter(self, stage: str, detail: str = "") -> None:
        """A stage begins."""
        self.stage, self.candidate, self.pairs, self.tests = stage, "", 0, 0
        self.note(f"{stage}: {detail}" if detail else stage)

    def trying(self, candidate: str) -> None:
        """A candidate comes under work."""
        self.candidate, self.pairs, self.speedup, self.interval, self.tests = candidate, 0, None, None, 0
        self.note(f"candidate {candidate}")

    def measured(self, pairs: int, cap: int, speedup: float | None, interval: tuple[float, float] | None) -> None:
        """One more pair is measured."""
        self.pairs, self.cap, self.speedup, self.interval = pairs, cap, speedup, interval
        self.refresh()

    def tested(self, tests: int) -> None:
        """So many unit tests have run."""
        self.tests = tests
        self.refresh()

    def spent(self, usd: float | None, tokens: int) -> None:
        """So much has gone to the model in all."""
        self.usd, self.tokens = usd, tokens
        self.refresh()

    def note(self, text: str) -> None:
        """A line worth keeping; where nobody reads any more, the work goes on."""
        try:
            self.stream.write(f"[{self._elapsed()}] {text}\n")
            self.stream.flush()
        except BrokenPipeError:
            # In place of the pipe, or what is still buffered would be complained about to the end.
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), self.stream.fileno())

    def warn(self, text: str) -> None:
        """A line the user should not miss."""
        self.note(f"warning: {text}")

    def refresh(self) -> None:
        """Redraw; nothing to do for plain lines."""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to somebody else for a while."""
        yield

    def _elapsed(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self.started), 60)
        return f"{minutes}:{seconds:02d}"


@dataclass
class LiveProgress(Progress):
    """The live view: kept lines scroll above, the current state stays below."""

    console: Console | None = None
    live: Live | None = None

    def note(self, text: str) -> None:
        """Print above the live part."""
        from rich.text import Text

        assert self.console is not None
        style = "yellow" if text.startswith("warning:") else ""
        self.console.print(Text(f"[{self._elapsed()}] ", style="dim") + Text(text, style=style))
        self.refresh()

    def refresh(self) -> None:
        """Redraw the live part."""
        if self.live is not None:
            self.live.update(self.view())

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the live part off the terminal for a while."""
        if self.live is None:
            yield
            return
        self.live.stop()
        try:
            yield
        finally:
            self.live.start(refresh=True)

    def view(self) -> RenderableType:
        """The live part as a table: stage, candidate, pairs and interval, tests, money, time left."""
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        table.add_row("stage", f"[bold]{self.stage}[/bold]")
        if self.candidate:
            from rich.markup import escape

            table.add_row("candidate", escape(self.candidate))
        if self.pairs:
            figure = f"{speedup_text(self.speedup)}  (95 % CI {interval_text(self.interval)})" if self.speedup else ""
            table.add_row("pairs", f"{self.pairs} of at most {self.cap}  {figure}")
        if self.tests:
            table.add_row("tests", str(self.tests))
        table.add_row("model", spent_text(self.usd, self.tokens))
        left = "no limit" if self.deadline is None else f"{max(0.0, self.deadline - time.monotonic()) / 60:.1f} min"
        table.add_row("time", f"{self._elapsed()} gone, left: {left}")
        return table


@contextmanager
def open_progress(*, live: bool | None = None) -> Iterator[Progress]:
    """The fitting view: live when standard error is a terminal, plain lines otherwise."""
    if live is None:
        live = sys.stderr.isatty()
    if not live:
        yield Progress()
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True)
    progress = LiveProgress(console=console)
    with Live(
        progress.view(), console=console, refresh_per_second=4, transient=True, get_renderable=progress.view
    ) as view:
        progress.live = view
        yield progress
    progress.live = None
