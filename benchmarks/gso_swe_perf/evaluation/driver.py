"""Drives an evaluation: which jobs there are, in which phase, and what is written when they are done.

Phases never overlap: environments are built before anything is timed, and predictions made before they are measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfagent.benchmarks.gso_swe_perf.evaluation.folder import EvaluationFolder
from perfagent.benchmarks.gso_swe_perf.evaluation.perform import failed
from perfagent.benchmarks.gso_swe_perf.evaluation.request import Generating, Scoring
from perfagent.benchmarks.gso_swe_perf.executor import Executor
from perfagent.benchmarks.gso_swe_perf.records import EMPTY, GOLD, Job, Prediction, Rollout, job_id

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Driver:
    """One evaluation with what its jobs run on.

    Attributes:
        say: told one line whenever a job ends.
    """

    folder: EvaluationFolder
    executor: Executor
    say: Say

    def generate(self) -> list[Path]:
        """Make the predictions that the request asks for; returns their files.

        Raises:
            PerfagentError: no job can run any more.
        """
        asked = self.folder.request.generating
        assert asked is not None, "the folder was opened with it"
        with self.folder.driving():
            ready = self._built()
            jobs = generate_jobs([name for name in self.folder.request.instances if name in ready], asked.rollouts)
            self._run("generating", jobs)
            found = [self.folder.rollout(job) for job in jobs]
            return write_rollouts(self.folder, asked, found)

    def score(self, scoring: Scoring) -> None:
        """Measure what is to be scored; the figures are `scoring.report`'s.

        Raises:
            PerfagentError: no job can run any more.
        """
        with self.folder.driving():
            ready = self._built()
            jobs = score_jobs(self.folder, scoring)
            for job in jobs:
                if job.instance_id not in ready and not self.folder.result(job).exists():
                    self.folder.keep(job, failed(self.folder, job, self._why_not(job.instance_id)))
            # The benchmark's own protocol first: its containers have the machine's memory for themselves.
            for protocol in scoring.protocols:
                self._run(f"measuring ({protocol})", [job for job in jobs if job.kind == protocol])

    def _built(self) -> set[str]:
        """Build all environments; the ids of the instances that have one."""
        jobs = [build_job(name) for name in self.folder.request.instances]
        self._run("environments", jobs)
        return {job.instance_id for job in jobs if not self.folder.built(job).error}

    def _why_not(self, instance_id: str) -> str:
        return self.folder.built(build_job(instance_id)).error

    def _run(self, phase: str, jobs: Sequence[Job]) -> None:
        """Do the jobs that are not finished yet; one that cannot be done has that as its result."""
        left = [job for job in jobs if not self.folder.result(job).exists()]
        if not left:
            return
        known = f", {len(jobs) - len(left)} of them before" if len(left) < len(jobs) else ""
        slots = self.executor.slots
        self.say(f"{phase}: {len(jobs)} to do{known}, {slots} at a time")
        began = time.monotonic()
        for number, (job, error) in enumerate(self.executor.run(left), 1):
            lost = error or ("" if self.folder.result(job).exists() else "its result is not in the folder")
            if lost:
                self.folder.keep(job, failed(self.folder, job, lost))
            told = f" ({lost})" if lost else ""
            self.say(f"{phase}: {_pace(number, len(left), time.monotonic() - began)}; {job.id}{told}")


def _pace(done: int, total: int, seconds: float) -> str:
    """`3 of 12, 40 an hour, about 14 min left`."""
    hourly = done / max(seconds, 1e-9) * 3600
    left = (total - done) * seconds / done
    about = f"about {left / 60:.0f} min left" if left >= 90 else f"about {left:.0f} s left"
    return f"{done} of {total}, {hourly:.3g} an hour, {about}"


def build_job(instance_id: str) -> Job:
    """The job that makes an instance's environment."""
    return Job(id=job_id("build", instance_id), kind="build", instance_id=instance_id)


def generate_jobs(instances: Sequence[str], rollouts: int) -> list[Job]:
    """Every rollout of every instance; all first rollouts before the second ones, so that a part is worth something."""
    return [
        Job(id=job_id("generate", name, str(rollout)), kind="generate", instance_id=name, rollout=rollout)
        for rollout in range(rollouts)
        for name in instances
    ]


def score_jobs(folder: EvaluationFolder, scoring: Scoring) -> list[Job]:
    """Every prediction by every protocol; the expert's too where a score is made of both."""
    # SWE-fficiency's score divides by the expert's speedup, also where a patch fails and there is nothing to pair with.
    needed = [GOLD] if folder.request.benchmark == "swefficiency" else []
    return [
        Job(id=job_id(protocol, subject, name), kind=protocol, instance_id=name, subject=subject)
        for protocol in scoring.protocols
        for subject in dict.fromkeys([*needed, *scoring.subjects])
        for name in _predicted(folder, subject)
    ]


def _predicted(folder: EvaluationFolder, subject: str) -> list[str]:
    """The instances that a subject has a prediction for, in the data set's order; those without count as missing."""
    if subject in (GOLD, EMPTY):
        return list(folder.request.instances)
    there = folder.predictions(subject)
    return [name for name in folder.request.instances if name in there]


def write_rollouts(folder: EvaluationFolder, asked: Generating, rollouts: Sequence[Rollout]) -> list[Path]:
    """The rollouts as prediction files, one a rollout, and one with the best of each instance where that is asked."""
    from perfagent.benchmarks.gso_swe_perf.generating import best_of

    files: dict[str, list[Rollout]] = {}
    for rollout in rollouts:
        files.setdefault(asked.subject(rollout.rollout), []).append(rollout)
    if asked.best_of:
        of_instance = [[r for r in rollouts if r.instance_id == name] for name in folder.request.instances]
        files[asked.best_subject] = [best_of(some) for some in of_instance if some]
    for name, some in files.items():
        folder.take(
            name,
            [Prediction(instance_id=r.instance_id, model_patch=r.patch, model_name_or_path=name) for r in some],
        )
    return [folder.predictions_file(name) for name in files]
