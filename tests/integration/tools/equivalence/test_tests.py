"""Real pytest runs in a real sandbox: every outcome, crashes, time-outs, options of the repository, user
commands.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.equivalence import baseline_tests, is_pytest, judge_candidate

BENCHMARK = "pytest_benchmark.plugin"
CORE = "tests/test_core.py"
OUTCOMES = {
    f"{CORE}::test_double": "passed",
    f"{CORE}::test_zero": "passed",
    f"{CORE}::test_skipped": "skipped",
    f"{CORE}::test_known": "xfailed",
    f"{CORE}::test_set_up": "error",
}


def test_every_outcome_is_told(run) -> None:
    told = run()
    assert told.outcomes == OUTCOMES
    assert (told.complete, told.stopped, told.error) == (True, False, None)
    assert "ValueError: no fixture" in told.evidence[f"{CORE}::test_set_up"][-2]
    assert told.seconds > 0


def test_nothing_is_left_in_the_tree(run, project: Path, tmp_path: Path) -> None:
    run(plugins=BENCHMARK)
    names = {path.name for path in project.rglob("*") if "__pycache__" not in path.parts}
    assert names <= {"pkg", "tests", "__init__.py", "core.py", "test_core.py", "__pycache__"}
    assert list((tmp_path / "scratch").iterdir()) == []


def test_some_tests_can_be_chosen_and_left_out(run) -> None:
    assert set(run(select=(f"{CORE}::test_zero",)).outcomes) == {f"{CORE}::test_zero"}
    left = run(exclude=(f"{CORE}::test_zero", f"{CORE}::test_set_up")).outcomes
    assert set(OUTCOMES) - set(left) == {f"{CORE}::test_zero", f"{CORE}::test_set_up"}
    assert run(exclude=(CORE,)).outcomes == {}


def test_a_run_stops_at_the_first_failure_when_asked(run, add) -> None:
    add({"tests/test_a.py": "def test_first(): assert 0\n"})
    told = run(stop_at_first=True)
    assert (set(told.outcomes), told.stopped, told.complete) == ({"tests/test_a.py::test_first"}, True, False)


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)", "import sys; sys.exit(3)"])
def test_a_run_that_ends_in_the_middle_keeps_what_was_known(run, add, end: str) -> None:
    add({"tests/test_z.py": f"import os\ndef test_last():\n    {end}\n"})
    told = run()
    assert told.outcomes.items() >= OUTCOMES.items()
    assert told.complete == (end == "import sys; sys.exit(3)")


def test_a_time_out_is_told(run, add) -> None:
    add({"tests/test_z.py": "import time\ndef test_slow(): time.sleep(60)\n"})
    told = run(timeout_s=5.0)
    assert not told.complete
    assert told.error is not None
    assert "did not end within" in told.error


def test_a_module_that_cannot_be_imported_leaves_the_others(run, add) -> None:
    add({"tests/test_z.py": "import nowhere\n"})
    told = run()
    assert told.outcomes == OUTCOMES
    assert told.collection_errors == {"tests/test_z.py": "ModuleNotFoundError: No module named 'nowhere'"}


def test_a_broken_conftest_is_told(run, add) -> None:
    add({"conftest.py": "import nowhere\n"})
    told = run()
    assert (told.outcomes, told.complete) == ({}, False)
    assert "No module named 'nowhere'" in (told.error or "")


def test_the_repositorys_own_options_stay(run, add) -> None:
    add({"pytest.ini": "[pytest]\naddopts = -k double --doctest-modules -q\n"})
    assert set(run().outcomes) == {f"{CORE}::test_double"}


def test_benchmarks_run_once_as_tests(run, add) -> None:
    body = "n = []\ndef test_b(benchmark): benchmark(n.append, 1)\ndef test_n(): assert len(n) == 1\n"
    add({"tests/test_b.py": body})
    told = run(select=("tests/test_b.py",), plugins=BENCHMARK)
    assert told.ended("passed") == {"tests/test_b.py::test_b", "tests/test_b.py::test_n"}


@pytest.mark.parametrize("command", ["pytest -q tests", "cd tests && python -m pytest -k 'zero or double'"])
def test_a_users_pytest_command_tells_each_test(run, command: str) -> None:
    assert {name.split("::")[1] for name in run(command=command).ended("passed")} == {
        "test_zero",
        "test_double",
    }


def test_another_command_is_one_test(run) -> None:
    good, bad = run(command="python -c 'import pkg.core' && true"), run(command="echo reason; exit 3")
    assert (good.outcomes, bad.outcomes) == ({"command": "passed"}, {"command": "failed"})
    assert bad.evidence == {"command": ("reason",)}
    assert run(command="sleep 60", timeout_s=1.0).complete is False


def test_commands_are_told_apart() -> None:
    assert all(map(is_pytest, ("pytest", ".venv/bin/py.test -x", "A=1 python -m pytest")))
    assert not any(map(is_pytest, ("make test", "tox", "'")))


def test_tests_that_lean_on_the_order_of_a_set_are_found_flaky(run, add) -> None:
    add({"tests/test_z.py": "def test_order(): assert hash('b') % 2 == 0\n"})
    stable = baseline_tests(lambda seed: run(hash_seed=seed))
    assert stable.flaky == ("tests/test_z.py::test_order",)
    assert stable.passing == (f"{CORE}::test_double", f"{CORE}::test_zero")


def test_a_broken_candidate_is_refused_with_the_reason(run, project: Path) -> None:
    stable = baseline_tests(lambda seed: run(hash_seed=seed))
    # Of another size than before: bytecode is told stale by size, and by time in whole seconds.
    (project / "pkg/core.py").write_text("def double(x):\n    return x + 2  # wrong\n")
    verdict = judge_candidate(stable, lambda names, stop: run(select=tuple(names), stop_at_first=stop), run)
    assert verdict.failed == (f"{CORE}::test_zero",)
    assert any("assert 2 == 0" in line for line in verdict.evidence)


def test_a_candidate_that_forges_the_report_after_its_end_gains_nothing(run, add) -> None:
    add({"tests/test_z.py": "import os\ndef test_look(): assert 'PERFAGENT_OUTCOMES' not in os.environ\n"})
    assert run().outcomes["tests/test_z.py::test_look"] == "passed"
