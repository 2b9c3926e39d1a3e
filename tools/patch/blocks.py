"""SEARCH/REPLACE blocks in a model's text, parsed without ever guessing where a block ends.

The form, with the path alone on the line before the fence:

    path/to/file.py
    ```python
    <<<<<<< SEARCH
    old lines
    =======
    new lines
    >>>>>>> REPLACE
    ```

The markers may be five to nine characters long, all three the same; a longer marker lets a body hold the
shorter one. Without a path of its own a block has the last one's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from perfagent.tools.patch.answers import HEAD, Place, Taken, clean_path, joined, outdented
from perfagent.tools.patch.records import Edit

_DIVIDER = re.compile(r"^\s*(={5,9})\s*$")
_TAIL = re.compile(r"^\s*(?P<mark>>{5,9})\s*REPLACE\b.*$")
_MOST_READINGS = 16  # each is tried on the file; no honest block has more


def block_at(place: Place) -> Taken | None:
    """The block that begins at the place, None when none does.

    Raises:
        EditError: `malformed`: the block is not closed (the answer was cut off), has no divider, or names no
            file; or a block ends here that never began.
    """
    lines, index = place.lines, place.index
    if _TAIL.match(lines[index]):
        raise place.malformed(f"line {index + 1} ends a block that no <<<<<<< SEARCH began")
    head = HEAD.match(lines[index])
    if head is None:
        return None
    path = clean_path(head["path"]) or place.path_above() or place.last_path
    if not path:
        raise place.malformed("no path stands alone on the line before its fence")
    end = _end_of_block(place, len(head["mark"]), path)
    body = outdented(lines[index + 1 : end], head["indent"])
    return Taken([_read_body(place, path, body, len(head["mark"]))], end + 1)


def _end_of_block(place: Place, width: int, path: str) -> int:
    """The line of the tail as wide as the head, or else of the first tail of any width."""
    any_width = 0
    for index in range(place.index + 1, len(place.lines)):
        tail, next_head = _TAIL.match(place.lines[index]), HEAD.match(place.lines[index])
        if tail and len(tail["mark"]) == width:
            return index
        any_width = any_width or (index if tail else 0)
        if next_head and len(next_head["mark"]) == width:
            if any_width:
                return any_width
            raise place.malformed(f"line {index + 1} begins a new block before this one ended", path)
    if any_width:
        return any_width
    raise place.malformed("the text ends before >>>>>>> REPLACE: the answer was cut off", path)


def _read_body(place: Place, path: str, body: Sequence[str], width: int) -> Edit:
    """Read a block's body; each divider as wide as the head marker is a possible reading, last one first.

    A later divider makes SEARCH longer, so a wrong late reading is not found in the file, while a wrong early
    reading would be found and would write the rest of SEARCH into the file. The file decides, from the last
    one on.
    """
    marks = {index: len(found[1]) for index, line in enumerate(body) if (found := _DIVIDER.match(line))}
    dividers = [index for index, length in marks.items() if length == width] or list(marks)
    if not dividers:
        raise place.malformed("no ======= line divides SEARCH from REPLACE", path)
    if len(dividers) > _MOST_READINGS:
        raise place.malformed(f"{len(dividers)} lines look like its divider; make its markers longer", path)
    readings = [(joined(body[:at]), joined(body[at + 1 :])) for at in reversed(dividers)]
    return Edit(path, *readings[0], other_readings=tuple(readings[1:]))
