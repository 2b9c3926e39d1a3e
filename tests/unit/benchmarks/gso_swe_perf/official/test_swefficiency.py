"""SWE-fficiency's scripts."""

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import SwefficiencyInstance
from perfagent.benchmarks.gso_swe_perf.official.covering import PYTEST, command_for_one_file
from perfagent.benchmarks.gso_swe_perf.official.patches import swefficiency_ladder
from perfagent.benchmarks.gso_swe_perf.official.swefficiency import performance_script


def instance(**fields: object) -> SwefficiencyInstance:
    row = {"instance_id": "o__r-1", "repo": "o/r", "base_commit": "a" * 40, "workload": "w"}
    return SwefficiencyInstance.model_validate(row | fields)


def test_the_workload_stands_between_its_tags_behind_the_install() -> None:
    assert performance_script(instance(rebuild_cmd="make")).splitlines() == [
        "set -exo pipefail",
        "make",
        "echo 'PERF_START:'",
        "python /tmp/workload.py",
        "echo 'PERF_END:'",
    ]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("X='1  2' bin/test --verbose", "X='1  2' bin/test --verbose"),
        ("pytest -q a/test_a.py a/test_b.py", "pytest -q"),
        ("", PYTEST),
    ],
)
def test_files_in_a_rows_command_make_way_for_the_one_that_is_run(command: str, expected: str) -> None:
    row = instance(test_cmd=command, covering_tests=["a/test_a.py", "a/test_b.py"])
    assert command_for_one_file(row) == expected


def test_the_ladder_names_its_revision_as_one_word() -> None:
    assert "git reset --hard 'a b'" in swefficiency_ladder("a b")
