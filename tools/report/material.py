"""All that a report is written from: the result, and what lies beside it in the run folder."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from perfagent.tools.report.difference import ProfileDifference
from perfagent.tools.report.document import Result
from perfagent.tools.report.samples import JudgedSamples, Samples, SampleSeries

#: The folder of a run that holds what the commands name that repeat its verdict, and the change among it.
REPRODUCE = "reproduce"
CHANGE = "change.diff"


@dataclass(frozen=True)
class Setting:
    """Where and when a run was made.

    Attributes:
        run: what names it on the command line; its id where nothing is given.
        started: seconds since the epoch, None where that is not known.
        machine: in words, such as `Linux 6.1 x86_64, 2 cores`.
    """

    run: str = ""
    started: float | None = None
    machine: str = ""

    @property
    def when(self) -> str:
        """The start as `21 Nov 2026, 21:17 UTC`; empty where it is not known."""
        return "" if self.started is None else time.strftime("%d %b %Y, %H:%M UTC", time.gmtime(self.started))


@dataclass(frozen=True)
class Material:
    """A result with what lies beside it; older runs lack the samples, the differential profile and the files.

    Attributes:
        files: what the commands that repeat the verdict name, by name.
    """

    result: Result
    samples: Samples | None = None
    difference: ProfileDifference | None = None
    setting: Setting = field(default_factory=Setting)
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def run(self) -> str:
        """What names the run on the command line."""
        return self.setting.run or self.result.run_id

    @property
    def whole(self) -> str:
        """What the samples call the thing the result's own figures are about."""
        return {"run": "branch", "verify": "patch", "compare": "head"}[self.result.command]

    @property
    def judged_change(self) -> str:
        """The diff of a patch from outside; empty for a run, whose patches bring theirs, and for two commits."""
        data = self.files.get(CHANGE, b"") if self.result.command == "verify" else b""
        return data.decode("utf-8", "replace")

    def series(self, subject: str) -> tuple[SampleSeries, ...]:
        """The pairs behind a subject's figures: fresh ones where they were measured, else those that decided."""
        kept = {each.stage: each for each in self._judged(subject)}
        found = kept.get("publish") or kept.get("confirm")
        return () if found is None else found.series

    def _judged(self, subject: str) -> Iterator[JudgedSamples]:
        yield from (each for each in (self.samples.judged if self.samples else ()) if each.subject == subject)
