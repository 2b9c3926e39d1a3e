"""What an evaluation's folder keeps, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.evaluation import EvaluationFolder, Generating
from perfagent.benchmarks.gso_swe_perf.evaluation.driver import build_job, generate_jobs
from perfagent.benchmarks.gso_swe_perf.evaluation.perform import failed
from perfagent.benchmarks.gso_swe_perf.evaluation.request import Built
from perfagent.benchmarks.gso_swe_perf.records import Job, Outcome, Prediction, Rollout
from perfagent.tools.errors import PerfagentError, UsageError

Make = Callable[..., EvaluationFolder]


def test_it_goes_on_with_what_it_was_begun_with(make: Make) -> None:
    assert make().request == make().request
    assert [each.instance_id for each in make().instances()] == ["own__words-7", "own__words-8"]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"images": "local"}, r"another images \('auto', now 'local'\)"),
        ({"wanted": ("own__words-7",)}, "another content of its data set"),
        ({"repositories": ("https://example.org",)}, "another repositories"),
    ],
)
def test_another_evaluation_is_refused_in_its_folder(make: Make, other: dict[str, object], told: str) -> None:
    make()
    with pytest.raises(UsageError, match=f"{told}.*: give the same as before to go on with it, or --out a new folder"):
        make(**other)


def test_other_rows_under_the_same_ids_are_noticed(make: Make, rows: Path) -> None:
    make()
    rows.write_text(rows.read_text().replace("print(1)", "print(2)"))
    with pytest.raises(UsageError, match="another content of its data set"):
        make()


def test_what_scored_only_may_generate_later_but_in_one_way(make: Make) -> None:
    make()
    assert make(generating=Generating(rollouts=2)).request.generating == Generating(rollouts=2)
    assert make().request.generating == Generating(rollouts=2)
    with pytest.raises(UsageError, match=r"another rollouts \(2, now 3\)"):
        make(generating=Generating(rollouts=3))


def test_a_folder_that_holds_something_else_is_left_alone(make: Make, tmp_path: Path) -> None:
    (tmp_path / "evaluation").mkdir()
    (tmp_path / "evaluation/mine.txt").touch()
    with pytest.raises(UsageError, match="is no evaluation: give --out a new folder"):
        make()
    with pytest.raises(PerfagentError, match="holds no evaluation"):
        EvaluationFolder(tmp_path / "evaluation")


def test_a_finished_result_is_never_written_again(make: Make) -> None:
    folder, job = make(), build_job("own__words-7")
    folder.keep(job, Built(instance_id="own__words-7", image="first"))
    folder.keep(job, Built(instance_id="own__words-7", image="second"))
    assert folder.built(job).image == "first"


def test_files_that_were_half_written_do_not_count(make: Make) -> None:
    folder = make()
    (folder.path / "outcomes").mkdir()
    (folder.path / "outcomes/.official.x.json.17-0").write_text('{"benchm')
    assert folder.outcomes() == []


def test_every_kind_of_failed_job_has_a_result_that_can_be_forgotten(make: Make) -> None:
    folder = make()
    official = Job(id="official.x", kind="official", instance_id="own__words-7", subject="gold")
    jobs = [build_job("own__words-7"), *generate_jobs(["own__words-7"], 1), official]
    for job in jobs:
        folder.keep(job, failed(folder, job, "the machine was lost"))
    (outcome,) = folder.outcomes()
    assert (outcome.status, outcome.subject, outcome.detail) == ("error", "gold", "the machine was lost")
    assert isinstance(folder.rollouts()[0], Rollout) and isinstance(outcome, Outcome)
    assert folder.forget_errors() == 3 and folder.forget_errors() == 0


def test_predictions_of_a_name_do_not_change(make: Make) -> None:
    folder = make()
    first = Prediction(instance_id="own__words-7", model_patch="", model_name_or_path="a/model")
    folder.take("a/model", [first])
    folder.take("a/model", [first])
    assert folder.predictions("a/model") == {"own__words-7": first}
    with pytest.raises(UsageError, match="holds other predictions of a/model"):
        folder.take("a/model", [first.model_copy(update={"model_patch": "diff --git a/b b/b\n"})])
    assert json.loads(folder.predictions_file("a/model").read_text())["model_patch"] == ""


def test_one_process_at_a_time_drives_it(make: Make) -> None:
    folder = make()
    with folder.driving(), pytest.raises(PerfagentError, match="is under way in another process"), folder.driving():
        pass
