"""One run of the agent on one instance, in the setting of its benchmark."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from perfagent.benchmarks.gso_swe_perf.asking import (
    NO_TESTS,
    Setting,
    Site,
    Workloads,
    environment_flags,
    given_workload,
    targets,
)
from perfagent.benchmarks.gso_swe_perf.generating.trajectory import write_trajectory
from perfagent.benchmarks.gso_swe_perf.paired import applies, diff_between, gone_on
from perfagent.benchmarks.gso_swe_perf.records import Rollout
from perfagent.tools.errors import LimitExceeded, ModelError, PerfagentError, SandboxError, WorkloadError

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.instances import Instance
    from perfagent.benchmarks.gso_swe_perf.places import Place, Repositories
    from perfagent.tools.report import Result

#: What a rollout's flags may not change, as the instance decides it, or nobody is there to be asked.
FIXED = frozenset({"workload", "test", "review", "core", "focus"})


class Wishes(Protocol):
    """How predictions are asked for."""

    @property
    def setting(self) -> str:
        """What the agent is told: `given`, `oracle` or `realistic`; SWE-Perf gives nothing else than the last two."""

    @property
    def flags(self) -> Mapping[str, Any]:
        """Settings of each run by their names, as `perfagent run` takes them."""


def generate(  # noqa: PLR0913, PLR0917 - an entry point: each is a thing of its own
    instance: Instance,
    place: Place | None,
    repositories: Repositories,
    request: Wishes,
    rollout: int,
    folder: Path,
    core: int | None,
) -> Rollout:
    """Run the agent once; called again with the same folder, it goes on where it was stopped.

    The agent gets the base as a repository of one commit, without any later object, and of the instance what its
    benchmark gives: neither hidden tests nor the expert's change are anywhere in the folder. Memory of earlier runs is
    off unless a flag asks for it, as instances of one project would teach each other.

    Args:
        place: the environment; None for one by the instance's recipe in the sandbox that works here.
        rollout: which of several, from 0; it is added to the seed.
        folder: this job's own: `repository`, `workload`, `run`, `trajectory.jsonl`.
        core: to pin timed processes to; the last one allowed when None.

    Returns:
        The rollout; what goes wrong with this instance is its `detail`. Its `run` is relative to the folder that holds
        the folder of all jobs.

    Raises:
        ModelError, LimitExceeded, SandboxError: the model, space on the disk or the engine is not there now: called
            again later, it goes on.
    """
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    running = _Running(instance, place, repositories, request, rollout, folder, core)
    fields: dict[str, Any] = {"seconds": 0.0}
    try:
        fields |= running.ended()
    except (ModelError, LimitExceeded, SandboxError):
        raise
    except PerfagentError as error:
        fields |= {"verdict": "error", "detail": error.message.splitlines()[0]}
    fields["seconds"] = fields["seconds"] or round(time.monotonic() - began, 1)
    header = {"instance_id": instance.instance_id, "rollout": rollout, "benchmark": instance.benchmark}
    write_trajectory(folder / "run", folder / "trajectory.jsonl", header)
    run = str(Path(folder.parent.name, folder.name, "run"))
    return Rollout(instance_id=instance.instance_id, rollout=rollout, run=run, **fields)


@dataclass(frozen=True, slots=True)
class _Running:
    """One rollout, in its folder."""

    instance: Instance
    place: Place | None
    repositories: Repositories
    request: Wishes
    rollout: int
    folder: Path
    core: int | None

    def ended(self) -> dict[str, Any]:
        """The rollout's fields.

        Raises:
            PerfagentError: the run could not be completed.
        """
        repository = self._repository()
        functions = targets(self.instance, self._setting())
        workloads = given_workload(self.instance, functions, Site.of(repository), self.folder / "workload")
        result = self._run(repository, workloads, functions)
        fields = fields_of(result)
        if result.branch is None or result.verdict != "faster":
            return fields
        patch = diff_between(self.folder / "run" / "repo.git", result.baseline, result.head)
        if not applies(repository, patch):
            return {**fields, "detail": "the run's diff does not apply to the base"}
        return {**fields, "patch": patch}

    def _setting(self) -> Setting:
        return "oracle" if self.request.setting == "oracle" else "realistic"

    def _repository(self) -> Path:
        """The base as a repository of one commit; made anew by whoever was killed while making it."""
        repository, making = self.folder / "repository", self.folder / "repository.part"
        if not repository.exists():
            shutil.rmtree(making, ignore_errors=True)
            self.repositories.base_tree(self.instance, making)
            making.rename(repository)
        return repository

    def _run(self, repository: Path, workloads: Workloads, functions: Mapping[str, tuple[str, ...]]) -> Result:
        """The run's result; tests that were chosen by us and do not run at the base are done without.

        Raises:
            PerfagentError: it could not be completed.
        """
        from perfagent.agent import driver

        flags = self._flags(workloads, functions)
        run, untested = self.folder / "run", self.folder / "untested"
        if untested.exists():
            flags["test"] = NO_TESTS
        try:
            return gone_on(run, lambda: driver.run(str(repository), flags, run))
        except WorkloadError:
            if not workloads.chosen or flags["test"] == NO_TESTS:
                raise
        untested.touch()
        shutil.rmtree(run)
        return gone_on(run, lambda: driver.run(str(repository), {**flags, "test": NO_TESTS}, run))

    def _flags(self, workloads: Workloads, functions: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
        """The run's settings: the request's, below those that the instance decides."""
        asked = {name: value for name, value in self.request.flags.items() if name not in FIXED}
        flags = {
            "memory": "off",
            **asked,
            **environment_flags(self.instance, self.place),
            "workload": workloads.timed,
            "test": workloads.tests,
            "focus": tuple(f"{path}:{name}" for path, names in functions.items() for name in names),
            "seed": int(asked.get("seed") or 0) + self.rollout,
            "core": self.core,
        }
        if self._setting() == "oracle" and functions:
            flags["paths"] = tuple(functions)
        return flags


def fields_of(result: Result) -> dict[str, Any]:
    """A finished run's figures as a rollout keeps them; of several workloads their geometric mean."""
    return {
        "verdict": result.verdict,
        "speedup": result.overall.geometric_mean if result.overall else result.speedup,
        "interval": result.overall.interval if result.overall else result.interval,
        "usd": result.cost.usd,
        "input_tokens": result.cost.input_tokens,
        "output_tokens": result.cost.output_tokens,
        "seconds": result.seconds,
        "detail": result.stop if result.verdict == "faster" else result.detail,
    }
