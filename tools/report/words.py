"""How figures are said, in one place: `1.07x faster (95 % CI 1.04-1.10, 22 pairs, CPU time)`."""

from __future__ import annotations

METRICS = {
    "cpu": "CPU time",
    "wall": "wall time",
    "adjusted": "wall time less scheduler wait",
    "memory": "peak memory",
    "": "time",
}


def speedup_text(speedup: float | None) -> str:
    """A speedup as `1.07x`, or a dash."""
    return "–" if speedup is None else f"{speedup:.2f}x"


def interval_text(interval: tuple[float, float] | None) -> str:
    """An interval as `1.04-1.10`, or a dash."""
    return "–" if interval is None else f"{interval[0]:.2f}–{interval[1]:.2f}"


def pairs_text(pairs: int, metric: str) -> str:
    """The measurement's size and clock: `22 pairs, CPU time`."""
    return f"{pairs} pairs, {METRICS.get(metric, metric)}"


def quote(speedup: float | None, interval: tuple[float, float] | None, pairs: int, metric: str) -> str:
    """One sentence a person can quote: figure, interval, number of pairs and clock."""
    if speedup is None:
        return "not measured"
    word = "faster" if speedup >= 1 else "as fast as the baseline"
    return f"{speedup_text(speedup)} {word} (95 % CI {interval_text(interval)}, {pairs_text(pairs, metric)})"


def seconds_text(seconds: float | None) -> str:
    """A duration with a fitting unit."""
    if seconds is None:
        return "–"
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def cost_text(usd: float | None, tokens: int) -> str:
    """What the model cost; an unknown price is said to be unknown."""
    price = "unknown price" if usd is None else f"{usd:.4f} USD"
    return f"{price}, {tokens} tokens"
