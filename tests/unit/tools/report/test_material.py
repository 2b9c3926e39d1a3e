"""Which samples belong to which figures."""

from typing import Any

from perfagent.tools.report import JudgedSamples, Material, Result, Samples, SampleSeries


def judged(subject: str, stage: Any, cost: float) -> JudgedSamples:
    series = SampleSeries(benchmark="b", metric="cpu", baseline=(cost,), candidate=(cost,))
    return JudgedSamples(subject=subject, stage=stage, series=(series,))


def material(*found: JudgedSamples, command: Any = "run") -> Material:
    result = Result(command=command, run_id="r", run_dir="/r", repository="/x", status="completed", verdict="faster")
    return Material(result, Samples(run_id="r", judged=found) if found else None)


def test_fresh_pairs_stand_behind_a_figure_where_there_are_some() -> None:
    told = material(judged("001", "confirm", 1.0), judged("001", "publish", 2.0), judged("002", "confirm", 3.0))
    assert [series.baseline for series in told.series("001")] == [(2.0,)]
    assert [series.baseline for series in told.series("002")] == [(3.0,)]


def test_without_samples_there_are_none() -> None:
    assert material().series("001") == ()
    assert material(judged("001", "confirm", 1.0)).series("branch") == ()


def test_the_whole_has_a_name_of_its_own_in_each_command() -> None:
    assert [material(command=c).whole for c in ("run", "verify", "compare")] == ["branch", "patch", "head"]


def test_the_change_of_a_verification_is_among_its_files() -> None:
    told = {
        command: Material(material(command=command).result, files={"change.diff": b"-a\n+\xff\n"}).judged_change
        for command in ("run", "verify", "compare")
    }
    assert told == {"run": "", "verify": "-a\n+\ufffd\n", "compare": ""}


def test_a_run_without_a_name_is_named_by_its_id() -> None:
    assert material().run == "r"
