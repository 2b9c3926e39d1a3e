"""The one way from a model's text to edits, whichever of the three formats it uses."""

from __future__ import annotations

from perfagent.tools.patch.answers import Place
from perfagent.tools.patch.blocks import block_at
from perfagent.tools.patch.definitions import definition_at
from perfagent.tools.patch.records import AnyEdit
from perfagent.tools.patch.unified import diff_at

_READERS = (definition_at, diff_at, block_at)


def parse_edits(text: str) -> list[AnyEdit]:
    """Every edit in `text`, in order: SEARCH/REPLACE blocks, whole definitions, unified diffs, freely mixed.

    Args:
        text: a model's whole answer, line ends of any kind.

    Raises:
        EditError: `malformed`: an edit is not closed (the answer was cut off), is not of its format's form, or
            names no file.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    edits: list[AnyEdit] = []
    index = previous_end = 0
    while index < len(lines):
        place = Place(lines, index, previous_end, len(edits) + 1, edits[-1].path if edits else "")
        taken = next((found for reader in _READERS if (found := reader(place))), None)
        if taken is None:
            index += 1
        else:
            edits += taken.edits
            index = previous_end = taken.end
    return edits
