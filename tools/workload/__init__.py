"""What is timed: naming, finding, running and calibrating workloads of every kind."""

from perfagent.tools.workload.calibrate import MIN_BODY_S, Calibration, calibrate_loops
from perfagent.tools.workload.discover import Found, Sureness, discover
from perfagent.tools.workload.families import size_families
from perfagent.tools.workload.harness.perfagent_record import COUNTED_SETUPS
from perfagent.tools.workload.observe import Mode, Observation, Request, list_benchmarks, observe
from perfagent.tools.workload.rounds import RoundObserver
from perfagent.tools.workload.scripts import script_kind, takes_size
from perfagent.tools.workload.site import HARNESS, Site, pytest_options, source_roots
from perfagent.tools.workload.spec import KINDS, Kind, Workload, parse

__all__ = [
    "COUNTED_SETUPS",
    "HARNESS",
    "KINDS",
    "MIN_BODY_S",
    "Calibration",
    "Found",
    "Kind",
    "Mode",
    "Observation",
    "Request",
    "RoundObserver",
    "Site",
    "Sureness",
    "Workload",
    "calibrate_loops",
    "discover",
    "list_benchmarks",
    "observe",
    "parse",
    "pytest_options",
    "script_kind",
    "size_families",
    "source_roots",
    "takes_size",
]
