"""Decides whether a candidate is faster: paired sampling, the sequential test, intervals, guards and
calibration."""

from perfagent.tools.measure.calibration import Calibration, CalibrationPlan, calibrate
from perfagent.tools.measure.constants import (
    ALPHA,
    CALIBRATION_PAIRS,
    LOOKS,
    MIN_SPEEDUP,
    PROBE_PAIRS,
    PROBE_RESAMPLES,
    PUBLISHED_PAIRS,
    SHORT_LOOKS,
    Look,
)
from perfagent.tools.measure.growth import Crossing, Exponent, crossing, estimate_of_few, exponent
from perfagent.tools.measure.interval import estimate
from perfagent.tools.measure.ledger import AlphaLedger, LedgerEntry
from perfagent.tools.measure.metric import Metric, choose_metric, metric_for, same_class
from perfagent.tools.measure.publication import BenchmarkResult, Publication, VerdictName, publish
from perfagent.tools.measure.records import (
    Decision,
    Estimate,
    MetricName,
    Pair,
    Reading,
    RunFailed,
    RunResult,
    Side,
)
from perfagent.tools.measure.sampling import PairSampler, PairsById, Round, RoundSampler, Run, one_by_one, pair_up
from perfagent.tools.measure.screening import Screened, screen
from perfagent.tools.measure.sequential import SequentialTest, looks_for, slower_p_value
from perfagent.tools.measure.statistic import LogCosts, log_speedup
from perfagent.tools.measure.verdict import Confirmation, Plan, Progress, conclude, confirm

__all__ = [
    "ALPHA",
    "CALIBRATION_PAIRS",
    "LOOKS",
    "MIN_SPEEDUP",
    "PROBE_PAIRS",
    "PROBE_RESAMPLES",
    "PUBLISHED_PAIRS",
    "SHORT_LOOKS",
    "AlphaLedger",
    "BenchmarkResult",
    "Calibration",
    "CalibrationPlan",
    "Confirmation",
    "Crossing",
    "Decision",
    "Estimate",
    "Exponent",
    "LedgerEntry",
    "LogCosts",
    "Look",
    "Metric",
    "MetricName",
    "Pair",
    "PairSampler",
    "PairsById",
    "Plan",
    "Progress",
    "Publication",
    "Reading",
    "Round",
    "RoundSampler",
    "Run",
    "RunFailed",
    "RunResult",
    "Screened",
    "SequentialTest",
    "Side",
    "VerdictName",
    "calibrate",
    "choose_metric",
    "conclude",
    "confirm",
    "crossing",
    "estimate",
    "estimate_of_few",
    "exponent",
    "log_speedup",
    "looks_for",
    "metric_for",
    "one_by_one",
    "pair_up",
    "publish",
    "same_class",
    "screen",
    "slower_p_value",
]
