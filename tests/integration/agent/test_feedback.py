"""Feedback on real candidates of a prepared target: what runs for it, and what it says."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfagent.agent.dialogue import Feedback
from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.preparing import Preparation, Wanted
from perfagent.agent.opening import opened
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Verdict, VerdictName
from perfagent.agent.telling.feedback import feedback_for
from perfagent.agent.telling.line_profile import line_table
from perfagent.agent.verify.verification import Verifier, refused
from perfagent.tools.patch import diff_trees
from perfagent.tools.report import BenchmarkFigure

LIBRARY = """\
def unique(words):
    out = []
    for word in words:
        if word not in out:
            out.append(word)
    return out


def places(words):
    return {word: place for place, word in enumerate(unique(words))}
"""
FILES = {
    "kit/__init__.py": "",
    "kit/words.py": LIBRARY,
    "bench.py": "from kit.words import places\ndef workload():\n    return places([n % 900 for n in range(1800)])\n",
    "tests/test_words.py": "from kit.words import unique\ndef test_empty():\n    assert unique(()) == []\n",
}
Edited = Callable[[str, str], Candidate]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A run on a small repository, prepared; its environment is built once."""
    folder = tmp_path_factory.mktemp("feedback")
    for name, text in FILES.items():
        (folder / "kit" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "kit" / name).write_text(text)
    for command in ("init -q", "add -A", "-c user.name=t -c user.email=t@example.org commit -qm first"):
        subprocess.run(["git", "-C", folder / "kit", *command.split()], check=True)
    flags = {"workload": ["script:bench.py"], "sandbox": "local"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PERFAGENT_HOME", str(folder / "home"))
        with opened("verify", str(folder / "kit"), flags, None) as services:
            prepared = Preparation(services, services.target.commit("HEAD"), Wanted(noise=False)).prepare()
            services.laboratory = Laboratory(services, prepared)
            yield services


@pytest.fixture
def edited(services: Services, tmp_path: Path) -> Edited:
    """A candidate that replaces text of the library."""

    def make(old: str, new: str) -> Candidate:
        base = services.lab.prepared.base
        tree = services.lab.writable_copy(services.lab.tree(base), "edit")
        text = (tree / "kit/words.py").read_text()
        assert old in text
        (tree / "kit/words.py").unlink()
        (tree / "kit/words.py").write_text(text.replace(old, new))
        diff = diff_trees(services.lab.tree(base), tree)
        name = services.folder.put(diff)
        return Candidate(id=name[:12], idea="i", title="t", parent=base, diff=name, origin="model")

    return make


def told(services: Services, candidate: Candidate) -> Feedback:
    """Feedback on a candidate that a check refuses."""
    return feedback_for(services, candidate, refused(candidate, Verifier(services).check(candidate)))


def timed(services: Services, candidate: Candidate, verdict: VerdictName, *figures: BenchmarkFigure) -> list[str]:
    """The evidence of a verdict of time, whose figures are given."""
    found = Verdict(candidate=candidate.id, verdict=verdict, detail="d", diff=candidate.diff, benchmarks=figures)
    return feedback_for(services, candidate, found).evidence.splitlines()


def test_other_values_are_told_with_the_call_that_gave_them(services: Services, edited: Edited) -> None:
    said = told(services, edited("    return out", "    return out[::-1]"))
    assert said.reason_code == "not_equivalent"
    lines = said.evidence.splitlines()
    assert lines[0].startswith("bench: result")
    assert lines[1] == "the first call that ends differently: unique (kit/words.py:1), call 1 of 1"
    assert lines[2].startswith("  arguments: words=[0, 1, 2, ")
    assert lines[5] == "  at result[0]: 0 became 899 (value)"


def test_a_failing_test_is_told_with_the_call_that_made_it_fail(services: Services, edited: Edited) -> None:
    said = told(services, edited("    return out", "    return out or None"))
    assert said.reason_code == "tests_failed"
    assert (
        "  arguments: words=()\n  before the change: returned []\n  with the change:   returned None" in said.evidence
    )
    assert "assert unique(()) == []" in said.evidence


def test_a_benchmark_that_raises_is_told_with_the_call_that_raised(services: Services, edited: Edited) -> None:
    said = told(services, edited("        if word not in out:", "        if word // (word - 1) and word not in out:"))
    assert "a benchmark does not run" in said.evidence
    assert "  with the change:   raised ZeroDivisionError(" in said.evidence


def test_what_was_not_faster_is_told_where_its_time_goes(services: Services, edited: Edited) -> None:
    candidate = edited("        if word not in out:", "        if out.count(word) == 0:")
    lines = timed(services, candidate, "not_faster")
    assert lines[0] == "d" and len(lines) <= 40
    assert any(line.startswith("4 | 1800 | ") and line.endswith("if out.count(word) == 0:") for line in lines)
    before = lines.index("before the change its dearest lines were:")
    assert any(line.endswith("if word not in out:") for line in lines[before:])


def test_the_benchmarks_that_lost_are_told(services: Services, edited: Edited) -> None:
    lost = BenchmarkFigure(id="bench", speedup=0.8, interval=(0.7, 0.9), verdict="slower")
    lines = timed(services, edited("    out = []", "    out = list(())"), "slower_elsewhere", lost)
    assert lines[1] == "`bench` lost: 0.800x, 95 % interval 0.700–0.900: slower"
    assert lines[2].startswith("Where the time goes in the changed functions")


def test_feedback_is_made_once(services: Services, edited: Edited) -> None:
    candidate = edited("    out = []", "    out = [*()]")
    assert timed(services, candidate, "not_faster") == timed(services, candidate, "inconclusive")


def test_a_table_of_any_function_can_be_had(services: Services) -> None:
    tree = services.lab.tree(services.lab.prepared.base)
    said = line_table(services, tree, "kit/words.py", "unique")
    assert "4 | 1800 | " in said
    assert said.endswith("It is called once.\n`words` holds 1800 items.")
