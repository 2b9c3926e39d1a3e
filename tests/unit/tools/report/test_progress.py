"""Lines of progress, for somebody who may have gone."""

from __future__ import annotations

import io
import os
from pathlib import Path

from perfagent.tools.report import Progress


def test_each_line_tells_when() -> None:
    progress = Progress(stream=io.StringIO())
    progress.enter("verifier", "the patch")
    progress.warn("busy")
    assert progress.stream.getvalue() == "[0:00] verifier: the patch\n[0:00] warning: busy\n"  # type: ignore[attr-defined]


def test_the_work_goes_on_where_nobody_reads_any_more() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        progress = Progress(stream=stream)
        progress.note("lost")
        progress.note("not even tried")
        assert os.fstat(writing).st_rdev == Path(os.devnull).stat().st_rdev
