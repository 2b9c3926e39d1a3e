from __future__ import annotations

from collections.abc import Callable

from perfagent.benchmarks.gso_swe_perf.leaderboard import Scored, board_markdown, rank

Make = Callable[..., Scored]


def test_all_tables_stand_in_it_and_each_row_has_as_many_cells_as_its_head(scored: Make) -> None:
    said = board_markdown(rank("gso", [scored("a", (5.0, True)), scored("b", (2.0, False))]))
    assert said.startswith("# GSO: 2 prediction files, 1 instance\n")
    for title in ("## Differences", "## Speedups side by side", "## a", "## b"):
        assert f"\n{title}\n" in said
    for block in said.split("\n\n"):
        widths = {line.count("|") for line in block.splitlines() if line.startswith("|")}
        assert len(widths) <= 1, block


def test_names_and_details_of_others_stay_text(scored: Make) -> None:
    given = scored("a|b\n# c <script>alert(1)</script>", (5.0, True))
    said = board_markdown(rank("gso", [given]))
    assert r"a\|b \# c \<script\>alert(1)\</script\>" in said
    assert "<script>" not in said
    assert "\n# c" not in said
