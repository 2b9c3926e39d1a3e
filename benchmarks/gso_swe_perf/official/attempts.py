"""One attempt to measure a prediction by a published protocol: its clock, its count of executions, and its end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from perfagent.benchmarks.gso_swe_perf.records import Outcome, Status, SwefficiencyTimings, SwePerfTimings

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.instances import Instance
    from perfagent.benchmarks.gso_swe_perf.places import Arena


class Stopped(Exception):
    """The protocol ends here, with this status and one line about why."""

    def __init__(self, status: Status, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Attempt:
    """What every outcome of one attempt has in common."""

    def __init__(self, arena: Arena, instance: Instance, subject: str) -> None:
        self.executions = 0
        self._arena, self._instance, self._subject = arena, instance, subject
        self._began = time.monotonic()

    def ended(
        self, status: Status, detail: str = "", figures: SwePerfTimings | SwefficiencyTimings | None = None
    ) -> Outcome:
        """The outcome, with the time until now."""
        return Outcome(
            benchmark=self._instance.benchmark,
            instance_id=self._instance.instance_id,
            subject=self._subject,
            protocol="official",
            status=status,
            detail=detail,
            swe_perf=figures if isinstance(figures, SwePerfTimings) else None,
            swefficiency=figures if isinstance(figures, SwefficiencyTimings) else None,
            executions=self.executions,
            seconds=time.monotonic() - self._began,
            environment=self._arena.place.origin,
        )
