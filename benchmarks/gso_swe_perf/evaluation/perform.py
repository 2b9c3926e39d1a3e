"""One job of an evaluation, from its folder to its result in the folder."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from perfagent.agent.run_folder import state_home
from perfagent.benchmarks.gso_swe_perf.evaluation.folder import EvaluationFolder
from perfagent.benchmarks.gso_swe_perf.evaluation.request import Built
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.records import EMPTY, GOLD, Job, Outcome, Record, Rollout
from perfagent.tools.errors import (
    BuildError,
    EditError,
    LimitExceeded,
    ModelError,
    PerfagentError,
    SandboxError,
    SandboxUnavailable,
)

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, SwefficiencyInstance, SwePerfInstance
    from perfagent.benchmarks.gso_swe_perf.places import Arena, Place, Repositories

R = TypeVar("R", bound=Record)

#: What passes: a job that met it is worth another try. Everything else of ours says something about the instance.
PASSING = (SandboxError, ModelError, LimitExceeded)

#: Requirements of a protocol itself, beside the instance's own; the published images get them from the network.
EXTRA = {"swe-perf": ("pytest-json-report",)}


def perform(path: Path, job: Job, core: int | None) -> None:
    """Do a job and store its result, unless it is there.

    Raises:
        PerfagentError: what passes: the job is worth another try.
    """
    folder = EvaluationFolder(path)
    with folder.doing(job):
        if folder.result(job).exists():
            return
        doing = _Doing(folder, job, core)
        ways: dict[str, Callable[[], Record]] = {
            "build": doing.built,
            "generate": doing.rollout,
            "official": doing.official,
            "paired": doing.paired,
        }
        folder.keep(job, ways[job.kind]())


def failed(folder: EvaluationFolder, job: Job, error: str) -> Record:
    """The result of a job that could not be done."""
    if job.kind == "build":
        return Built(instance_id=job.instance_id, error=error)
    if job.kind == "generate":
        return Rollout(instance_id=job.instance_id, rollout=job.rollout, verdict="error", detail=error)
    return Outcome(
        benchmark=folder.request.benchmark,
        instance_id=job.instance_id,
        subject=job.subject,
        protocol=job.kind,
        status="error",
        detail=error,
    )


class _Doing:
    """One job's facts, and what is done with them."""

    def __init__(self, folder: EvaluationFolder, job: Job, core: int | None) -> None:
        from perfagent.benchmarks.gso_swe_perf.places import Repositories

        self._folder, self._job, self._core = folder, job, core
        self._instance: Instance = folder.instance(job.instance_id)
        self._repositories: Repositories = Repositories(folder.request.repositories, state_home() / "cache")

    def _place(self) -> Place:
        from perfagent.benchmarks.gso_swe_perf.places import place_of

        wanted = self._folder.request.images
        extra = EXTRA.get(self._instance.benchmark, ())
        return place_of(self._instance, self._repositories, _say, images=wanted, extra=extra)

    def built(self) -> Built:
        """The environment, made; what does not build is the instance's own trouble."""
        began = time.monotonic()
        try:
            place = self._place()
        except PerfagentError as error:
            # That a published image cannot be had is an answer; that no engine runs would be one too, after retries.
            if isinstance(error, PASSING) and not isinstance(error, SandboxUnavailable):
                raise
            return Built(instance_id=self._job.instance_id, error=str(error))
        seconds = round(time.monotonic() - began, 1)
        return Built(instance_id=self._job.instance_id, image=place.image, origin=place.origin, seconds=seconds)

    def rollout(self) -> Rollout:
        """A run of the agent."""
        from perfagent.benchmarks.gso_swe_perf.generating import generate

        asked = self._folder.request.generating
        assert asked is not None, "the driver makes no such jobs without it"
        folder = self._folder.work(self._job)
        return self._settled(
            lambda: generate(
                self._instance, self._place(), self._repositories, asked, self._job.rollout, folder, self._core
            ),
            Rollout,
        )

    def paired(self) -> Outcome:
        """Our verifier's verdict."""
        from perfagent.benchmarks.gso_swe_perf.paired import measure_paired

        def measured() -> Outcome:
            place, patch = self._place(), self._patch()
            work = self._folder.work(self._job)
            made = measure_paired(self._instance, place, self._repositories, patch, work, self._core, self._job.subject)
            return made.model_copy(update={"environment": place.origin})

        return self._settled(measured, Outcome)

    def official(self) -> Outcome:
        """What the published protocol measures."""
        from perfagent.benchmarks.gso_swe_perf.places import open_arena

        def measured() -> Outcome:
            place, patch = self._place(), self._patch()
            # What is installed again may have to be fetched, as the published harnesses allow.
            network = place.origin == "published" or bool(self._instance.recipe.install)
            with open_arena(place, self._core, network=network) as arena:
                made = _measure(arena, self._instance, patch, self._job.subject, self._repositories)
            return made.model_copy(update={"environment": place.origin})

        return self._settled(measured, Outcome)

    def _settled(self, make: Callable[[], R], kind: type[R]) -> R:
        """The result; what is wrong with the instance or its patch is one, too.

        Raises:
            PerfagentError: what passes.
        """
        try:
            return make()
        except PASSING:
            raise
        except PerfagentError as error:
            told = failed(self._folder, self._job, str(error))
            if isinstance(told, Outcome) and isinstance(error, BuildError | EditError):
                status = "base_failed" if isinstance(error, BuildError) else "patch_failed"
                told = told.model_copy(update={"status": status})
            assert isinstance(told, kind)
            return told

    def _patch(self) -> str:
        """The subject's patch.

        Raises:
            RepositoryError: the expert's change cannot be had.
        """
        subject = self._job.subject
        if subject == EMPTY:
            return ""
        if subject == GOLD:
            return self._repositories.expert_diff(self._instance)
        return self._folder.predictions(subject)[self._job.instance_id].model_patch


def _measure(arena: Arena, instance: Instance, patch: str, subject: str, repositories: Repositories) -> Outcome:
    """By the instance's own published protocol."""
    if instance.benchmark == "gso":
        from perfagent.benchmarks.gso_swe_perf.official.gso import measure_gso

        return measure_gso(
            arena, cast("GsoInstance", instance), patch, subject, lambda: repositories.expert_bundle(instance)
        )
    if instance.benchmark == "swe-perf":
        from perfagent.benchmarks.gso_swe_perf.official.swe_perf import measure_swe_perf

        return measure_swe_perf(arena, cast("SwePerfInstance", instance), patch, subject)
    from perfagent.benchmarks.gso_swe_perf.official.swefficiency import measure_swefficiency

    return measure_swefficiency(arena, cast("SwefficiencyInstance", instance), patch, subject)


def _say(line: str) -> None:
    """Into the job's log."""
    sys.stderr.write(f"{line}\n")
