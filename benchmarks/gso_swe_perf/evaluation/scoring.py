"""An evaluation's report: scores, overturned verdicts and what they cost, all computed from the raw outcomes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from perfagent.agent.journal import write_atomically
from perfagent.benchmarks.gso_swe_perf.evaluation.folder import EvaluationFolder, file_name
from perfagent.benchmarks.gso_swe_perf.evaluation.request import Scoring
from perfagent.benchmarks.gso_swe_perf.metrics import (
    Scores,
    flagged,
    in_published_format,
    overturned,
    rollout_totals,
    score,
)
from perfagent.benchmarks.gso_swe_perf.records import Outcome, Protocol, Record

#: Of the report's document; raised when a name in it changes its meaning.
SCHEMA = 1

#: Subjects that `Generating.subject` names: rollouts of one thing, over which there are totals, too.
ROLLOUT = re.compile(r"(.+)-rollout-\d+")


class Effort(Record):
    """What measuring by one protocol took.

    Attributes:
        measured: outcomes with executions.
        executions: of workloads, on any side.
        seconds: of slots, without building environments.
        per_hour: predictions measured in an hour on one slot; None when nothing was.
    """

    measured: int
    executions: int
    seconds: float
    per_hour: float | None


def report(folder: EvaluationFolder, scoring: Scoring) -> dict[str, Any]:
    """The report's document; it is written to the folder, and official results in their benchmark's own format."""
    outcomes = folder.outcomes()
    scores = [_score(folder, outcomes, who, how) for who in scoring.subjects for how in scoring.protocols]
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "benchmark": folder.request.benchmark,
        "dataset": folder.request.dataset,
        "instances": len(folder.request.instances),
        "folder": str(folder.path),
        "scores": [each.model_dump(mode="json") for each in scores],
        "rollouts": _over_rollouts(scores),
        "effort": {how: _effort(outcomes, how).model_dump(mode="json") for how in scoring.protocols},
    }
    if len(scoring.protocols) > 1:
        found = {(each.subject, each.protocol): each for each in scores}
        document["overturned"] = {
            who: [
                each.model_dump(mode="json")
                for each in overturned(found[who, "official"], found[who, "paired"])
            ]
            for who in scoring.subjects
        }  # fmt: skip
    write_atomically(folder.path / "report.json", (json.dumps(document, indent=1) + "\n").encode())
    if "official" in scoring.protocols:
        _publish(folder, outcomes, scoring.subjects)
    return document


def _score(folder: EvaluationFolder, outcomes: Sequence[Outcome], subject: str, protocol: Protocol) -> Scores:
    played = flagged(outcomes, subject)
    return score(folder.request.benchmark, folder.instances(), outcomes, subject, protocol, played)


def _over_rollouts(scores: Sequence[Scores]) -> dict[str, dict[str, Any]]:
    """What the best of k rollouts is expected to reach, by name and protocol."""
    groups: dict[tuple[str, str], list[Scores]] = {}
    for each in scores:
        if named := ROLLOUT.fullmatch(each.subject):
            groups.setdefault((named[1], each.protocol), []).append(each)
    totals: dict[str, dict[str, Any]] = {}
    for (name, protocol), some in groups.items():
        totals.setdefault(name, {})[protocol] = [total.model_dump(mode="json") for total in rollout_totals(some)]
    return totals


def _publish(folder: EvaluationFolder, outcomes: Sequence[Outcome], subjects: Sequence[str]) -> None:
    """Official results as the benchmark's own harness reports them, for the tools of others."""
    for subject in subjects:
        files = in_published_format(
            folder.request.benchmark, folder.instances(), outcomes, subject, flagged(outcomes, subject)
        )
        for name, content in files.items():
            file = folder.path / "published" / file_name(subject) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, content.encode())


def _effort(outcomes: Sequence[Outcome], protocol: str) -> Effort:
    done = [each for each in outcomes if each.protocol == protocol and each.executions]
    seconds = sum(each.seconds for each in done)
    return Effort(
        measured=len(done),
        executions=sum(each.executions for each in done),
        seconds=round(seconds, 1),
        per_hour=round(len(done) / seconds * 3600, 2) if seconds else None,
    )


def told(document: dict[str, Any]) -> list[str]:
    """The report in a few lines: every subject's totals with their intervals, overturned verdicts, and the effort."""
    lines = []
    for scores in document["scores"]:
        lines.append(f"{scores['subject']} ({scores['protocol']}, {len(scores['rows'])} instances)")
        lines += [_total(total) for total in scores["totals"]]
    for name, by_protocol in document["rollouts"].items():
        for protocol, totals in by_protocol.items():
            lines.append(f"{name}, the best of k rollouts ({protocol})")
            lines += [_total(total) for total in totals]
    for subject, found in document.get("overturned", {}).items():
        lines.append(f"{subject}: {len(found)} official verdicts overturned by the paired protocol")
    for protocol, effort in document["effort"].items():
        pace = f", {effort['per_hour']:g} predictions an hour and slot" if effort["per_hour"] else ""
        lines.append(f"{protocol}: {effort['executions']} executions in {effort['seconds']:g} s of slots{pace}")
    return lines


def _total(total: dict[str, Any]) -> str:
    unit = "" if total["unit"] == "share" else total["unit"]
    bounds = "" if total["low"] is None else f"  [{total['low']:.4g}, {total['high']:.4g}]"
    return f"  {total['name']:18} {total['value']:.4g}{unit}{bounds}  {total['tells']}".rstrip()
