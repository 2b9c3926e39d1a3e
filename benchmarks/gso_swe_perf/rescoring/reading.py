"""Published result files as data, and disagreements between what they say and what follows from them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from perfagent.benchmarks.gso_swe_perf.records import Record
from perfagent.tools.errors import UsageError

#: Relative difference up to which two figures are the same: sums in another order differ in the last digits.
TOLERANCE = 1e-9


class Disagreement(Record):
    """A published figure that does not follow from the published timings.

    Attributes:
        instance_id: empty when the figure is of the whole file.
        name: the figure's published name.
        published, recomputed: the two values, as text.
        reason: one line.
    """

    instance_id: str = ""
    name: str
    published: str
    recomputed: str
    reason: str


def read_json(path: Path) -> Any:
    """The document in a file.

    Raises:
        UsageError: there is no such file, or it is not JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON", str(error), code="PA906") from None


def read_text(path: Path) -> str:
    """A file's text, with or without a byte order mark.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise UsageError(f"{path} cannot be read", said or "", code="PA104") from None


def fault(error: ValidationError) -> str:
    """The first fault of a document, as one line: where, and what was expected."""
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the document'}: {first['msg'][:1].lower()}{first['msg'][1:]}"


def same(one: float, other: float) -> bool:
    """Whether two figures are equal but for the order of summing."""
    return one == other or math.isclose(one, other, rel_tol=TOLERANCE) or (math.isnan(one) and math.isnan(other))


def finite(value: float | None) -> float | None:
    """A figure as JSON can hold it: None for what is no number."""
    return value if value is not None and math.isfinite(value) else None
