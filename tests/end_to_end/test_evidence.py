"""What stands beside a verdict: growth with size, instruction counts, and the check of larger inputs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

FLAGS = ("--workload", "script:benchmarks/both.py", "--sandbox", "local", "--metric", "cpu", "--json")

needs_valgrind = pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")


@pytest.fixture
def verify(perfagent: Any, repository: Path, kit: Any, tmp_path: Path) -> Any:
    """Verify a new text of the module."""

    def judge(new: str, *flags: object) -> Any:
        patch = tmp_path / "a.patch"
        patch.write_text(kit.diff_of(kit.WORDS, new))
        return perfagent("verify", repository, "--patch", patch, *FLAGS, *flags).json

    return judge


def test_a_patch_that_is_right_at_the_judged_size_only_is_not_equivalent(verify: Any, kit: Any) -> None:
    seen = verify(kit.FAST_WORDS.replace("dict.fromkeys(words))", "dict.fromkeys(words))[:800]"))
    assert (seen["verdict"], seen["pairs"], seen["growth"]) == ("not_equivalent", 0, [])
    assert "both is not equal at 4x" in seen["detail"]
    assert [(c["name"], c["ok"]) for c in seen["checks"]][2:] == [("same values", True), ("larger inputs", False)]


@needs_valgrind
def test_a_large_gain_is_held_against_the_instructions(verify: Any, kit: Any) -> None:
    seen = verify(kit.FAST_WORDS)
    assert (seen["verdict"], [c["detail"] for c in seen["checks"]][3]) == ("faster", "both: equal at 4x")
    counts = seen["benchmarks"][0]["instructions"]
    assert (counts["alarm"], counts["note"]) == (False, "")
    assert counts["baseline"] > 2 * counts["candidate"] > 0


def test_instructions_may_be_left_uncounted(verify: Any, kit: Any) -> None:
    seen = verify(kit.FAST_WORDS, "--no-instructions")
    assert (seen["verdict"], seen["benchmarks"][0]["instructions"]) == ("faster", None)
    assert [each["size"] for each in seen["growth"][0]["sizes"]] == [1, 2, 4, 8]
