"""What is refused of flags, settings, workloads, models and patches; nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Refused = Callable[..., str]
LOCAL = ("--sandbox", "local")
BENCH = ("--workload", "script:bench.py", *LOCAL)


@pytest.mark.parametrize(
    ("status", "arguments", "said"),
    [
        (2, ["--workload", "unit:bench.py"], "has no known kind: a workload is pytest-benchmark:PATH"),
        (2, ["--workload", "bench.py"], "has no known kind: a workload is"),
        (2, ["--workload", "script:"], "names nothing to run: a workload is"),
        (1, ["--workload", "script:nope.py", *LOCAL], "neither in the repository nor a file here: paths are relative"),
        (2, ["--sandbox", "jail"], "it should be auto, docker, bubblewrap or local"),
        (1, [*BENCH, "--python", "3.99"], "no Python 3.99 is here: uv python install 3.99"),
        (2, ["--python", "latest"], "sets python to 'latest': give a version such as 3.11, in quotes"),
        (2, ["--min-speedup", "0.9"], "sets min_speedup to 0.9: it should be greater than or equal to 1.01"),
        (2, ["--min-speedup", "lots"], "invalid value for '--min-speedup'"),
        (2, ["--metric", "joy"], "it should be time, cpu or memory"),
        (2, ["--max-candidates", "0"], "it should be greater than or equal to 1"),
        (1, ["--model", "nosuch/model"], "unknown model nosuch/model (no provider is known by that name): check"),
        (1, ["--model", "gpt-4o"], "OPENAI_API_KEY"),
        (1, ["--model", "m@http://127.0.0.1:1/v1"], "the endpoint of m cannot be reached"),
        (2, ["--model", "m", "--reasoning-effort", "utmost"], "it should be minimal, low, medium or high"),
        (2, ["--fallback-model", "m"], "fallback_model is set, but no model: give --model too"),
        (2, ["--max-calls", "0"], "it should be greater than or equal to 1"),
        (1, ["--replay", "no-such-run"], "there is no run 'no-such-run'"),
        (1, ["--replay", "tally"], "there are no transcripts in"),
    ],
)
def test_flags(refused: Refused, tally: Path, status: int, arguments: list[str], said: str) -> None:
    assert said in refused(status, "run", tally, *arguments)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.perfagent]\nspeed = 1", "sets 'speed', which is no setting: the settings are "),
        ("[tool.perfagent]\nmin-speedup = 99", "sets min_speedup to 99: it should be less than or equal to 10"),
        ('[tool.perfagent]\npaths = "a"', "sets paths to 'a': it should be a valid list"),
        ("[tool.perfagent]\npython = 3.11", "sets python to 3.11: give a version such as 3.11, in quotes"),
        ("[tool]\nperfagent = 5", "sets tool.perfagent to 5: make it a table"),
        ("[tool.perfagent", "pyproject.toml cannot be read"),
    ],
)
def test_settings(refused: Refused, tally: Path, commit: Callable[[Path], None], text: str, said: str) -> None:
    with (tally / "pyproject.toml").open("a") as file:
        file.write(text + "\n")
    commit(tally)
    assert said in refused(2, "run", tally, *BENCH)


def test_a_setting_in_the_environment(refused: Refused, tally: Path) -> None:
    line = refused(2, "run", tally, PERFAGENT_METRIC="joy")
    assert line == "the environment sets metric to 'joy': it should be time, cpu or memory"


def test_no_workload_is_found(refused: Refused, tally: Path, commit: Callable[[Path], None]) -> None:
    (tally / "bench.py").unlink()
    commit(tally)
    line = refused(1, "run", tally, *LOCAL)
    assert line.startswith("no workload was found in the repository: name one with --workload, such as script:FILE")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the patch is empty: give --patch a unified diff"),
        (b"please make it faster\n", "the patch file holds no diff: make one with `git diff`"),
        (bytes(range(256)) * 8, "the patch file holds no diff: make one with `git diff`"),
    ],
)
def test_patches(refused: Refused, tally: Path, content: bytes, said: str) -> None:
    (tally.parent / "x.diff").write_bytes(content)
    assert refused(1, "verify", tally, "--patch", "x.diff", *BENCH) == said
    assert refused(1, "verify", tally, "--patch", "-", *BENCH, stdin=content) == said


def test_a_patch_file_that_is_missing(refused: Refused, tally: Path) -> None:
    line = refused(2, "verify", tally, "--patch", "x.diff")
    assert line == "there is no file x.diff: give --patch a unified diff, or - for standard input"


@pytest.mark.parametrize("command", ["show", "resume", "apply", "report"])
@pytest.mark.parametrize("run", ["20260101", ""])
def test_an_unknown_run(refused: Refused, command: str, run: str) -> None:
    assert refused(1, command, run) == f"there is no run {run!r}: `perfagent runs` lists them"


def test_words_that_are_not_known(refused: Refused, tally: Path) -> None:
    assert "give --fail-on slower" in refused(2, "compare", tally, "HEAD", "HEAD", "--fail-on", "faster")
    assert "give a folder or a Python file" in refused(2, "rewrite", "nowhere")
