"""Edits to keep."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from perfagent.agent.memory import AcceptedEdit, Lineage, tokens_of

SOURCE = "def unique(words):\n    out = []\n    for w in words:\n        if w not in out:\n            out.append(w)\n"


@pytest.fixture
def make_edit() -> Callable[..., AcceptedEdit]:
    """Makes an edit of `unique`; any field may be given."""

    def make(**fields: object) -> AcceptedEdit:
        values: dict[str, object] = {
            "id": "00000001", "made": 1.7e9, "run": "r", "project": "words", "lineage": Lineage("h/words", ("a",)),
            "base": "c" * 40, "path": "pkg/words.py", "qualname": "unique", "title": "Use a dict",
            "rationale": "a list was searched", "mechanism": "data_structure", "diff": "-old\n+new\n", "speedup": 2.0,
            "interval": (1.9, 2.1), "metric": "cpu", "python": "3.11", "tokens": dict(tokens_of(SOURCE)),
        }  # fmt: skip
        return AcceptedEdit(**(values | fields))  # type: ignore[arg-type]

    return make
