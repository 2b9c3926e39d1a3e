"""Killed at any moment, a run goes on where it was: nothing is measured or paid twice, nothing is left behind."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FLAGS = ("--sandbox", "local", "--json")
BOTH = ("--workload", "script:benchmarks/both.py", "--no-model", *FLAGS)

#: Seconds in which everything below a killed run must be gone.
GONE_S = 20.0


def in_stage(kit: Any, name: str, times: int = 1) -> Callable[[Path], bool]:
    """Whether a run is in a node for the n-th time, those before earlier kills included."""

    def reached(run: Path) -> bool:
        return bool(sum(e["kind"] == "stage" and e["name"] == name for e in kit.events(run)) >= times)

    return reached


def journal_lines(pattern: str, lines: int) -> Callable[[Path], bool]:
    """Whether a journal has so many rounds."""

    def reached(run: Path) -> bool:
        return any(file.read_text().count("\n") >= lines for file in (run / "journal").glob(pattern))

    return reached


def is_written(name: str) -> Callable[[Path], bool]:
    """Whether a run has written a file: what is done next is under way."""

    def reached(run: Path) -> bool:
        return (run / name).exists()

    return reached


def kept(run: Path) -> dict[str, str]:
    """What must never change once it is written: finished steps, whole lines of journals and transcripts."""
    found = {}
    for name in ("steps/*.json", "journal/*.jsonl", "transcripts/*.jsonl"):
        for file in run.glob(name):
            text = file.read_text()
            found[str(file.relative_to(run))] = text if file.suffix == ".json" else text[: text.rfind("\n") + 1]
    return found


def assert_kept(before: dict[str, str], run: Path) -> None:
    after = kept(run)
    for name, text in before.items():
        assert after[name].startswith(text), f"{name} was written anew"
        assert name.endswith(".jsonl") or after[name] == text


def assert_gone(kit: Any, perfagent: Any) -> None:
    """No process of the run is left, after at most a moment."""
    end = time.monotonic() + GONE_S
    while (left := kit.processes_naming(str(perfagent.home))) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == []


def assert_nothing_left(kit: Any, perfagent: Any, run: Path) -> None:
    assert_gone(kit, perfagent)
    assert list((run / "work").iterdir()) == []
    assert not list((run / "trees").glob("*.part"))
    assert not [f for f in run.iterdir() if f.name.startswith((".", "index-", "clone-"))]
    # The folder of sandbox records may stay, and an empty one of a sandbox that was killed before it was recorded.
    assert [f for f in perfagent.temporary.rglob("*") if f.is_file()] == []


def test_a_run_killed_in_every_node_ends_as_if_nothing_had_been(
    perfagent: Any, repository: Path, kit: Any, finished: Any
) -> None:
    moments = [
        in_stage(kit, "prepare"), journal_lines("probe*", 3), in_stage(kit, "localizer"), in_stage(kit, "planner"),
        in_stage(kit, "editor"), in_stage(kit, "verifier"), journal_lines("confirm-*", 3),
        journal_lines("publish-*", 9), in_stage(kit, "land"), in_stage(kit, "finish"),
        journal_lines("publish-branch-*", 7), journal_lines("growth-*", 3), is_written("samples.json"),
    ]  # fmt: skip
    command: tuple[Any, ...] = ("run", repository, *BOTH)
    before: dict[str, str] = {}
    for reached in moments:
        # A session that finds the machine too busy ends by itself, and the next one measures the noise anew.
        tries = range(kit.PATIENCE)
        assert any(kit.kill_when(perfagent.start(*command), perfagent.home, reached, signal.SIGKILL) for _ in tries)
        assert_gone(kit, perfagent)
        (run,) = perfagent.runs()
        assert_kept(before, run)
        before = kept(run)
        if not (run / "steps/prepared.json").exists():
            before.pop("journal/probe.jsonl", None)
        command = ("resume", run.name, "--json")
    result = perfagent(*command).json
    assert_kept(before, run)
    assert (result["status"], result["verdict"]) == ("completed", "faster")
    landed = {f"{e['patch']} {e['commit']}" for e in kit.events(run) if e["kind"] == "landed"}
    assert landed == {f"{p['id']} {p['commit']}" for p in result["patches"]}
    assert [len(list(run.glob(name))) for name in ("samples.json", "difference.json", "steps/difference-*")] == [1] * 3
    assert kit.git(run / "repo.git", "rev-parse", result["branch"]) == result["patches"][-1]["commit"]
    assert_nothing_left(kit, perfagent, run)
    assert [(p["idea"], p["diff"], p["hunks"]) for p in result["patches"]] == [
        (p["idea"], p["diff"], p["hunks"]) for p in finished.result["patches"]
    ]


def test_a_run_killed_while_the_model_edits_pays_nothing_twice(
    perfagent: Any, repository: Path, scripted_server: Any, kit: Any
) -> None:
    server = scripted_server
    begin = kit.replacing("    out = []\n", "    out = []\n    seen = {}\n")
    rest = kit.SLOW.replace("in out", "in seen").replace("(word)\n", "(word)\n            seen[word] = None\n")
    script = kit.Script(
        server,
        [server.text(kit.plan_of(kit.idea("Use a dict")))],
        {"Use a dict": [server.tools(begin, ("quick_measure", {})), server.tools(kit.replacing(kit.SLOW, rest)),
                        server.stall(60), server.tools(kit.SUBMIT)]},
    )  # fmt: skip
    server.respond = script
    flags = ("--workload", "script:benchmarks/bench.py", "--model", "test-model", "--api-base", server.url, *FLAGS)

    def third_is_asked(run: Path) -> bool:
        return len(server.requests) == 4

    assert kit.kill_when(perfagent.start("run", repository, *flags), perfagent.home, third_is_asked, signal.SIGKILL)
    (run,) = perfagent.runs()
    before = kept(run)
    result = perfagent("resume", run.name, "--json").json
    assert_kept(before, run)
    assert [(p["idea"], p["origin"]) for p in result["patches"]] == [("Use a dict", "model")]
    assert len(server.requests) == result["cost"]["calls"] + 1
    assert_nothing_left(kit, perfagent, run)


def test_ctrl_c_ends_with_130_and_the_run_can_be_resumed(perfagent: Any, repository: Path, kit: Any) -> None:
    flags = ("--workload", "script:benchmarks/bench.py", "--no-model", *FLAGS)
    process = perfagent.start("run", repository, *flags)
    kit.kill_when(process, perfagent.home, journal_lines("probe*", 3), signal.SIGINT)
    assert process.returncode == 130
    (run,) = perfagent.runs()
    before = kept(run)
    del before["journal/probe.jsonl"]  # measured anew when it turns out too noisy
    assert_nothing_left(kit, perfagent, run)
    assert perfagent("runs", "--json").json[0]["status"] == "unfinished"
    refused = perfagent("show", run.name, status=1)
    assert f"perfagent resume {run.name}" in refused.said
    result = perfagent("resume", run.name, "--json").json
    assert_kept(before, run)
    assert result["verdict"] == "faster"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_preparing_ends_at_once(perfagent: Any, repository: Path, kit: Any, number: int) -> None:
    process = perfagent.start("run", repository, "--workload", "script:benchmarks/bench.py", "--no-model", *FLAGS)
    kit.kill_when(process, perfagent.home, in_stage(kit, "prepare"), number)
    assert process.returncode == 130
    assert_gone(kit, perfagent)
