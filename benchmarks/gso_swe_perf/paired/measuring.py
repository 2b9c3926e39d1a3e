"""The paired protocol: one prediction, judged by our verifier against the base, and timed against the expert.

Three steps, each of which a killed job goes on behind:

1. `verify` of the patch on the base: the guard (what a patch may not change is dropped and told), unit tests, the
   workloads' values, the sequential test, and figures from fresh pairs.
2. The values of the scripts that are not timed: a patch that is right on the timed ones only is `not_equivalent`.
3. Fresh pairs of the expert's code and the patched one, in the environment and with the loop counts of the first step.
   Code that is the same as the expert's is not timed against it: the ratio is 1 by what it means, and pairs would tell
   of the machine alone.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfagent.benchmarks.gso_swe_perf.asking import NO_TESTS, Site, Workloads, environment_flags, official_tests
from perfagent.benchmarks.gso_swe_perf.paired.further import Further, executions_of, further
from perfagent.benchmarks.gso_swe_perf.paired.running import diff_between, gone_on
from perfagent.benchmarks.gso_swe_perf.records import Outcome, PairedCheck, PairedFigures, Status
from perfagent.tools.errors import BuildError, EditError, LimitExceeded, PerfagentError, SandboxError, WorkloadError

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.instances import Instance
    from perfagent.benchmarks.gso_swe_perf.places import Place, Planted, Repositories
    from perfagent.tools.report import Result

#: Fresh pairs behind each figure. The benchmarks ask whether it is above 1.2 or 0.95; eight pairs on CPU time tell that
#: to about one percent, where the twenty of a report that somebody quotes would more than double a verdict's price.
FIGURE_PAIRS = 8

#: How a verdict that stands for a failed check ends an outcome; all others are `graded`.
FAILED: Mapping[str, Status] = {
    "does_not_apply": "patch_failed",
    "build_failed": "patch_failed",
    "guarded": "tests_failed",
    "tests_failed": "tests_failed",
    "not_equivalent": "tests_failed",
}


def measure_paired(  # noqa: PLR0913, PLR0917 - an entry point: each is a thing of its own
    instance: Instance,
    place: Place | None,
    repositories: Repositories,
    patch: str,
    folder: Path,
    core: int | None,
    subject: str,
) -> Outcome:
    """Judge one prediction; called again with the same folder, it goes on where it was stopped.

    Args:
        place: the environment; None for one by the instance's recipe in the sandbox that works here.
        repositories: histories of the projects.
        patch: the prediction's diff.
        folder: this job's own, for the repository, the scripts and the run; kept, as it is the verdict's evidence.
        core: to pin timed processes to; the last one allowed when None.
        subject: whose patch it is.

    Returns:
        The outcome; what goes wrong with this instance is in it.

    Raises:
        LimitExceeded, SandboxError: space on the disk or the engine is not there now: called again later, it goes on.
    """
    began = time.monotonic()
    common: dict[str, Any] = {
        "benchmark": instance.benchmark,
        "instance_id": instance.instance_id,
        "subject": subject,
        "protocol": "paired",
        "environment": place.origin if place else "local",
    }
    if not patch.strip():
        return Outcome(**common, status="empty_patch", detail="the patch is empty")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        ended = _Judging(instance, place, repositories, folder, core).judged(patch)
    except (LimitExceeded, SandboxError):
        raise
    except PerfagentError as error:
        ended = {"status": _status_of(error), "detail": error.message.splitlines()[0]}
    return Outcome(**common, **ended, seconds=round(time.monotonic() - began, 1))


def _status_of(error: PerfagentError) -> Status:
    """Whose fault an error is: the patch was not begun with when the base does not build or run."""
    if isinstance(error, EditError):
        return "patch_failed"
    return "base_failed" if isinstance(error, BuildError | WorkloadError) else "error"


@dataclass(frozen=True, slots=True)
class _Judging:
    """One prediction's judging, in its folder."""

    instance: Instance
    place: Place | None
    repositories: Repositories
    folder: Path
    core: int | None

    def judged(self, patch: str) -> dict[str, Any]:
        """The outcome's fields.

        Raises:
            PerfagentError: it could not be judged.
        """
        repository = self.folder / "repository"
        planted = self._planted(patch, repository)
        diff = diff_between(repository, planted.commit, planted.patched)
        if not diff:
            return {"status": "empty_patch", "detail": "the patch changes nothing"}
        workloads = official_tests(self.instance, Site.of(repository), self.folder / "scripts")
        result, run = self._verified(repository, diff, workloads)
        status = FAILED.get(result.verdict, "graded")
        more = Further()
        if status == "graded":
            more = further(run, workloads.held, planted)
            status = "tests_failed" if more.unequal else status
        figures = _figures(result, more)
        return {
            "status": status,
            "detail": figures.detail if status != "graded" else "",
            "paired": figures,
            "executions": executions_of(run, workloads),
        }

    def _planted(self, patch: str, repository: Path) -> Planted:
        """The base, the patched and the expert's commit; made anew by whoever was killed while making them."""
        making = self.folder / "repository.part"
        for left in (making, repository):
            shutil.rmtree(left, ignore_errors=True)
        planted = self.repositories.comparison(self.instance, patch, making)
        making.rename(repository)
        return planted

    def _verified(self, repository: Path, diff: str, workloads: Workloads) -> tuple[Result, Path]:
        """The verifier's result, and its run folder.

        Tests that were chosen by us and do not run at the base say nothing of the instance: then without them.
        """
        from perfagent.agent import driver

        def begin(flags: dict[str, Any], run: Path) -> Result:
            return driver.verify(str(repository), diff, flags, run)

        flags = {
            **environment_flags(self.instance, self.place),
            "workload": workloads.timed,
            "test": workloads.tests,
            "no_model": True,
            "no_instructions": True,
            "published_pairs": FIGURE_PAIRS,
            "memory": "off",
            "core": self.core,
        }
        run = self.folder / "verify"
        try:
            return gone_on(run, lambda: begin(flags, run)), run
        except WorkloadError:
            if not workloads.chosen or workloads.tests == NO_TESTS:
                raise
        run = self.folder / "verify-untested"
        return gone_on(run, lambda: begin({**flags, "test": NO_TESTS}, run)), run


def _figures(result: Result, more: Further) -> PairedFigures:
    """The verifier's result and what came after it, as the evaluation keeps them."""
    checks = tuple(PairedCheck(name=each.name, ok=each.ok, detail=each.detail) for each in result.checks)
    return PairedFigures(
        verdict="not_equivalent" if more.unequal else result.verdict,
        detail=more.unequal or result.detail,
        speedups={each.id: each.speedup for each in result.benchmarks if each.speedup is not None},
        interval=result.overall.interval if result.overall else result.interval,
        expert=more.expert,
        expert_interval=more.interval,
        checks=(*checks, *more.checks),
        pairs=sum(each.pairs for each in result.benchmarks) + more.pairs,
        metric=result.metric,
    )
