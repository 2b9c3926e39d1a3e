"""The document names its command, its rules and what is missing."""

from __future__ import annotations

from perfagent.benchmarks.verdicts.rules import RULES
from perfagent.benchmarks.verdicts.table import document


def test_the_document_is_complete_and_repeats() -> None:
    notes: list[str] = []
    text = "\n".join(document(RULES[:2], 1, 2, ["a tool: not installed"], notes.append))
    assert "--trials 1 --null-trials 2`" in text
    assert "- a tool: not installed" in text
    assert text.count("| perfagent |") == 2
    rows = [line for line in text.splitlines() if line.startswith(("| perfagent", "| mean"))]
    assert {row.count("|") for row in rows} == {10}
    assert notes[0] == "perfagent, 4 streams"
    assert text == "\n".join(document(RULES[:2], 1, 2, ["a tool: not installed"], notes.append))
