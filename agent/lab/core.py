"""Which core measurements are pinned to."""

from __future__ import annotations

import os

from perfagent.tools.errors import UsageError


def timing_core(wanted: int | None) -> int | None:
    """The core to measure on: the wanted one, else the last this process may use, where there are two or more.

    Raises:
        UsageError: this process may not use the wanted one.
    """
    cores = sorted(os.sched_getaffinity(0))
    if wanted is not None and wanted not in cores:
        raise UsageError(
            f"PERFAGENT_CORE is {wanted}, which this process may not use",
            f"give one of {', '.join(map(str, cores))}",
            code="PA110",
        )
    if wanted is not None:
        return wanted
    return cores[-1] if len(cores) > 1 else None
