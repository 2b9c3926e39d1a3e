"""Where the time goes: profiles of a workload, ranked into hotspots, and drawn."""

from importlib import import_module
from typing import TYPE_CHECKING

from perfagent.tools.profile.collect import RawProfile, collect, rows_of
from perfagent.tools.profile.flamegraph import Frame, flamegraph, frames
from perfagent.tools.profile.instructions import Counts, body_instructions, counter_version, native_seconds
from perfagent.tools.profile.labels import stable_labels

if TYPE_CHECKING:
    from perfagent.tools.profile.functions import SourceFile
    from perfagent.tools.profile.lines import (
        ArgumentSize,
        CallFacts,
        FunctionLines,
        LineProfile,
        LineTime,
        Place,
        call_facts,
        line_profile,
        locate,
        trace_lines,
    )
    from perfagent.tools.profile.ranking import rank
    from perfagent.tools.profile.records import Hotspot

__all__ = [
    "ArgumentSize",
    "CallFacts",
    "Counts",
    "Frame",
    "FunctionLines",
    "Hotspot",
    "LineProfile",
    "LineTime",
    "Place",
    "RawProfile",
    "SourceFile",
    "body_instructions",
    "call_facts",
    "collect",
    "counter_version",
    "flamegraph",
    "frames",
    "line_profile",
    "locate",
    "native_seconds",
    "rank",
    "rows_of",
    "stable_labels",
    "trace_lines",
]

#: Where the names are that are not imported at once.
_LATER = {"rank": "ranking", "Hotspot": "records", "SourceFile": "functions"}


def __getattr__(name: str) -> object:
    # The records are pydantic models, which take a tenth of a second to import.
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"perfagent.tools.profile.{_LATER.get(name, 'lines')}"), name)
