"""A run's trajectory: what was done, said and found, in the order of time, as one JSONL file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from perfagent.agent.journal import write_atomically

#: What of a result belongs to a trajectory: how the run ended, what became of each idea, and what it cost.
TOLD = ("verdict", "detail", "stop", "speedup", "interval", "patches", "tried", "candidates", "cost")


def trajectory(run: Path) -> list[dict[str, Any]]:
    """Everything that a run folder knows of its course.

    Every line has `time`, seconds since the epoch, and `kind`: the kinds of the run's events; `exchange`, one request
    to a model with the messages that are new in it and the reply; and last `result`, with the verdicts and the cost of
    the whole run, where it ended.
    """
    lines = [*_events(run), *_exchanges(run)]
    lines.sort(key=lambda line: float(line["time"]))
    result = run / "result.json"
    if result.exists():
        told = json.loads(result.read_text("utf-8"))
        last = float(lines[-1]["time"]) if lines else 0.0
        lines.append({**{name: told[name] for name in TOLD if name in told}, "time": last, "kind": "result",
                      "shares": told.get("time")})  # fmt: skip
    return lines


def write_trajectory(run: Path, target: Path, header: Mapping[str, Any]) -> None:
    """Write a run's trajectory below a first line of kind `instance` that says whose it is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = trajectory(run)
    first = {"time": lines[0]["time"] if lines else 0.0, "kind": "instance", **header}
    write_atomically(target, "".join(json.dumps(line) + "\n" for line in [first, *lines]).encode())


def _events(run: Path) -> Iterator[dict[str, Any]]:
    yield from (line for line in _lines(run / "events.jsonl") if "time" in line)


def _exchanges(run: Path) -> Iterator[dict[str, Any]]:
    """The exchanges of all transcripts; a message is told where it was first said, as the transcripts keep it."""
    for file in sorted((run / "transcripts").glob("*.jsonl")):
        for line in _lines(file):
            if "reply" in line:
                yield {
                    "time": line.get("time", 0.0),
                    "kind": "exchange",
                    "conversation": file.stem,
                    "label": line["label"],
                    "messages": list(line.get("new", {}).values()),
                    "reply": line["reply"],
                }


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file; a torn last line is left out."""
    if not file.exists():
        return
    for text in file.read_text("utf-8").splitlines():
        try:
            yield json.loads(text)
        except json.JSONDecodeError:
            return
