"""What the model's edits are, once parsed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace one place of one file.

    Attributes:
        path: the file, relative to the tree's root, as written by whoever asks for the edit.
        search: the text to find, with `\\n` line ends; empty means that the file is new.
        replace: the text that takes its place; empty means deletion.
        other_readings: further (search, replace) pairs the same block can be read as, longest search first,
            when its body holds more than one line that looks like the divider; `search` and `replace` are the
            longest reading.
        line: where the text is said to begin, counted from 1 after the edits before this one; 0 when not said.
            It chooses among several exact hits and is believed in nothing else.
    """

    path: str
    search: str
    replace: str
    other_readings: tuple[tuple[str, str], ...] = ()
    line: int = 0

    @property
    def readings(self) -> tuple[tuple[str, str], ...]:
        """Every (search, replace) pair, longest search first."""
        return ((self.search, self.replace), *self.other_readings)


@dataclass(frozen=True, slots=True)
class FunctionEdit:
    """Replace one whole definition of one Python file.

    Attributes:
        path: as Edit's.
        qualname: the function, method, class or plainly assigned name, such as `Report.render`.
        code: the whole new definition with its decorators, indented in any one way.
    """

    path: str
    qualname: str
    code: str


@dataclass(frozen=True, slots=True)
class Deletion:
    """Remove one file.

    Attributes:
        path: as Edit's.
        text: what the file holds, as whoever asks quotes it; None when it is not quoted.
    """

    path: str
    text: str | None


AnyEdit: TypeAlias = Edit | FunctionEdit | Deletion
