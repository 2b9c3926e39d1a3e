"""Lines that are markers of an edit or of a conflict and belong in no file."""

from __future__ import annotations

import re
from collections import Counter

# `=======` alone is not among them: it underlines headings.
_CONFLICT = r"[<>|]{7}(?: .*)?"
_BLOCK = r"[ \t]*(?:<{5,9} ?SEARCH|>{5,9} ?REPLACE)[ \t]*"
_PATCH = r"\*\*\* (?:Begin|End) Patch"
_MARKER = re.compile(rf"^(?:{_CONFLICT}|{_BLOCK}|{_PATCH})\r?$", re.MULTILINE)


def new_marker(before: str, after: str) -> str | None:
    """The first marker line of which `after` has more than `before`; None when there is none.

    A file that is about such markers may keep those it has.
    """
    found = [line.strip() for line in _MARKER.findall(after)]
    more = Counter(found) - Counter(line.strip() for line in _MARKER.findall(before)) if found else {}
    return next((line for line in found if line in more), None)
