"""Where an instance's code runs: one image with the repository at its base commit."""

from __future__ import annotations

from typing import Literal

from perfagent.benchmarks.gso_swe_perf.records import Record

#: Where every image has the repository; the same in the images of all three benchmarks.
TESTBED = "/testbed"


class Place(Record):
    """An environment that is ready.

    Attributes:
        image: the engine's id of the image.
        activate: shell lines that put the interpreter first on PATH, to be run in `tree`.
        python: that interpreter's path inside.
        origin: the benchmark's own image, or one built here by the instance's recipe.
        tree: folder of the repository inside.
        notes: what differs from the benchmark's own environment, one line each.
    """

    image: str
    activate: str
    python: str
    origin: Literal["published", "local"]
    tree: str = TESTBED
    notes: tuple[str, ...] = ()
