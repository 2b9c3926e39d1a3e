"""Does a candidate still do the same: the target's unit tests, and comparing results."""

from perfagent.tools.equivalence.call_traces import CallTrace, Look, call_options, trace_tests, trace_workload
from perfagent.tools.equivalence.calls import DifferingCall
from perfagent.tools.equivalence.compare import Difference, StableValues, compare, opaque_paths, stable
from perfagent.tools.equivalence.differing import search
from perfagent.tools.equivalence.real_calls import RealCall, RealCalls, Replayed, profile_tests, real_calls, replay
from perfagent.tools.equivalence.tests import (
    HARNESS,
    TestRun,
    TestSelection,
    TestSite,
    is_pytest,
    run_tests,
)
from perfagent.tools.equivalence.touched import Touched, touched_functions
from perfagent.tools.equivalence.verdict import (
    BASELINE_SEEDS,
    StableTests,
    TestVerdict,
    baseline_tests,
    judge_candidate,
    judge_tests,
    recheck_baseline,
)

VALUES_MODULE = HARNESS / "perfagent_values.py"
"""The encoder's file, for the workload's `values_module`; it needs its folder's other files beside it."""

__all__ = [
    "BASELINE_SEEDS",
    "HARNESS",
    "VALUES_MODULE",
    "CallTrace",
    "Difference",
    "DifferingCall",
    "Look",
    "RealCall",
    "RealCalls",
    "Replayed",
    "StableTests",
    "StableValues",
    "TestRun",
    "TestSelection",
    "TestSite",
    "TestVerdict",
    "Touched",
    "baseline_tests",
    "call_options",
    "compare",
    "is_pytest",
    "judge_candidate",
    "judge_tests",
    "opaque_paths",
    "profile_tests",
    "real_calls",
    "recheck_baseline",
    "replay",
    "run_tests",
    "search",
    "stable",
    "touched_functions",
    "trace_tests",
    "trace_workload",
]
