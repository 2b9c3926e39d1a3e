"""What the model's edits are, once parsed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace one place of one file.

    Attributes:
        path: the file, relative to the tree's root, as written by whoever asks for the edit.
        search: the text to find, with `\\n` line ends; empty means that the file is new.
        replace: the text that takes its place; empty means deletion.
        other_readings: further (search, replace) pairs the same block can be read as, longest search first,
        when its
            body holds more than one line that looks like the divider; `search` and `replace` are the longest
            reading.
    """

    path: str
    search: str
    replace: str
    other_readings: tuple[tuple[str, str], ...] = ()

    @property
    def readings(self) -> tuple[tuple[str, str], ...]:
        """Every (search, replace) pair, longest search first."""
        return ((self.search, self.replace), *self.other_readings)
