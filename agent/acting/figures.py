"""Measurements and profiles in words for a model: what they show, and what they cannot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from perfagent.agent.lab.prepared import BenchmarkPlan
from perfagent.tools.measure import Estimate, Pair, estimate
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import interval_text

#: Rows of a profile.
SHOWN_ROWS = 15

#: Pairs with which it is said what could be seen, when fewer were measured.
MORE_PAIRS = 20


def measured_text(plans: Sequence[BenchmarkPlan], pairs: Sequence[Mapping[str, Pair]], name: str, bar: float) -> str:
    """Each benchmark's speedup (baseline time / changed time) with its interval, and the smallest change it can show.

    Args:
        pairs: by benchmark's id, as a sampler gives them.
        name: seeds the interval's label swaps.
        bar: speedup from which a change counts.

    Raises:
        MeasurementError: too few pairs.
    """
    lines = [f"Speedup over the code before your change (above 1 is faster), {len(pairs)} pairs, quick and rough:"]
    for plan in plans:
        figure = estimate([[pair[plan.id] for pair in pairs]], [plan.metric], f"quick:{name}")
        interval = interval_text((figure.low, figure.high))
        lines.append(f"- {plan.id}: {figure.speedup:.3f}x, 95 % CI {interval}; {_meaning(figure)}")
    lines.append(
        f"The verdict measures until it is sure, on other runs than these; a change counts from {bar:.2f}x on. "
        "Do not chase differences within an interval."
    )
    return "\n".join(lines)


def _meaning(figure: Estimate) -> str:
    """What an interval says: the half of its width, as a ratio, is the smallest change this noise lets be seen."""
    seen = math.sqrt(figure.high / figure.low) - 1
    more = math.exp(math.log1p(seen) * math.sqrt(figure.pairs / MORE_PAIRS)) - 1
    at_more = f" ({MORE_PAIRS} pairs: about {more:.1%})" if figure.pairs < MORE_PAIRS else ""
    if figure.low > 1:
        told = "faster"
    elif figure.high < 1:
        told = "slower"
    else:
        told = "cannot be told from no change"
    return f"{told}; changes below about {seen:.1%} cannot be seen at this noise{at_more}"


def profile_text(spots: Sequence[Hotspot]) -> str:
    """The hottest functions as a table."""
    rows = [
        f"| {s.path}:{s.start} {s.qualname} | {s.self_share:.1%} | {s.charged_share:.1%} "
        f"| {s.cumulative_share:.1%} | {s.calls} |"
        for s in spots[:SHOWN_ROWS]
    ]
    head = "| function | own time | own and library | cumulative | calls |\n|---|---|---|---|---|\n"
    more = f"\n[... {len(spots) - SHOWN_ROWS} more, each colder than these ...]" if len(spots) > SHOWN_ROWS else ""
    return head + "\n".join(rows) + more
