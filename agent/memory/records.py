"""What is kept of an accepted edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from perfagent.agent.memory.lineage import Lineage

Scope = Literal["repository", "all", "others", "off"]
"""Whose edits may be shown: of the same repository, of all, of all but related ones (for an evaluation), of none."""

MOST_DIFF = 4000
"""Characters of a diff that are kept: an example is read beside the code it is for."""

MOST_RATIONALE = 800
"""Characters of a rationale that are kept."""


@dataclass(frozen=True, slots=True)
class AcceptedEdit:
    """One edit that was proved faster.

    Attributes:
        id: eight hexadecimal digits of repository and diff, so that the same edit is kept once.
        made: seconds since the epoch.
        run: id of the run that made it.
        project: the repository's name, for people.
        lineage: which repository it is.
        base: the commit it changed.
        path, qualname: the function that lost most lines; qualname empty for none.
        mechanism: the idea's, such as `data_structure`; may be empty.
        diff: its beginning, see MOST_DIFF.
        speedup: baseline time / candidate time, with its 95 % interval; None where none was measured.
        python: version it was measured on; empty for other languages.
        tokens: what the old function is made of, with counts, for retrieval.
    """

    id: str
    made: float
    run: str
    project: str
    lineage: Lineage
    base: str
    path: str
    qualname: str
    title: str
    rationale: str
    mechanism: str
    diff: str
    speedup: float
    interval: tuple[float, float] | None
    metric: str
    python: str
    tokens: dict[str, int]
