"""How a board's figures are said: ratios, totals, durations and money, in a few characters."""

from __future__ import annotations

import math

from perfagent.benchmarks.gso_swe_perf.leaderboard.records import Difference, Judgement
from perfagent.benchmarks.gso_swe_perf.metrics import Total

NOTHING = "–"

#: Marks that stand before every verdict, so that none is told by its colour alone.
YES, NO, UNKNOWN = "✓", "✗", "?"

#: What the benchmarks' authors call the totals; others are called by their names.
TOTALS = {
    "opt_at_1": "Opt@1",
    "hack_adjusted": "hack-adjusted",
    "opt_base": "beats the base",
    "eff_at_1": "eff@1",
    "harmonic_mean": "harmonic mean",
    "geometric_mean": "geometric mean",
    "at_least_095": "SR ≥ 0.95",
    "worst_ten_weight": "weight of the ten worst",
    "human_performance": "expert's performance",
}

BENCHMARKS = {"gso": "GSO", "swe-perf": "SWE-Perf", "swefficiency": "SWE-fficiency"}


def number_text(value: float) -> str:
    """Three digits of a number that may be tiny or huge: `0.00160`, `1.07`, `30.1`, `22,082`; whole ones whole."""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def ratio_text(ratio: float | None) -> str:
    """A speedup or a ratio to the expert: `1.07x`, or a dash."""
    return NOTHING if ratio is None else f"{number_text(ratio)}x"


def unit_text(value: float, unit: str, percent: str = "%") -> str:
    """A total in its unit; a share is said in percent."""
    if unit == "x":
        return ratio_text(value)
    return f"{number_text(100 * value if unit == 'share' else value)} {percent}"


def bounds_text(low: float | None, high: float | None, unit: str) -> str:
    """Bounds of an interval in brackets, or nothing."""
    if low is None or high is None:
        return ""
    factor = 100 if unit == "share" else 1
    return f" ({number_text(factor * low)}–{number_text(factor * high)})"


def total_text(total: Total) -> str:
    """A total with its interval: `4.90 % (1–9.80)`."""
    return unit_text(total.value, total.unit) + bounds_text(total.low, total.high, total.unit)


def total_title(name: str) -> str:
    """What a total is called in a column's head."""
    return TOTALS.get(name, name.replace("_", " "))


def difference_text(difference: Difference) -> str:
    """The first score less the second in percentage points, or by it: `+4.90 points (-2–9.80)`, `1.07x (1–1.20)`."""
    sign = "+" if difference.unit != "x" and difference.value > 0 else ""
    bounds = bounds_text(difference.low, difference.high, difference.unit)
    return sign + unit_text(difference.value, difference.unit, "points") + bounds


def apart(difference: Difference) -> str:
    """Whether the interval leaves room for no difference, in one word or two."""
    if difference.low is None or difference.high is None:
        return "no interval"
    none = 1.0 if difference.unit == "x" else 0.0
    if difference.low > none:
        return "better"
    return "worse" if difference.high < none else "not told apart"


def verdict_text(judgement: Judgement) -> str:
    """A verdict with its mark: `✓ solved`, `✗ tests failed`, `? error`."""
    score = judgement.score
    unjudged = score.status in ("error", "missing", "base_failed")
    flag = ", flagged" if score.flagged else ""
    return f"{YES if score.solved else UNKNOWN if unjudged else NO} {judgement.verdict}{flag}"


def duration_text(seconds: float) -> str:
    """A wall time: `0.4 s`, `12 s`, `3.5 min`, `2.1 h`."""
    if seconds >= 2 * 3600:
        return f"{seconds / 3600:.1f} h"
    if seconds >= 120:
        return f"{seconds / 60:.1f} min"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def usd_text(usd: float | None) -> str:
    """An amount of USD; an unknown price is said to be unknown."""
    if usd is None:
        return "unknown"
    return f"{usd:.2f}" if usd >= 1 or usd == 0 else f"{usd:.4f}"
