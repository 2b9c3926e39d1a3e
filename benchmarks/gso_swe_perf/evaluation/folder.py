"""An evaluation's folder: all that it needs and all that came of it, each file whole or not there.

evaluation.json     what was asked: the request
instances.jsonl     the chosen instances, so that no machine needs the data set
places/             what came of building an instance's environment, by job
rollouts/ outcomes/ what came of the other jobs
predictions/        one file a subject, in the benchmarks' own format
trajectories/       what the agent did, by instance and rollout
runs/ logs/ locks/  of each job: its working folder, what it printed, and who does it
published/          official results by subject, as the benchmark's own harness reports them
report.json         the scores, with the figures they are computed from
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ValidationError

from perfagent.agent.journal import write_atomically
from perfagent.benchmarks.gso_swe_perf.evaluation.request import Built, Request
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.records import Job, Outcome, Prediction, Rollout, job_id
from perfagent.tools.errors import PerfagentError, UsageError

#: Folder of each kind of job's results, and what they are.
RESULTS: dict[str, tuple[str, type[BaseModel]]] = {
    "build": ("places", Built),
    "generate": ("rollouts", Rollout),
    "official": ("outcomes", Outcome),
    "paired": ("outcomes", Outcome),
}

#: Subjects that may name a file as they are.
PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")


class EvaluationFolder:
    """One evaluation's folder, which is there.

    Raises:
        PerfagentError: it holds no evaluation.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        try:
            self.request = Request.model_validate_json((self.path / "evaluation.json").read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise PerfagentError(
                f"{path} holds no evaluation", "`perfagent eval ... score --out DIR` makes one", code="PA903"
            ) from error
        except ValidationError as error:
            raise PerfagentError(f"{path}/evaluation.json is of another version of perfagent", code="PA903") from error

    def instances(self) -> list[Instance]:
        """The chosen instances, in the data set's order."""
        from perfagent.benchmarks.gso_swe_perf.datasets import load

        return load(self.request.benchmark, str(self.path / "instances.jsonl"))

    def instance(self, instance_id: str) -> Instance:
        """One of them."""
        return next(each for each in self.instances() if each.instance_id == instance_id)

    def result(self, job: Job) -> Path:
        """The file that a job's result is in when it is finished."""
        return self.path / RESULTS[job.kind][0] / f"{job.id}.json"

    def keep(self, job: Job, result: BaseModel) -> None:
        """Store a job's result; one that is there stays."""
        file = self.result(job)
        file.parent.mkdir(exist_ok=True)
        if not file.exists():
            write_atomically(file, result.model_dump_json(indent=1).encode())

    def work(self, job: Job) -> Path:
        """A job's own folder, in which a later attempt goes on."""
        return self.path / "runs" / job.id

    def built(self, job: Job) -> Built:
        """What came of building an environment."""
        return Built.model_validate_json(self.result(job).read_text("utf-8"))

    def rollout(self, job: Job) -> Rollout:
        """What a finished run of the agent came to."""
        return Rollout.model_validate_json(self.result(job).read_text("utf-8"))

    def outcomes(self) -> list[Outcome]:
        """All that was measured, by file name."""
        return [Outcome.model_validate_json(file.read_text("utf-8")) for file in self._results("outcomes")]

    def rollouts(self) -> list[Rollout]:
        """All runs of the agent that ended, by file name."""
        return [Rollout.model_validate_json(file.read_text("utf-8")) for file in self._results("rollouts")]

    def _results(self, name: str) -> list[Path]:
        return sorted((self.path / name).glob("[!.]*.json"))

    def predictions_file(self, subject: str) -> Path:
        """Where a subject's predictions are."""
        return self.path / "predictions" / f"{file_name(subject)}.jsonl"

    def predictions(self, subject: str) -> dict[str, Prediction]:
        """A subject's predictions by instance id."""
        from perfagent.benchmarks.gso_swe_perf.datasets import read_predictions

        return read_predictions(self.predictions_file(subject))

    def take(self, subject: str, predictions: Sequence[Prediction]) -> None:
        """Keep a subject's predictions; what was measured of them would not be theirs if they changed.

        Raises:
            UsageError: others of the same name were taken before.
        """
        from perfagent.benchmarks.gso_swe_perf.datasets import write_predictions

        file = self.predictions_file(subject)
        making = file.with_name(f"{file.stem}.new.jsonl")
        write_predictions(making, predictions)
        if file.exists() and file.read_bytes() != making.read_bytes():
            making.unlink()
            raise UsageError(
                f"{self.path} holds other predictions of {subject}",
                "give --out another folder, or them another name",
                code="PA903",
            )
        making.replace(file)

    def forget_errors(self) -> int:
        """Drop the results that say that something could not be done, so that it is tried again; how many they were."""
        wrong = [file for file in self._results("places") if Built.model_validate_json(file.read_text()).error]
        wrong += [file for file in self._results("rollouts") if json.loads(file.read_text())["verdict"] == "error"]
        wrong += [file for file in self._results("outcomes") if json.loads(file.read_text())["status"] == "error"]
        for file in wrong:
            file.unlink()
        return len(wrong)

    @contextmanager
    def driving(self) -> Iterator[None]:
        """Be the one process that drives this evaluation.

        Raises:
            PerfagentError: another one does.
        """
        with (self.path / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PerfagentError(
                    f"{self.path} is under way in another process", "wait for it to end", code="PA004"
                ) from error
            yield

    @contextmanager
    def doing(self, job: Job) -> Iterator[None]:
        """Be the one process that does a job: one whose driver was lost may still be at it, and is waited for."""
        locks = self.path / "locks"
        locks.mkdir(exist_ok=True)
        with (locks / job.id).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def file_name(subject: str) -> str:
    """A name for a subject's files: its own where that may be one."""
    return subject if PLAIN.fullmatch(subject) else job_id(subject)


def digest(instances: Sequence[Instance]) -> str:
    """SHA-256 of instances: equal for equal rows in the same order."""
    return hashlib.sha256(_lines(instances).encode("utf-8", "surrogateescape")).hexdigest()


def _lines(instances: Sequence[Instance]) -> str:
    return "".join(each.model_dump_json() + "\n" for each in instances)


def open_evaluation(path: Path, request: Request, instances: Sequence[Instance]) -> EvaluationFolder:
    """The folder of an evaluation, made when it is not there yet.

    Raises:
        UsageError: it is that of another evaluation, with the first thing that differs, or holds something else.
    """
    path = path.expanduser().resolve()
    if (path / "evaluation.json").exists():
        folder = EvaluationFolder(path)
        merged = _merged(folder.request, request, path)
    else:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise UsageError(f"{path} exists already and is no evaluation", "give --out a new folder", code="PA903")
        path.mkdir(parents=True, exist_ok=True)
        write_atomically(path / "instances.jsonl", _lines(instances).encode("utf-8", "surrogateescape"))
        merged = request
    write_atomically(path / "evaluation.json", merged.model_dump_json(indent=1).encode())
    return EvaluationFolder(path)


def _merged(kept: Request, asked: Request, path: Path) -> Request:
    """What the folder's evaluation is from now on: one that only scored may generate later, nothing else changes."""
    for name in Request.model_fields:
        before, now = getattr(kept, name), getattr(asked, name)
        if before != now and not (name == "generating" and None in (before, now)):
            raise UsageError(
                f"{path} is an evaluation with another {_difference(name, before, now)}",
                "give the same as before to go on with it, or --out a new folder",
                code="PA903",
            )
    return kept if asked.generating is None else asked


def _difference(name: str, before: object, now: object) -> str:
    """Which part of the request differs, in a few words."""
    if isinstance(before, BaseModel) and isinstance(now, BaseModel):
        part = next(each for each in type(before).model_fields if getattr(before, each) != getattr(now, each))
        return f"{part} ({getattr(before, part)!r}, now {getattr(now, part)!r})"
    if name in ("instances", "digest"):
        return "choice of instances" if name == "instances" else "content of its data set"
    return f"{name} ({before!r}, now {now!r})"
