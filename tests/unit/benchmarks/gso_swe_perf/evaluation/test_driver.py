"""Which jobs an evaluation has, in which order, and what becomes of those that fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from perfagent.benchmarks.gso_swe_perf.evaluation import EvaluationFolder, Generating, Scoring
from perfagent.benchmarks.gso_swe_perf.evaluation.driver import Driver, generate_jobs, score_jobs
from perfagent.benchmarks.gso_swe_perf.evaluation.request import Built
from perfagent.benchmarks.gso_swe_perf.evaluation.scoring import report, told
from perfagent.benchmarks.gso_swe_perf.executor import Ended
from perfagent.benchmarks.gso_swe_perf.records import (
    Job,
    Outcome,
    PairedFigures,
    Prediction,
    Rollout,
    SwefficiencyTimings,
)
from perfagent.tools.errors import PerfagentError

Make = Callable[..., EvaluationFolder]


class InProcess:
    """An executor that knows what comes of each job; `breaks` names those of which nothing does."""

    slots = 2

    def __init__(self, folder: EvaluationFolder, *breaks: str) -> None:
        self.folder, self.breaks, self.done = folder, breaks, list[Job]()

    def run(self, jobs: Sequence[Job]) -> Iterator[Ended]:
        for job in jobs:
            self.done.append(job)
            if job.id.startswith(self.breaks or "-"):
                yield Ended(job, "killed by SIGKILL")
                continue
            self.folder.keep(job, RESULTS[job.kind](job))
            yield Ended(job, "")

    def close(self) -> None: ...


def measured(job: Job) -> Outcome:
    timings = SwefficiencyTimings(before_mean=2.0, before_std=0.1, after_mean=1.0, after_std=0.1)
    facts = {"benchmark": "swefficiency", "instance_id": job.instance_id, "subject": job.subject, "status": "graded",
             "protocol": job.kind, "executions": 4, "seconds": 8.0}  # fmt: skip
    paired = PairedFigures(verdict="guarded", detail="a test was changed")
    return Outcome.model_validate(facts | ({"swefficiency": timings} if job.kind == "official" else {"paired": paired}))


RESULTS = {
    "build": lambda job: Built(instance_id=job.instance_id, image="sha256:1", origin="local"),
    "generate": lambda job: Rollout(
        instance_id=job.instance_id, rollout=job.rollout, patch=f"diff --git a/{job.rollout} b/x\n",
        interval=(1.5 - job.rollout, 2.0),
    ),
    "official": measured,
    "paired": measured,
}  # fmt: skip


def driven(folder: EvaluationFolder, *breaks: str) -> tuple[Driver, InProcess, list[str]]:
    lines: list[str] = []
    executor = InProcess(folder, *breaks)
    return Driver(folder, executor, lines.append), executor, lines


def test_environments_are_built_first_and_nothing_is_done_twice(make: Make) -> None:
    folder = make()
    driver, executor, lines = driven(folder)
    scoring = Scoring(subjects=("gold", "empty"))
    driver.score(scoring)
    assert [job.kind for job in executor.done] == ["build"] * 2 + ["official"] * 4
    assert lines[0] == "environments: 2 to do, 2 at a time" and "4 of 4" in lines[-1]
    driver, executor, lines = driven(folder)
    driver.score(scoring)
    assert executor.done == [] and lines == []


def test_the_experts_run_is_measured_where_the_score_divides_by_it(make: Make) -> None:
    folder = make()
    folder.take("m", [Prediction(instance_id="own__words-8", model_patch="", model_name_or_path="m")])
    jobs = score_jobs(folder, Scoring(subjects=("m",), protocols=("official", "paired")))
    assert [(job.kind, job.subject, job.instance_id[-1]) for job in jobs] == [
        ("official", "gold", "7"), ("official", "gold", "8"), ("official", "m", "8"),
        ("paired", "gold", "7"), ("paired", "gold", "8"), ("paired", "m", "8"),
    ]  # fmt: skip
    assert len({job.id for job in jobs}) == 6


def test_a_job_that_cannot_be_done_has_that_as_its_result(make: Make) -> None:
    folder = make()
    driver, _, lines = driven(folder, "official.gold.own__words-7")
    driver.score(Scoring(subjects=("gold",)))
    lost = [each for each in folder.outcomes() if each.status == "error"]
    assert [each.detail for each in lost] == ["killed by SIGKILL"]
    assert [line for line in lines if line.endswith("(killed by SIGKILL)")]


def test_what_has_no_environment_is_not_measured(make: Make) -> None:
    folder = make()
    driver, executor, _ = driven(folder, "build.own__words-7")
    driver.score(Scoring(subjects=("gold",)))
    assert [job.instance_id for job in executor.done if job.kind == "official"] == ["own__words-8"]
    assert sorted((each.instance_id[-1], each.status) for each in folder.outcomes()) == [("7", "error"), ("8", "graded")]


def test_rollouts_become_a_file_each_and_one_of_the_best(make: Make) -> None:
    folder = make(generating=Generating(rollouts=2, best_of=True, name="m"))
    driver, _, _ = driven(folder, "generate.own__words-8.1")
    files = driver.generate()
    assert len(files) == 3
    assert folder.predictions("m-rollout-2")["own__words-8"].model_patch == ""
    best = folder.predictions("m-best-of-2")
    assert {each.model_patch for each in best.values()} == {"diff --git a/0 b/x\n"}
    assert {each.model_name_or_path for each in best.values()} == {"m-best-of-2"}


def test_first_rollouts_of_all_come_before_second_ones() -> None:
    assert [(job.instance_id, job.rollout) for job in generate_jobs(["a", "b"], 2)] == [
        ("a", 0), ("b", 0), ("a", 1), ("b", 1),
    ]  # fmt: skip


def test_the_report_has_scores_what_was_overturned_and_the_effort(make: Make) -> None:
    folder = make()
    driver, _, _ = driven(folder)
    scoring = Scoring(subjects=("gold",), protocols=("official", "paired"))
    driver.score(scoring)
    document = report(folder, scoring)
    assert [(s["subject"], s["protocol"]) for s in document["scores"]] == [("gold", "official"), ("gold", "paired")]
    assert document["effort"]["official"] == {"measured": 2, "executions": 8, "seconds": 16.0, "per_hour": 450.0}
    assert [each["instance_id"] for each in document["overturned"]["gold"]] == ["own__words-7", "own__words-8"]
    assert all(row["flagged"] for row in document["scores"][0]["rows"])
    assert "gold: 2 official verdicts overturned by the paired protocol" in told(document)


def test_what_is_under_way_elsewhere_is_not_driven_twice(make: Make) -> None:
    folder = make()
    driver, executor, _ = driven(folder)
    with folder.driving(), pytest.raises(PerfagentError, match="under way"):
        driver.score(Scoring(subjects=("gold",)))
    assert executor.done == []
