import hashlib
import itertools
import os
from pathlib import Path

import pytest

from perfagent.agent.lab.findings import LONGEST_TRUST_S, Findings, identity
from perfagent.tools.workload import Workload


@pytest.fixture
def answers():
    """Another answer each time it is asked for."""
    return itertools.count().__next__


def test_what_was_found_is_recalled_by_the_next_run(tmp_path: Path, answers) -> None:
    first, second = Findings(tmp_path / "a", ["tree"]), Findings(tmp_path / "a", ["tree"])

    assert [each.recall("tests", [1], answers) for each in (first, second)] == [0, 0]
    assert (first.recalled, second.recalled) == ([], ["tests"])


@pytest.mark.parametrize(
    ("facts", "name", "own"), [(["other"], "tests", [1]), (["tree"], "values", [1]), (["tree"], "tests", [2])]
)
def test_another_fact_is_another_finding(tmp_path: Path, answers, facts, name, own) -> None:
    Findings(tmp_path, ["tree"]).recall("tests", [1], answers)
    assert Findings(tmp_path, facts).recall(name, own, answers) == 1


def test_nothing_found_is_a_finding_too(tmp_path: Path) -> None:
    Findings(tmp_path, []).recall("tests", [], lambda: None)
    assert Findings(tmp_path, []).recall("tests", [], lambda: "never asked") is None


@pytest.mark.parametrize("later", [LONGEST_TRUST_S + 1, -1])
def test_what_is_old_or_from_the_future_is_not_believed(tmp_path: Path, answers, later) -> None:
    Findings(tmp_path, [], now=lambda: 1e9).recall("tests", [], answers)
    assert Findings(tmp_path, [], now=lambda: 1e9 + later).recall("tests", [], answers) == 1


def test_a_damaged_file_is_found_anew_and_stale_ones_are_removed(tmp_path: Path, answers) -> None:
    Findings(tmp_path, []).recall("tests", [], answers)
    (damaged,) = tmp_path.iterdir()
    damaged.write_text("{")
    (tmp_path / "old.json").write_text("{}")
    os.utime(tmp_path / "old.json", (0, 0))

    assert Findings(tmp_path, []).recall("tests", [], answers) == 1
    assert list(tmp_path.iterdir()) == [damaged]


def test_what_cannot_be_found_is_not_kept(tmp_path: Path, answers) -> None:
    with pytest.raises(ZeroDivisionError):
        Findings(tmp_path, []).recall("tests", [], lambda: 1 // 0)
    assert Findings(tmp_path, []).recall("tests", [], answers) == 0


def test_a_script_outside_of_the_repository_goes_by_its_content_wherever_it_stands(tmp_path: Path) -> None:
    scripts = [tmp_path / folder / "bench.py" for folder in ("a", "b")]
    for script in scripts:
        script.parent.mkdir()
        script.write_text("1")
    one, other = (Workload("script", str(script)) for script in scripts)
    assert identity(one) == identity(other) == ["bench.py", hashlib.sha256(b"1").hexdigest()]
    scripts[1].write_text("2")
    assert identity(one) != identity(other)
    assert identity(Workload("script", "bench.py")) == ["script:bench.py"]
