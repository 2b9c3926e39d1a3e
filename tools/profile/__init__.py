"""Where the time goes: profiles of a workload, ranked into hotspots, and drawn."""

from typing import TYPE_CHECKING

from perfagent.tools.profile.collect import RawProfile, collect
from perfagent.tools.profile.flamegraph import flamegraph
from perfagent.tools.profile.instructions import Counts, body_instructions, counter_version, native_seconds

if TYPE_CHECKING:
    from perfagent.tools.profile.ranking import rank
    from perfagent.tools.profile.records import Hotspot

__all__ = [
    "Counts",
    "Hotspot",
    "RawProfile",
    "body_instructions",
    "collect",
    "counter_version",
    "flamegraph",
    "native_seconds",
    "rank",
]


def __getattr__(name: str) -> object:
    # The records are pydantic models, which take a tenth of a second to import.
    if name == "rank":
        from perfagent.tools.profile.ranking import rank

        return rank
    if name == "Hotspot":
        from perfagent.tools.profile.records import Hotspot

        return Hotspot
    raise AttributeError(name)
