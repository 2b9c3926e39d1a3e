"""Whole definitions in a model's text: a fenced block whose info line names what it replaces.

    ```python path/to/file.py::Class.method
    def method(self):
        ...
    ```

The name has the form of a pytest node id, so that an ordinary fence is never taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from perfagent.tools.patch.answers import FENCE, Place, Taken, clean_path, fence_ends, joined, outdented
from perfagent.tools.patch.functions import parses
from perfagent.tools.patch.records import FunctionEdit

_NAMED = re.compile(r"^(?:.*\s)?(?P<path>[^\s:]+)::(?P<qualname>[\w.<>]+)$")


def definition_at(place: Place) -> Taken | None:
    """The definition whose fence opens at the place, None when none does.

    Raises:
        EditError: `malformed`: the fence is not closed.
    """
    fence = FENCE.match(place.lines[place.index])
    named = _NAMED.match(fence["info"].strip()) if fence else None
    if fence is None or named is None or place.is_block_inside():
        return None
    path = clean_path(named["path"])
    if not path:  # a name of C++ or Rust
        return None
    ends = fence_ends(place.lines, place.index)
    if not ends:
        raise place.malformed("the text ends before the fence does: the answer was cut off", path)
    code, end = _code(place.lines, place.index, ends, fence["indent"])
    return Taken([FunctionEdit(path, named["qualname"], code)], end + 1)


def _code(lines: Sequence[str], opening: int, ends: Sequence[int], indent: str) -> tuple[str, int]:
    """The code to the first closing line with which it is Python: a docstring may hold a fence of its own."""
    bodies = [(joined(outdented(lines[opening + 1 : end], indent)), end) for end in ends]
    return next(((code, end) for code, end in bodies if parses(code)), bodies[0])
