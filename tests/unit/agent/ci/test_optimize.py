"""What an optimizing job says of its run."""

from __future__ import annotations

from typing import Any

from perfagent.agent.ci.optimize import optimize_markdown
from perfagent.agent.publishing import Published
from perfagent.tools.report import PatchReport, Result


def run(*ideas: str, **facts: Any) -> Result:
    patches = tuple(
        PatchReport(id=f"{number:03}", idea=idea, origin="catalogue", diff="", speedup=1.5, interval=(1.4, 1.6),
                    hunks=1, pairs=20, metric="cpu")
        for number, idea in enumerate(ideas, 1)
    )  # fmt: skip
    return Result(
        command="run", run_id="r", run_dir="/r", repository="/x", status="completed", verdict="faster",
        patches=patches, candidates={"faster": len(ideas), "not_faster": 2}, **facts,
    )  # fmt: skip


def rows(markdown: str) -> list[str]:
    return [line for line in markdown.splitlines() if line.startswith("| `")]


def test_each_patch_is_told_with_what_became_of_it() -> None:
    told = optimize_markdown(
        run("list to set", "cache"),
        [
            Published("001", "list to set", "opened", url="https://github.com/o/r/pull/1", number=1),
            Published("002", "cache", "refused", "closed in #3"),
        ],
    )
    first, second = rows(told)
    assert first == (
        "| `list to set` | 1.50x | 1.40–1.60 | 20 pairs, CPU time | [opened](https://github.com/o/r/pull/1) |"
    )
    assert second.endswith("| refused by a person earlier: `closed in #3` |")
    assert "4 candidates were judged; model: none, the catalogue of rewrites alone." in told


def test_what_was_not_sent_is_said_to_be() -> None:
    (row,) = rows(optimize_markdown(run("list to set"), []))
    assert row.endswith("| not sent |")
    assert "A dry run: nothing was sent." in optimize_markdown(run("list to set"), [], dry_run=True)


def test_a_run_without_a_patch_says_so() -> None:
    assert optimize_markdown(run(), []).startswith("### No change was proved faster\n")


def test_what_a_model_says_is_no_markup() -> None:
    (row,) = rows(optimize_markdown(run("@all | <b>`x`\n# y"), [Published("001", "t", "left", "[a](b)\n| c")]))
    assert row.startswith("| `@all ¦ <b>'x' # y` |")
    assert row.endswith("| left alone: `[a](b) ¦ c` |")
    assert row.count("|") == 6
