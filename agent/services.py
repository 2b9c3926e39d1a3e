"""What nodes need and the state must not hold: open things, handed to the graph as its context."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from perfagent.agent.accounting import Accounting
from perfagent.agent.lab.bin import Bin
from perfagent.agent.lab.copies import Copies
from perfagent.agent.lab.turns import Turns
from perfagent.agent.run_folder import RunFolder
from perfagent.agent.settings import Settings
from perfagent.tools.errors import LimitExceeded
from perfagent.tools.report import Progress

if TYPE_CHECKING:
    from perfagent.agent.lab.laboratory import Laboratory
    from perfagent.agent.model import CostLedger, Models
    from perfagent.tools.repository import Author, Target


@dataclass
class Services:
    """One run's open things.

    Attributes:
        settings: what was asked.
        folder: where the run keeps what it makes.
        progress: what the user sees.
        target: the repository, cloned into the folder.
        asked: the content of run.json.
        deadline: monotonic time at which the search ends; None without a limit.
        interrupted: set when the user asked to stop; nodes end at their next safe point.
        clock: monotonic seconds.
        accounting: where the time goes.
        turns: who may run code now, as several editors work at once.
        copies: of trees, for tests to write into.
        bin: takes trees that nobody needs any more.
    """

    settings: Settings
    folder: RunFolder
    progress: Progress
    target: Target
    asked: Mapping[str, Any] = field(default_factory=dict)
    deadline: float | None = None
    interrupted: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], float] = time.monotonic
    accounting: Accounting = field(default_factory=Accounting)
    models: Models | None = None
    ledger: CostLedger | None = None
    laboratory: Laboratory | None = None
    turns: Turns = field(default_factory=Turns)
    copies: Copies = field(init=False)
    bin: Bin = field(init=False)

    def __post_init__(self) -> None:
        self.turns.interrupted = self.interrupted
        self.copies = Copies(self.folder.path / "work")
        self.bin = Bin(self.turns)

    @property
    def lab(self) -> Laboratory:
        """The laboratory, which `prepare` opens (and a resumed run opens again).

        Raises:
            RuntimeError: nothing is prepared yet; a fault of the graph, not of the user.
        """
        if self.laboratory is None:
            raise RuntimeError("the laboratory is used before prepare")
        return self.laboratory

    def begin_search(self) -> None:
        """Start the clock of `--max-time`: what comes before is the target's to pay, not the search's."""
        if self.deadline is None and self.settings.max_time is not None:
            self.deadline = self.progress.deadline = self.clock() + self.settings.max_time * 60

    def time_left(self) -> float | None:
        """Seconds until the search ends; None without a limit. No model is waited for beyond it."""
        return None if self.deadline is None else self.deadline - self.clock()

    @property
    def model_has_answered(self) -> bool:
        """Whether the model ever answered in this run: then its silence is a passing fault, not a wrong setting."""
        return self.ledger is not None and self.ledger.totals().calls > 0

    def now(self) -> str:
        """The time of day as ISO 8601 with the zone's offset, for commits."""
        return datetime.now().astimezone().isoformat(timespec="seconds")

    def author(self, date: str) -> Author:
        """Who commits: perfagent, at the run's own date."""
        from perfagent.tools.repository import Author

        return Author(date=date)

    def out_of_budget(self) -> str:
        """Why the search must end now, or an empty string."""
        if self.deadline is not None and self.clock() >= self.deadline:
            return "the time is used up"
        if self.ledger is not None:
            try:
                self.ledger.check()
            except LimitExceeded as error:
                return error.message
        return ""

    def enter(self, stage: str, detail: str = "") -> None:
        """Tell user and event log that a stage begins; refuse to go on with a full disk.

        Raises:
            KeyboardInterrupt: the user asked to stop.
            LimitExceeded: the disk is nearly full.
        """
        if self.interrupted.is_set():
            raise KeyboardInterrupt
        self.folder.require_space()
        self.folder.event("stage", name=stage, detail=detail)
        self.progress.enter(stage, detail)
