"""What is said about a result, whatever it is said in."""

from typing import Any

import pytest

from perfagent.tools.report import (
    BenchmarkFigure,
    Check,
    Material,
    Noise,
    PatchReport,
    Result,
    Setting,
    TestCounts,
    facts,
    meaning,
    method,
    next_steps,
    reproduce,
    told_verdict,
    tone,
)
from perfagent.tools.report.story import MEANINGS

PATCH = PatchReport(id="1", idea="i", origin="model", diff="", speedup=1.2, interval=(1.1, 1.3), hunks=1)
SLOWER = BenchmarkFigure(id="b", speedup=0.8, interval=(0.7, 0.9), verdict="slower")


def result(**changes: Any) -> Result:
    values: dict[str, Any] = {
        "command": "run", "run_id": "r", "run_dir": "/r", "repository": "/my repo", "status": "completed",
        "verdict": "faster", "baseline": "a" * 40, "head": "b" * 40, "branch": "perfagent/r", "patches": (PATCH,),
    }  # fmt: skip
    return Result(**(values | changes))


def commands(material: Material) -> list[str]:
    return [step.command for step in next_steps(material)]


def test_facts_that_are_not_known_are_left_out() -> None:
    names = [fact.name for fact in facts(Material(result()))]
    assert names == ["repository", "commit", "branch", "model"]


def test_facts_come_from_the_result_and_its_setting() -> None:
    setting = Setting(run="r", started=0.0, machine="Linux, 2 cores")
    told = {fact.name: fact.text for fact in facts(Material(result(tests=TestCounts(passed=3)), setting=setting))}
    assert told["commit"] == "aaaaaaaaaaaa → bbbbbbbbbbbb"
    assert told["when"] == "01 Jan 1970, 00:00 UTC"
    assert (told["machine"], told["unit tests"]) == ("Linux, 2 cores", "3 passed, 0 failed")


def test_only_a_run_had_candidates_and_perhaps_a_model() -> None:
    judged = result(command="verify", branch=None, patches=(), candidates={"faster": 1})
    assert [fact.name for fact in facts(Material(judged))] == ["repository", "commit"]
    told = {fact.name: fact.text for fact in facts(Material(result(candidates={"not_faster": 2, "faster": 1})))}
    assert told["candidates"] == "1 faster, 2 not faster"


def test_a_branch_can_be_taken_or_offered() -> None:
    material = Material(result(), setting=Setting(run="/tmp/my run"))
    assert commands(material) == ["perfagent apply '/tmp/my run'", "perfagent pr '/tmp/my run'"]


def test_after_nothing_was_found_there_is_something_to_try() -> None:
    nothing = result(verdict="not_faster", branch=None, patches=(), noise=Noise(smallest_gain=1.2))
    steps = next_steps(Material(nothing))
    assert steps[0].command == "perfagent hotspots '/my repo'"
    assert steps[1].command == "perfagent run '/my repo' --model NAME"
    assert "20%" in steps[2].text
    assert len(next_steps(Material(nothing.model_copy(update={"model": "m"})))) == 2


def test_a_failed_check_is_to_be_mended() -> None:
    check = Check(name="unit tests", ok=False, detail="test_a fails")
    (step,) = next_steps(Material(result(command="verify", verdict="tests_failed", branch=None, checks=(check,))))
    assert (step.text, step.command) == ("Mend what the check `unit tests` says, and verify again", "")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"command": "verify"}, ["git apply FILE"]),
        ({"command": "verify", "verdict": "tests_failed"}, []),
        ({"command": "compare"}, []),
        ({"command": "compare", "benchmarks": (SLOWER,)}, ["git diff aaaaaaaaaaaa bbbbbbbbbbbb"]),
    ],
)
def test_only_what_helps_is_advised(changes: dict[str, Any], expected: list[str]) -> None:
    assert commands(Material(result(branch=None, **changes))) == expected


def test_a_comparison_with_a_loser_is_slower_whatever_gained() -> None:
    told = result(command="compare", benchmarks=(SLOWER,))
    assert (told_verdict(told), tone(told_verdict(told))) == ("slower", "bad")
    assert told_verdict(result(benchmarks=(SLOWER,))) == "faster"


def test_every_verdict_has_a_meaning() -> None:
    from typing import get_args

    from perfagent.agent.state import VerdictName

    assert {*get_args(VerdictName), "slower"} == set(MEANINGS)
    assert meaning(result()) == MEANINGS["faster"]


def test_the_method_says_what_is_known_of_the_noise() -> None:
    plain, told = (" ".join(method(result(noise=noise))) for noise in (Noise(), Noise(spread=0.02, smallest_gain=1.04)))
    assert "at most 1% of comparisons by design" in plain
    assert "varied by" not in plain
    assert "varied by 2.0% a pair. At that noise gains from about 4% are seen with 80% power." in told
    assert "afresh" not in told


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"reproduce": ("one", "two")}, "one"),
        ({"command": "compare"}, "perfagent compare '/my repo' aaaaaaaaaaaa bbbbbbbbbbbb"),
        ({"command": "verify"}, "perfagent verify '/my repo' --patch FILE"),
        ({"patches": ()}, "perfagent run '/my repo'"),
    ],
)
def test_older_results_are_repeated_by_what_they_say(changes: dict[str, Any], start: str) -> None:
    assert reproduce(result(**changes))[0] == start
