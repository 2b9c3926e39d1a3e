from __future__ import annotations

from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.official.gso import GsoProtocol, measure_gso
from perfagent.benchmarks.gso_swe_perf.places import Place, open_arena
from perfagent.benchmarks.gso_swe_perf.records import Outcome

pytestmark = pytest.mark.docker
FEW = GsoProtocol(processes=2)
FASTER = "def total(n):\n    return sum(range(n))\n"


@pytest.fixture
def measure(tiny: Any, tiny_place: Place) -> Any:
    """Follows the protocol for a text of the module."""

    def measured(code: str, protocol: GsoProtocol = FEW, **changes: object) -> Outcome:
        return measure_patch(tiny.patch(code), protocol, **changes)

    def measure_patch(patch: str, protocol: GsoProtocol = FEW, **changes: object) -> Outcome:
        instance = tiny.instance(**changes)
        with open_arena(tiny_place, core=0) as arena:
            return measure_gso(arena, instance, patch, "m", lambda: tiny.repositories.expert_bundle(instance), protocol)

    measured.patch = measure_patch  # type: ignore[attr-defined]
    return measured


def test_a_right_patch_has_the_times_of_every_phase(measure: Any) -> None:
    outcome = measure(FASTER)
    assert (outcome.status, outcome.detail, outcome.environment) == ("graded", "", "local")
    assert outcome.executions == 2 * 2 * 3
    for side in (outcome.gso.base, outcome.gso.patch, outcome.gso.commit):
        assert [len(times) for times in side] == [2, 2]


def test_the_experts_own_patch_is_graded(measure: Any, tiny: Any) -> None:
    assert measure.patch(tiny.repositories.expert_diff(tiny.instance())).status == "graded"


def test_a_slower_patch_is_graded_too(measure: Any) -> None:
    assert measure("def total(n):\n    return sum(sum([1] * i) for i in range(n))\n").status == "graded"


def test_a_wrong_patch_fails_the_tests(measure: Any) -> None:
    outcome = measure("def total(n):\n    return 0\n")
    assert (outcome.status, outcome.gso) == ("tests_failed", None)
    assert outcome.detail == "Tests Errored: AssertionError: another sum"


def test_a_patch_that_does_not_apply_is_told(measure: Any) -> None:
    diff = "diff --git a/no.py b/no.py\n--- a/no.py\n+++ b/no.py\n@@ -1 +1 @@\n-nothing\n+like that\n"
    outcome = measure.patch(diff)
    assert outcome.status == "patch_failed"
    assert outcome.detail.startswith("Patch Apply Failed")


def test_a_patch_that_breaks_the_installation_is_told(measure: Any) -> None:
    outcome = measure("def total(n:\n")
    assert outcome.status == "patch_failed"
    assert outcome.detail.startswith("Init Failed: SyntaxError")


def test_a_test_that_takes_too_long_is_stopped(measure: Any) -> None:
    outcome = measure("def total(n):\n    while True:\n        pass\n", GsoProtocol(processes=1, process_s=2))
    assert (outcome.status, outcome.detail) == ("tests_failed", "Tests Timed Out: test 0 takes too long")


def test_a_task_that_takes_too_long_is_stopped(measure: Any) -> None:
    code = "import time\n\n\ndef total(n):\n    time.sleep(99)\n"
    outcome = measure(code, GsoProtocol(processes=1, task_s=15), install_commands=[])
    assert (outcome.status, outcome.detail) == ("tests_failed", "the 15 s of the task are over")


def test_a_base_that_fails_its_own_tests_is_told(measure: Any) -> None:
    outcome = measure(FASTER, tests=["raise SystemExit('no such machine')"])
    assert (outcome.status, outcome.executions) == ("base_failed", 1)


def test_an_empty_patch_is_not_run(measure: Any) -> None:
    outcome = measure.patch("\n")
    assert (outcome.status, outcome.executions) == ("empty_patch", 0)


def test_files_that_the_ladder_leaves_out_are_not_made(measure: Any, tiny: Any) -> None:
    # A patch that brings its own reference result: git's rungs leave it out, so the comparison still fails.
    cheat = (
        tiny.patch("def total(n):\n    return 0\n")
        + tiny.patch("0", "gso_0_result.json").partition("diff --git a/t")[0]
    )
    assert measure.patch(cheat).status == "tests_failed"


def test_the_experts_code_comes_in_only_for_its_phase(tiny: Any, tiny_place: Place) -> None:
    seen: list[str] = []
    with open_arena(tiny_place) as arena:

        def expert() -> bytes:
            seen.append(arena.run("git log --all --format=%s; ls base_0.txt result_0.txt").output)
            bundle: bytes = tiny.repositories.expert_bundle(tiny.instance())
            return bundle

        outcome = measure_gso(arena, tiny.instance(), tiny.patch(FASTER), "m", expert, FEW)
        assert "n * (n - 1) // 2" in arena.run("cat tiny.py").output
    assert outcome.status == "graded"
    assert seen == ["base\nbase_0.txt\nresult_0.txt\n"]


def test_a_published_environment_is_made_anew_by_the_instances_own_commands(tiny: Any, tiny_place: Place) -> None:
    commands = ["python3 -m venv --without-pip .venv", "source .venv/bin/activate", "touch .venv/made"]
    instance = tiny.instance(install_commands=commands)
    place = tiny_place.model_copy(update={"origin": "published"})
    with open_arena(place) as arena:
        outcome = measure_gso(
            arena, instance, tiny.patch(FASTER), "m", lambda: tiny.repositories.expert_bundle(instance), FEW
        )
        assert arena.get("/testbed/.venv/made") == b""
    assert (outcome.status, outcome.environment) == ("graded", "published")
