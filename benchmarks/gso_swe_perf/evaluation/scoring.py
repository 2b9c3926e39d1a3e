"""An evaluation's report: scores, overturned verdicts and what they cost, all computed from the raw outcomes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from perfagent.agent.journal import write_atomically
from perfagent.benchmarks.gso_swe_perf.evaluation.folder import EvaluationFolder
from perfagent.benchmarks.gso_swe_perf.evaluation.request import Scoring
from perfagent.benchmarks.gso_swe_perf.records import Outcome, Record

#: Of the report's document; raised when a name in it changes its meaning.
SCHEMA = 1


class Effort(Record):
    """What measuring by one protocol took.

    Attributes:
        measured: outcomes with figures.
        executions: of workloads, on any side.
        seconds: of slots, without building environments.
        per_hour: predictions measured in an hour on one slot; None when nothing was.
    """

    measured: int
    executions: int
    seconds: float
    per_hour: float | None


def report(folder: EvaluationFolder, scoring: Scoring) -> dict[str, Any]:
    """The report's document; also written to the folder."""
    from perfagent.benchmarks.gso_swe_perf.metrics import flagged, overturned, score

    instances, outcomes = folder.instances(), folder.outcomes()
    played = {each.subject: flagged(outcomes, each.subject) for each in outcomes}
    scores = [
        score(folder.request.benchmark, instances, outcomes, subject, protocol, played.get(subject, frozenset()))
        for subject in scoring.subjects
        for protocol in scoring.protocols
    ]
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "benchmark": folder.request.benchmark,
        "dataset": folder.request.dataset,
        "instances": len(instances),
        "folder": str(folder.path),
        "scores": [each.model_dump(mode="json") for each in scores],
        "effort": {name: _effort(outcomes, name).model_dump(mode="json") for name in scoring.protocols},
    }
    if len(scoring.protocols) > 1:
        of_subject = {subject: {s.protocol: s for s in scores if s.subject == subject} for subject in scoring.subjects}
        document["overturned"] = {
            subject: [each.model_dump(mode="json") for each in overturned(by["official"], by["paired"])]
            for subject, by in of_subject.items()
        }
    write_atomically(folder.path / "report.json", (json.dumps(document, indent=1) + "\n").encode())
    return document


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
        for total in scores["totals"]:
            unit = "" if total["unit"] == "share" else total["unit"]
            bounds = "" if total["low"] is None else f"  [{total['low']:.4g}, {total['high']:.4g}]"
            lines.append(f"  {total['name']:16} {total['value']:.4g}{unit}{bounds}  {total['tells']}".rstrip())
    for subject, found in document.get("overturned", {}).items():
        lines.append(f"{subject}: {len(found)} official verdicts overturned by the paired protocol")
    for protocol, effort in document["effort"].items():
        pace = f", {effort['per_hour']:g} predictions an hour and slot" if effort["per_hour"] else ""
        lines.append(f"{protocol}: {effort['executions']} executions in {effort['seconds']:g} s of slots{pace}")
    return lines
