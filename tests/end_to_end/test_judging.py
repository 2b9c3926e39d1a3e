"""verify and compare: a true gain is seen, identical code never passes, and the user's repository stays as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

#: What --json promises for verify and compare.
DOCUMENTED = {
    *("status", "verdict", "speedup", "interval", "metric", "pairs", "benchmarks", "tests", "checks"),
    *("baseline", "head", "cost", "run_dir"),
}
FLAGS = ("--workload", "script:benchmarks/bench.py", "--sandbox", "local", "--json")

#: Changes of code that change no speed.
NO_GAIN = {
    "renamed": [("out", "seen")],
    "unused helper": [("def positions", "def unused(words):\n    return list(words)\n\n\ndef positions")],
    "reordered": [
        ("    out = []\n", "    size = 0\n    out = []\n"),
        ("    return out", "    size += len(out)\n    return out"),
    ],
    "another name for it": [("    first = unique(words)\n    return", "    different = unique(words)\n    return"),
                            ("enumerate(first)", "enumerate(different)")],
    "equivalent test": [("if word not in out", "if not (word in out)")],
}  # fmt: skip


def changed(text: str, *replacements: tuple[str, str]) -> str:
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture
def verify(perfagent: Any, repository: Path, kit: Any, tmp_path: Path) -> Any:
    """Verify a new text of the module."""

    def judge(new: str, *flags: object, status: int = 0) -> Any:
        patch = tmp_path / "a.patch"
        patch.write_text(kit.diff_of(kit.WORDS, new))
        return perfagent("verify", repository, "--patch", patch, *FLAGS, *flags, status=status)

    return judge


def test_a_true_gain_is_faster_and_shown_with_its_evidence(verify: Any, kit: Any, repository: Path) -> None:
    seen = verify(kit.FAST_WORDS).json
    assert seen.keys() >= DOCUMENTED
    assert (seen["status"], seen["verdict"], seen["metric"]) == ("completed", "faster", "cpu")
    assert 5 < seen["interval"][0] <= seen["speedup"] <= seen["interval"][1]
    assert [(b["id"], b["verdict"], b["target"]) for b in seen["benchmarks"]] == [("bench", "faster", True)]
    assert (seen["tests"]["passed"], seen["tests"]["failed"]) == (4, 0)
    assert [c["name"] for c in seen["checks"]] == ["guard", "applies", "same values", "unit tests"]
    assert all(c["ok"] and c["detail"] for c in seen["checks"])
    assert seen["baseline"] == kit.git(repository, "rev-parse", "HEAD")
    assert kit.git(repository, "status", "--porcelain", "--ignored") == ""


@pytest.mark.parametrize("change", NO_GAIN)
def test_code_that_is_no_faster_is_never_accepted(verify: Any, kit: Any, change: str) -> None:
    seen = verify(changed(kit.WORDS, *NO_GAIN[change]), "--seed", len(change)).json
    assert seen["verdict"] in ("not_faster", "inconclusive", "slower_elsewhere")  # the guard may fire, at 5 %
    assert all(figure["verdict"] != "faster" for figure in seen["benchmarks"])


def test_comments_and_spacing_are_not_even_measured(verify: Any, kit: Any) -> None:
    seen = verify(changed(kit.WORDS, ("    out = []\n", "    # one list\n\n    out = []\n"))).json
    assert (seen["verdict"], seen["pairs"]) == ("not_faster", 0)
    assert "comments or spacing only" in seen["detail"]


@pytest.mark.parametrize(
    ("text", "line"), [("", "the patch is empty"), ("\n\n", "the patch is empty"), ("hello\n", "holds no diff")]
)
def test_what_is_no_patch_is_refused_in_one_line(perfagent: Any, repository: Path, text: str, line: str) -> None:
    done = perfagent("verify", repository, "--patch", "-", *FLAGS, stdin=text, status=1)
    assert line in done.said
    assert done.out == ""
    assert perfagent.runs() == []


def test_a_change_of_results_is_not_equivalent(verify: Any, kit: Any) -> None:
    seen = verify(changed(kit.FAST_WORDS, ("dict.fromkeys(words)", "dict.fromkeys(words[::-1])"))).json
    assert (seen["verdict"], seen["pairs"]) == ("not_equivalent", 0)


def test_a_change_only_the_tests_see_fails_them(verify: Any, kit: Any) -> None:
    seen = verify(changed(kit.FAST_WORDS, ("return list(dict", "return words and list(dict"))).json
    assert (seen["verdict"], seen["tests"]["failed"]) == ("tests_failed", 1)
    assert "test_unique_gives_a_list" in seen["detail"]


def test_changes_of_tests_and_benchmarks_are_dropped(perfagent: Any, repository: Path, kit: Any) -> None:
    bench = (repository / "benchmarks/bench.py").read_text()
    lazy = kit.diff_of(bench, bench.replace("range(1600)", "range(16)"), "benchmarks/bench.py")
    alone = perfagent("verify", repository, "--patch", "-", *FLAGS, stdin=lazy).json
    assert (alone["verdict"], alone["pairs"]) == ("guarded", 0)
    both = lazy + kit.diff_of(kit.WORDS, changed(kit.WORDS, ("out", "seen")))
    beside = perfagent("verify", repository, "--patch", "-", *FLAGS, stdin=both).json
    assert beside["verdict"] in ("not_faster", "inconclusive", "slower_elsewhere")  # the guard may fire, at 5 %
    assert "benchmarks/bench.py" in beside["checks"][0]["detail"]


def test_compare_sees_both_directions(perfagent: Any, repository: Path, kit: Any) -> None:
    # The samples of a fast baseline are too short for the wall clock of a busy machine.
    workload = ("--workload", "script:benchmarks/small.py", "--metric", "cpu")
    flags = (*workload, "--sandbox", "local", "--json", "--fail-on", "slower")
    ahead = perfagent("compare", repository, "main", "fast", *flags).json
    assert ahead.keys() >= DOCUMENTED
    assert (ahead["verdict"], ahead["head"]) == ("faster", kit.git(repository, "rev-parse", "fast"))
    assert ahead["interval"][0] > 3
    back = perfagent("compare", repository, "fast", "main", *flags, status=1)
    assert back.json["benchmarks"][0]["verdict"] == "slower"
    assert back.json["speedup"] < 1 / 3
    assert "Traceback" not in back.err


def test_compare_tells_a_pull_request_of_every_benchmark(perfagent: Any, repository: Path) -> None:
    workloads = [word for name in ("small", "places") for word in ("--workload", f"script:benchmarks/{name}.py")]
    flags = (*workloads, "--metric", "cpu", "--sandbox", "local", "--markdown", "--fail-on", "slower")
    text = perfagent("compare", repository, "fast", "main", *flags, status=1).out
    assert text.startswith("### 2 of 2 benchmarks slower, most of all ")
    assert text.count("| slower |") == 2
    assert "All 2 benchmarks: geometric mean 0." in text
    assert "Identical code is accepted in at most 1.0% of comparisons by design, and was in " in text
    assert "\nperfagent compare . " in text


def test_hotspots_and_rewrites_as_json(perfagent: Any, repository: Path) -> None:
    spots = perfagent("hotspots", repository, *FLAGS).json
    assert (spots[0]["path"], spots[0]["qualname"]) == ("textkit/words.py", "unique")
    assert spots[0]["cumulative_share"] > 0.5
    places = json.loads(perfagent("rewrite", repository, "--json").out)
    assert {("textkit/words.py", "unique")} <= {(place["path"], place["function"]) for place in places}
