"""The chart of a pull request: what proves it, at a glance."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from perfagent.agent.publishing.defusing import clean, plain
from perfagent.agent.publishing.records import Offer, Proof
from perfagent.tools.report import charts_available, interval_text, speedup_text


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as a file.

    Attributes:
        path: where it stands on the branch of charts: by its content, so that it is pushed once.
        alt: what it shows, in words.
    """

    path: str
    png: bytes
    alt: str


def drawing(offer: Offer, proof: Proof) -> Drawing | None:
    """The pairs behind a single benchmark, the speedups of several; None where charts cannot be drawn."""
    return None
