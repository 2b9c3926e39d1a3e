"""calibrate tells the noise and the error rate; where identical code differs too much, nothing is judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FLAGS = ("--workload", "script:benchmarks/bench.py", "--sandbox", "local")

#: A workload whose every process works at least twice as long or half as long as the one before.
ERRATIC = """\
from pathlib import Path

COUNTER = Path({counter!r})
COUNTER.write_text(COUNTER.read_text() + "x")
ROUNDS = 100_000 * (1, 4, 12, 2)[len(COUNTER.read_text()) % 4]


def workload():
    return sum(range(ROUNDS)) and None
"""


def test_the_rate_the_noise_and_the_gain_that_is_seen(perfagent: Any, repository: Path, tmp_path: Path) -> None:
    plot = tmp_path / "noise.svg"
    found = perfagent("calibrate", repository, *FLAGS, "--pairs", 8, "--plot", plot, "--json").json
    (bench,) = found["benchmarks"]
    assert (found["schema"], found["pairs"], bench["benchmark"]) == ("perfagent/calibration/1", 8, "bench")
    assert (bench["alpha"], bench["comparisons"], len(bench["ratios"])) == (0.01, 200, 8)
    assert 0 <= bench["accepted"] <= 10
    assert bench["noise"] > 0
    assert plot.read_text().startswith("<svg ")
    assert json.loads(Path(found["run_dir"], "calibration.json").read_text()) == found
    report = Path(found["run_dir"], "calibration.md").read_text()
    assert report.startswith("# Identical code is accepted in at most 1.0% of comparisons by design; here it was in ")


def test_the_table_on_the_terminal(perfagent: Any, repository: Path) -> None:
    done = perfagent("calibrate", repository, *FLAGS, "--pairs", 6)
    assert "comparisons resampled from 6 pairs of identical code" in done.out
    assert " of 200 " in done.out


def test_a_plot_that_cannot_be_drawn_is_refused_before_measuring(perfagent: Any, repository: Path) -> None:
    done = perfagent("calibrate", repository, *FLAGS, "--plot", "noise.jpeg", status=2)
    assert "a plot cannot be written as 'noise.jpeg': end its name in .svg, .png, .pdf" in done.said
    assert perfagent.runs() == []


def test_a_run_refuses_where_noise_makes_judging_impossible(perfagent: Any, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "counter").touch()
    (tmp_path / "erratic.py").write_text(ERRATIC.format(counter=str(tmp_path / "counter")))
    workload = ("--workload", f"script:{tmp_path / 'erratic.py'}", "--sandbox", "local")
    run = perfagent.start("run", repository, *workload, "--no-model")
    _, said = run.communicate(timeout=200)
    assert (run.returncode, said.count("\nperfagent: ")) == (1, 1), said
    assert "from pair to pair here, so nothing can be judged: end what else runs on this machine" in said
    found = perfagent("calibrate", repository, *workload, "--pairs", 6, "--json").json["benchmarks"][0]
    assert found["noise"] > 0.15
    assert (found["smallest_gain"], found["power"]) == (None, [])
