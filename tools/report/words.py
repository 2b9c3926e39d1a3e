"""How figures are said, in one place: `1.07x faster (95 % CI 1.04-1.10, 22 pairs, CPU time)`."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perfagent.tools.report.document import ModelCost, TimeShares

#: Unicode's classes of characters that show nothing, or change how those around them are shown.
HIDDEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")

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


def shared_prefix(names: Sequence[str]) -> str:
    """What all names begin with, up to a separator; empty for a single one."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    common = first[: next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]
    end = max(common.rfind(mark) + len(mark) if mark in common else 0 for mark in ("::", "/", "[", "."))
    return common[:end]


def plain(text: str) -> str:
    """The text with every character that shows nothing, or turns others around, as `[U+202E]`; ends of lines stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"[U+{ord(one):04X}]" if one not in "\t\n" and hides(one) else one for one in text)


def hides(character: str) -> bool:
    """Whether a character shows nothing, or changes how those around it are shown."""
    return unicodedata.category(character) in HIDDEN


def verdict_text(verdict: str) -> str:
    """A verdict as words: `slower elsewhere`."""
    return verdict.replace("_", " ")


def seconds_text(seconds: float | None) -> str:
    """A duration with a fitting unit."""
    if seconds is None:
        return "–"
    if seconds >= 1000:
        return f"{seconds:,.0f} s"
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def size_text(size: int, multiples: bool) -> str:
    """A size: `4x` of the judged one, or the number in a benchmark's id."""
    return f"{size}x" if multiples else f"{size:,}"


def exponent_text(value: float, interval: tuple[float, float] | None) -> str:
    """A growth as `n^1.98 (1.95-2.01)`."""
    return f"n^{value:.2f}" + (f" ({interval_text(interval)})" if interval else "")


def count_text(count: int) -> str:
    """A large number to three digits: `12.3 M`."""
    for scale, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= scale:
            return f"{count / scale:.3g}{unit}"
    return str(count)


def cost_text(cost: float | None, metric: str) -> str:
    """What one execution costs by its metric: bytes for memory, else seconds."""
    return bytes_text(cost) if metric == "memory" else seconds_text(cost)


def bytes_text(count: float | None) -> str:
    """Bytes with a fitting unit."""
    return "–" if count is None else f"{count / 2**20:.1f} MiB"


def spent_text(usd: float | None, tokens: int) -> str:
    """What the model cost; an unknown price is said to be unknown."""
    price = "unknown price" if usd is None else f"{usd:.4f} USD"
    return f"{price}, {tokens} tokens"


def time_text(shares: TimeShares) -> str:
    """Where the time went, one line."""
    parts = [f"{shares.running_s:.1f} s running code"]
    if shares.model_s:
        parts.insert(0, f"{shares.model_s:.1f} s model")
    own = f"{shares.scaffold_s:.1f} s perfagent's own ({shares.scaffold_share:.1%})"
    return f"time: {shares.wall_s:.1f} s; {', '.join([*parts, own])}"


def model_cost_text(cost: ModelCost) -> str:
    """What one model cost, one line: `gpt-5 (planner, editor): 0.1200 USD, 5000 tokens, 12 calls`."""
    roles = f" ({', '.join(cost.roles)})" if cost.roles else ""
    failed = f", {cost.failed_attempts} failed attempts" if cost.failed_attempts else ""
    told = spent_text(cost.usd, cost.input_tokens + cost.output_tokens)
    return f"{cost.model}{roles}: {told}, {cost.calls} calls{failed}"
