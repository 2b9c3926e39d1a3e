"""The page in a real browser: its script runs under its policy, nothing is said on the console or asked for."""

import re
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.leaderboard import Scored, board_page, rank
from perfagent.benchmarks.gso_swe_perf.metrics import InstanceScore, Scores, Total

EVIL = "<script>console.error('evil')</script><img src=http://pictures.example/x onerror=console.error('evil')>"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    speedups = {"slow": 0.9, "middle": 2.0, "unknown": None, "fast": 10.0, EVIL: 1.1}
    rows = [
        InstanceScore(instance_id=name, status="graded" if speedup else "error", speedup=speedup,
                      expert_speedup=4.0, solved=name == "fast", detail=EVIL)
        for name, speedup in speedups.items()
    ]  # fmt: skip
    totals = (Total(name="opt_at_1", value=20.0, low=0.0, high=60.0),)
    scores = Scores(benchmark="gso", protocol="official", subject="m", rows=tuple(rows), totals=totals)
    path = tmp_path / "page.html"
    path.write_text(board_page(rank("gso", [Scored(source=EVIL, scores=(scores,))])))
    return path


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 360)])
def test_it_opens_without_a_word_or_a_request(browser: Any, page: Path, dark: bool, width: int) -> None:
    seen = browser.open(page, dark=dark, width=width)
    assert (seen.console, seen.requests, seen.violations, seen.overflow) == ([], [], [], 0)
    assert "solved (1)" in seen.text


def test_every_column_but_the_bars_is_sorted_by_a_click(browser: Any, page: Path) -> None:
    text = page.read_text()
    buttons = browser.open(page).act(lambda tab: tab.locator('th[scope="col"] button').count())
    assert buttons == text.count('<th scope="col"') - text.count("data-fixed>")


def test_the_policy_holds_even_where_something_was_not_escaped(browser: Any, page: Path) -> None:
    page.write_text(page.read_text().replace("<header>", f"<header>{EVIL}"))
    seen = browser.open(page)
    assert seen.requests == []
    assert seen.console
    assert all("Content Security Policy" in line for line in seen.console)


@pytest.mark.parametrize(
    ("clicks", "chosen", "order"),
    [
        (1, "", ["fast", "middle", EVIL, "slow", "unknown"]),
        (2, "", ["slow", EVIL, "middle", "fast", "unknown"]),
        (1, "not solved", ["middle", EVIL, "slow"]),
        (1, "error", ["unknown"]),
    ],
)
def test_a_click_sorts_and_a_choice_leaves_rows_out(
    browser: Any, page: Path, clicks: int, chosen: str, order: list[str]
) -> None:
    def choose(tab: Any) -> list[str]:
        table = tab.locator("table[data-chosen]")
        for _ in range(clicks):
            table.get_by_role("button", name=re.compile("^speedup")).click()
        tab.locator("select").select_option(chosen)
        names: list[str] = table.locator("tbody tr:visible th").all_inner_texts()
        return names

    assert browser.open(page).act(choose) == order
