"""A result on the terminal: everything that is in it is to be seen."""

from __future__ import annotations

import pytest

from perfagent.cli.show import print_material
from perfagent.tools.report import (
    RESTORED,
    BenchmarkFigure,
    Check,
    Cost,
    ExponentFigure,
    GrowthFigure,
    InstructionFigure,
    Material,
    ModelCost,
    PatchReport,
    Result,
    SizeFigure,
    TimeShares,
)


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What is printed of a result with evidence."""
    monkeypatch.setenv("COLUMNS", "200")
    counts = InstructionFigure(
        baseline=2_000_000, candidate=2_000_500, change=2e-4, first_change=0, alarm=True, note="?"
    )
    sizes = tuple(
        SizeFigure(size=n, speedup=s, interval=(s, s), baseline_s=1.0, candidate_s=1 / s, pairs=6)
        for n, s in ((1000, 1.2), (8000, 0.7))
    )
    exponent = ExponentFigure(value=1.5, interval=None)
    told = Result(
        command="verify", run_id="r", run_dir="/r", repository="/x", status="completed", verdict="faster",
        speedup=1.2,
        cost=Cost(usd=None, models=(
            ModelCost(model="big", roles=("planner", "editor"), calls=3, input_tokens=5, usd=0.25),
            ModelCost(model="own", roles=("critic",), calls=1, failed_attempts=2, output_tokens=7),
        )),
        time=TimeShares(wall_s=100.0, model_s=40.0, running_s=57.0, scaffold_s=3.0, scaffold_share=0.03),
        benchmarks=(BenchmarkFigure(id="test_a[1000]", speedup=1.2, interval=(1.1, 1.3), verdict="faster",
                                    instructions=counts),),
        growth=(GrowthFigure(benchmark="test_a[*]", multiples=False, metric="cpu", sizes=sizes, baseline=exponent,
                             candidate=exponent, mixed="wins at 1000, loses at 8000"),),
    )  # fmt: skip
    print_material(Material(told))
    return capsys.readouterr().out


def test_what_was_left_out_of_a_patch_is_said_on_the_first_screen(capsys: pytest.CaptureFixture[str]) -> None:
    checks = (Check(name="guard", ok=True, detail=f"{RESTORED}tests/test_a.py: a test"),
              Check(name="unit tests", ok=True, detail="4 passed"))  # fmt: skip
    told = Result(command="verify", run_id="r", run_dir="/r", repository="/x", status="completed",
                  verdict="not_faster", checks=checks)  # fmt: skip
    print_material(Material(told))
    shown = capsys.readouterr().out
    assert "guard: restored: tests/test_a.py: a test" in shown
    assert "unit tests: 4 passed" not in shown


def test_names_with_brackets_are_whole(shown: str) -> None:
    assert "test_a[1000] *" in shown


def test_no_text_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b]0;evil\x07\x1b[2J[red]"
    patch = PatchReport(id="1", idea=evil, origin="model", diff=f"+{evil}", speedup=1.2, interval=(1, 2), hunks=1)
    told = Result(
        command="run", run_id="r", run_dir=evil, repository=evil, status="completed", verdict="faster", patches=(patch,)
    )
    print_material(Material(told), full=True)
    out = capsys.readouterr().out
    assert "\x1b]" not in out
    assert "\x1b[2J" not in out
    assert "[U+001B]]0;evil[U+0007]" in out
    assert "[red]" in out


def test_growth_and_what_it_warns_of(shown: str) -> None:
    assert "growth  test_a[*]: n^1.50 → n^1.50  1,000 1.20x  8,000 0.70x" in shown
    assert "mind  test_a[*] wins at 1000, loses at 8000" in shown


def test_an_alarm_of_the_instructions(shown: str) -> None:
    assert "mind  instructions of test_a[1000]: 2 M → 2 M, +0.0%; ?" in shown


def test_what_each_model_cost_and_where_the_time_went(shown: str) -> None:
    assert "model big (planner, editor): 0.2500 USD, 5 tokens, 3 calls" in shown
    assert "model own (critic): unknown price, 7 tokens, 1 calls, 2 failed attempts" in shown
    assert "time           100.0 s; 40.0 s model, 57.0 s running code, 3.0 s perfagent's own (3.0%)" in shown
