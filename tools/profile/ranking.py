"""From profiles to hotspots: which functions of the repository deserve a look first.

The score is the sum of two shares of the same time, because each is blind where the other sees. The charged
share (own time plus library time called for) is what can be saved by doing a function's own work more
cheaply; it finds the loop that does the work dearly. The cumulative share is what can be saved by not
calling the function, or by asking less of what it calls; it finds the decision high in the call tree that no
own time shows. A function that is both dear and high comes first, one that only hands its callers' work on
comes after those that do some of it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from perfagent.tools.profile.charge import CallGraph
from perfagent.tools.profile.collect import RawProfile, Row
from perfagent.tools.profile.functions import Function, SourceFile
from perfagent.tools.profile.records import Hotspot

ASIDE = frozenset(
    {
        "tests",
        "test",
        "bench",
        "benches",
        "benchmark",
        "benchmarks",
        "docs",
        "doc",
        "examples",
        "site-packages",
    }
)
"""Folders whose code is not what one makes faster; it is still used when the profile shows nothing else."""
MAX_CALLERS = 5
"""Callers named for a hotspot; further ones carry little time."""
NEGLIGIBLE_SHARE = 1e-4
"""Charged and cumulative share below which a function is left out: even its removal could not be measured."""

Key = tuple[str, str]
"""File relative to the tree, and qualified name."""


@dataclass
class _Total:
    """What is known of one function, summed over benchmarks; shares still to be divided by their number."""

    function: Function
    self_share: float = 0.0
    charged_share: float = 0.0
    cumulative_share: float = 0.0
    calls: int = 0
    callers: dict[Key, float] = field(default_factory=dict)
    benchmarks: dict[str, float] = field(default_factory=dict)


class _Sources:
    """The tree's files as profiles name them."""

    def __init__(self, raw: RawProfile, tree: Path, roots: Sequence[str], everything: bool) -> None:
        self.raw, self.tree, self.everything = raw, tree, everything
        self.prefixes = tuple("" if root == "." else f"{PurePosixPath(root)}/" for root in roots)
        self.files: dict[str, SourceFile] = {}

    def relative(self, file: str) -> str | None:
        """A profile's file relative to the tree; None for what is not the repository's to make faster."""
        path = posixpath.relpath(file, self.raw.root) if file.startswith("/") else ".."
        if path.startswith("..") or path.endswith((".venv", "site-packages")):
            return None
        if self.everything:
            return path
        name = posixpath.basename(path)
        test = name.startswith("test_") or name == "conftest.py" or bool(ASIDE & set(path.split("/")[:-1]))
        outside = not path.startswith(self.prefixes)
        return None if test or outside or path in self.raw.own else path

    def key(self, row: Row) -> tuple[Key, Function] | None:
        """Which function a row is; None for library and builtin code."""
        path = self.relative(row.file)
        if path is None:
            return None
        if path not in self.files:
            self.files[path] = SourceFile(self.tree / path)
        function = self.files[path].function(row.line, row.name)
        return (path, function.qualname), function

    def plausible(self, callers: dict[Key, float], called: Key, totals: Mapping[Key, _Total]) -> dict[Key, float]:
        """Those callers whose source names what they are said to call; all of them when none does.

        A builtin that runs Python code, such as `any` over a generator, is one row for all who call it, so that
        everybody who calls it seems to call everything that runs in it.
        """
        name = called[1].rpartition(".")[2]
        if name.startswith("__"):  # called by an operator or a builtin, not by its name
            return callers
        word = re.compile(rf"\b{re.escape(name)}\b")
        named = {
            caller: share
            for caller, share in callers.items()
            if word.search(self.files[caller[0]].text(totals[caller].function))
        }
        return named or callers


def _add_benchmark(totals: dict[Key, _Total], name: str, rows: Sequence[Row], sources: _Sources) -> None:
    """Add one benchmark's rows; its shares are of its own time, so that long benchmarks do not drown short ones."""
    known = [sources.key(row) for row in rows]
    graph = CallGraph(rows, [entry is not None for entry in known])
    charged = graph.charged()
    whole = sum(row.self_s for row in rows) or 1.0
    cumulative: dict[Key, float] = {}
    for index, (row, entry) in enumerate(zip(rows, known, strict=True)):
        if entry is None:
            continue
        key, function = entry
        total = totals.setdefault(key, _Total(function))
        total.self_share += row.self_s / whole
        total.charged_share += charged[index] / whole
        # Lambdas and comprehensions run inside their function's own time, so the largest is the whole.
        cumulative[key] = max(cumulative.get(key, 0.0), min(row.cumulative_s / whole, 1.0))
        total.benchmarks[name] = cumulative[key]
        total.calls += row.calls if row.name == function.name else 0
        for caller, seconds in graph.callers(index).items():
            who = known[caller]
            if who is not None and who[0] != key:
                total.callers[who[0]] = total.callers.get(who[0], 0.0) + seconds / whole
    for key, share in cumulative.items():
        totals[key].cumulative_share += share


def score(hotspot: Hotspot) -> float:
    """How promising a function is, 0 to 2: its charged share plus its cumulative share."""
    return hotspot.charged_share + hotspot.cumulative_share


def _hotspot(key: Key, total: _Total, callers_of: Mapping[Key, float], benchmarks: int) -> Hotspot:
    def most(shares: dict[str, float]) -> list[str]:
        return sorted(shares, key=lambda name: (-shares[name], name))

    callers = {f"{path}:{qualname}": share for (path, qualname), share in callers_of.items()}
    return Hotspot(
        path=key[0],
        qualname=key[1],
        start=total.function.start,
        end=total.function.end,
        self_share=round(total.self_share / benchmarks, 6),
        charged_share=round(total.charged_share / benchmarks, 6),
        cumulative_share=round(total.cumulative_share / benchmarks, 6),
        calls=total.calls,
        callers=tuple(most(callers)[:MAX_CALLERS]),
        benchmarks=tuple(most(total.benchmarks)),
    )


def rank(raw: RawProfile, tree: Path, roots: Sequence[str] = (".",)) -> list[Hotspot]:
    """The repository's functions in the profiles, the most promising first.

    Args:
        raw: profiles from `collect`.
        tree: the same tree on this machine, to read the sources.
        roots: source roots relative to it; functions outside them, in tests and in benchmarks come in only
            when the profile shows no others.

    Returns:
        Hotspots whose shares are means over the benchmarks.
    """
    for everything in (False, True):
        sources = _Sources(raw, tree, roots, everything)
        totals: dict[Key, _Total] = {}
        for name in sorted(raw.benchmarks):
            _add_benchmark(totals, name, raw.benchmarks[name], sources)
        spots = [
            _hotspot(key, total, sources.plausible(total.callers, key, totals), len(raw.benchmarks))
            for key, total in totals.items()
        ]
        seen = [spot for spot in spots if max(spot.charged_share, spot.cumulative_share) >= NEGLIGIBLE_SHARE]
        if seen:
            return sorted(seen, key=lambda spot: (-score(spot), spot.path, spot.start, spot.qualname))
    return []
