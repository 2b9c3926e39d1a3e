"""The document names its command, its rules and what is missing."""

from __future__ import annotations

from pathlib import Path

from perfagent.benchmarks.verdicts.recording import BODIES, save
from perfagent.benchmarks.verdicts.rules import RULES
from perfagent.benchmarks.verdicts.table import document


def test_the_document_is_complete_and_repeats(tmp_path: Path) -> None:
    recording = tmp_path / "recording.json.gz"
    save({name: [[(0.01, 0.02)] * 40] * 80 for name in BODIES}, recording)
    notes: list[str] = []
    text = "\n".join(document(RULES[:2], 1, 2, recording, ["a tool: not installed"], notes.append))
    assert "--trials 1 --null-trials 2`" in text
    assert "- a tool: not installed" in text
    assert text.count("| perfagent |") == 4
    rows = [line for line in text.splitlines() if line.startswith(("| perfagent", "| mean"))]
    assert {row.count("|") for row in rows} == {10}
    assert notes[0] == "perfagent, 4 streams"
    assert text == "\n".join(document(RULES[:2], 1, 2, recording, ["a tool: not installed"], notes.append))
