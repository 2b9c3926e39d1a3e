"""Which workloads an instance has for a verdict, and which it shows to the agent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.asking import MOST_WORKLOADS, given_workload, official_tests, spread, targets
from perfagent.tools.errors import UsageError


@pytest.mark.parametrize(("most", "chosen"), [(1, [0]), (2, [0, 9]), (3, [0, 4, 9]), (10, list(range(10)))])
def test_a_choice_is_spread_over_all_and_begins_with_the_first(most: int, chosen: list[int]) -> None:
    assert spread(range(10), most) == chosen


def test_scripts_of_gso_are_timed_or_held(instances: Any, site: Any, tmp_path: Path) -> None:
    found = official_tests(instances.gso, site, tmp_path / "scripts")
    assert found.timed == tuple(f"script:{tmp_path}/scripts/test_{n}.py" for n in (0, 4))
    assert [Path(spec).stem for spec in found.held] == ["test_1", "test_2", "test_3"]
    assert (tmp_path / "scripts/test_3.py").read_text() == instances.gso.tests[3]
    assert (found.tests, found.chosen) == ("python -m pytest -q tests/test_words.py", True)


def test_the_rows_own_test_command_is_taken(instances: Any, site: Any, tmp_path: Path) -> None:
    row = instances.gso.model_copy(update={"test_cmd": "make test"})
    found = official_tests(row, site, tmp_path / "scripts")
    assert (found.tests, found.chosen) == ("make test", False)


def test_efficiency_tests_are_timed_and_all_of_them_are_unit_tests(instances: Any, site: Any, tmp_path: Path) -> None:
    found = official_tests(instances.swe_perf, site, tmp_path)
    assert found.timed == tuple(f"pytest:{node}" for node in instances.swe_perf.efficiency_test)
    assert found.tests == "python -m pytest -q 'tests/test_words.py::test_unique[a b]' tests/test_more.py::test_more"


def test_covering_tests_that_are_there_are_run(instances: Any, site: Any, tmp_path: Path) -> None:
    found = official_tests(instances.swefficiency, site, tmp_path)
    assert found.timed == (f"script:{tmp_path}/workload.py",)
    assert found.tests == "python -m pytest -q tests/test_words.py"


def test_the_agent_sees_one_script_of_gso(instances: Any, site: Any, tmp_path: Path) -> None:
    found = given_workload(instances.gso, {}, site, tmp_path / "given")
    assert found.timed == (f"script:{tmp_path}/given/prob_script.py",)
    assert [file.name for file in (tmp_path / "given").iterdir()] == ["prob_script.py"]


@pytest.mark.parametrize(("setting", "name"), [("oracle", "unique"), ("realistic", "count")])
def test_swe_perf_names_functions_by_its_setting(instances: Any, setting: Any, name: str) -> None:
    assert targets(instances.swe_perf, setting) == {"pkg/words.py": (name,)}
    assert targets(instances.gso, setting) == {}


def test_swe_perf_gets_tests_of_the_repository_that_speak_of_its_functions(
    instances: Any, site: Any, tmp_path: Path
) -> None:
    found = given_workload(instances.swe_perf, {"pkg/words.py": ["count"]}, site, tmp_path)
    assert found.timed == ("pytest:tests/test_words.py::test_counted",)
    assert len(found.timed) <= MOST_WORKLOADS


def test_functions_that_no_test_mentions_give_no_workload(instances: Any, site: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no test of example__words-1 mentions"):
        given_workload(instances.swe_perf, {"pkg/words.py": ["nothing"]}, site, tmp_path)
