"""Markdown that no foreign name breaks out of."""

from __future__ import annotations

import pytest

from perfagent.agent.ci.words import LONGEST_COMMENT, LONGEST_NAME, code, fenced, gate_markdown, table
from perfagent.tools.report import BenchmarkFigure, Check, Result

HOSTILE = [
    "a`b",
    "a|b",
    "a\nb",
    "<!-- x -->",
    "@all",
    "\u202egnp.exe",
    "x" * 500,
    "",
    "`" * 9,
    "a\r\n\n### b",
    "a\x1b[31m",
]


def figure(name: str, speedup: float = 0.5, verdict: str = "slower") -> BenchmarkFigure:
    return BenchmarkFigure(
        id=name, speedup=speedup, interval=(speedup, speedup), verdict=verdict, pairs=8, metric="cpu"
    )


def result(*figures: BenchmarkFigure, checks: tuple[Check, ...] = ()) -> Result:
    return Result(
        command="compare", run_id="r", run_dir="/r", repository="/x", status="completed", verdict="inconclusive",
        benchmarks=figures, checks=checks, baseline="b" * 40, head="a" * 40,
    )  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_one_code_span_and_one_cell(name: str) -> None:
    told = code(name)
    assert told.startswith("`")
    assert told.endswith("`")
    assert told.count("`") == 2
    assert len(told) <= LONGEST_NAME + 2
    assert told.isprintable()
    assert table([figure(name)]).splitlines()[2].count("|") == 7


@pytest.mark.parametrize("text", ["```\n# out", "a", "`````", "~~~\n</details>"])
def test_a_block_ends_where_it_was_meant_to(text: str) -> None:
    lines = fenced(text).splitlines()
    assert lines[-1] == lines[0].removesuffix("text")
    assert set(lines[-1]) == {"`"}
    assert not any(line.startswith(lines[-1]) for line in lines[1:-1])


def test_the_slowest_come_first() -> None:
    rows = table([figure("b", 1.2, "faster"), figure("a", 0.9)]).splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == ["a", "b"]


def test_a_comment_is_never_longer_than_github_takes() -> None:
    long = result(*(figure(f"{number}" * 100) for number in range(300)))
    text = gate_markdown("Slower", ["Why."], long)
    assert len(text) <= LONGEST_COMMENT
    assert text.startswith("### Slower\n\nWhy.\n\n")


def test_checks_are_quoted_and_kept_short() -> None:
    told = gate_markdown("S", [], result(checks=(Check(name="t", ok=False, detail="</details>\n```\n" * 60),)))
    assert told.count("\n</details>\n") <= 41
    assert told.rstrip().endswith("</details>")
    assert "\n````text\nFAILED  t: </details>" in told
