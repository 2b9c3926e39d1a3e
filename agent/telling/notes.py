"""What tracing saw of a hot function's calls, as one line for the model and as ground for patterns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

#: Share of calls with arguments seen before from which they count as repeated.
REPEATED = 0.5


class Size(Protocol):
    """Items of one parameter over the calls in which it had a size."""

    @property
    def name(self) -> str:
        """The parameter."""
        ...

    @property
    def minimum(self) -> int:
        """The fewest."""
        ...

    @property
    def median(self) -> int:
        """Of the calls."""
        ...

    @property
    def maximum(self) -> int:
        """The most."""
        ...


class Calls(Protocol):
    """What one function was called with, in one execution of the workload: a `CallFacts` of the line profile."""

    @property
    def path(self) -> str:
        """File relative to the tree."""
        ...

    @property
    def qualname(self) -> str:
        """Dotted name in it."""
        ...

    @property
    def calls(self) -> int:
        """How many."""
        ...

    @property
    def sampled(self) -> int:
        """How many of them were looked at."""
        ...

    @property
    def repeated(self) -> float | None:
        """Share of these whose arguments were seen before, 0..1; None where that is not known."""
        ...

    @property
    def sizes(self) -> Sequence[Size]:
        """Of the parameters that have one."""
        ...


class Note(NamedTuple):
    """What is told of a function.

    Attributes:
        text: its calls, in one line.
        repeated: share of the calls whose arguments were seen before, 0..1, if known.
        lines: its dearest lines, as a table; empty when they are not known.
    """

    text: str
    repeated: float | None = None
    lines: str = ""


NOTHING = Note("")
"""Of a function that was not traced."""


def notes_of(traced: Iterable[Calls]) -> dict[str, Note]:
    """Notes by `path:qualname`."""
    return {f"{seen.path}:{seen.qualname}": _note(seen) for seen in traced}


def _note(seen: Calls) -> Note:
    parts = [f"{seen.calls:,} calls in one execution"]
    if seen.repeated is not None:
        looked = "" if seen.sampled == seen.calls else f" of the first {seen.sampled:,}"
        parts.append(f"{seen.repeated:.0%}{looked} with arguments seen before")
    for size in seen.sizes:
        spread = f" to {size.maximum:,} items, median {size.median:,}" if size.maximum > size.minimum else " items"
        parts.append(f"`{size.name}` holds {size.minimum:,}{spread}")
    return Note("; ".join(parts), seen.repeated)
