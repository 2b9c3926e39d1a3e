"""Comparing two encoded results (harness/perfagent_values.py) and telling where they first differ.

Types are exact (a tuple is no list, a generator no list, True no 1), floats are close within a tolerance, and
what cannot be compared is reported as such and never counted as equal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pydantic import BaseModel, ConfigDict

from perfagent.tools.equivalence.nodes import PAIRS, UNORDERED, Node, doubles, is_group, show, step, unpacked

# Two orders of summation over 10^6 doubles differ by some 1e-10 relative at worst in practice; real errors
# are far larger.
REL_TOLERANCE = 1e-9
ABS_TOLERANCE = 1e-12
# Half, single and double precision keep 11, 24 and 53 bits; results in a narrow type carry its rounding, a
# few units each.
_NARROW = {"float16": 8 * 2.0**-11, "float32": 8 * 2.0**-24, "complex64": 8 * 2.0**-24}
# So many places are looked at to tell unstable ones; a result that differs in more is not compared at all.
MAX_UNSTABLE = 50
ROOT = "result"


class Difference(BaseModel):
    """The first place where two results differ; the values are shortened to 120 characters.

    Attributes:
        path: such as `result[3]['x'].name`.
        baseline, candidate: the two values there.
        reason: what differs: `type`, `value`, `length`, `missing`, `extra` or `digest` (beyond what was
            recorded).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    baseline: str
    candidate: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.baseline} became {self.candidate} ({self.reason})"


class StableValues(BaseModel):
    """What can be compared, learned from runs of the baseline alone.

    Attributes:
        unstable: for each benchmark the paths whose values differ between baseline runs; they are not
            compared.
        opaque: for each benchmark the paths whose values cannot be compared by their nature.
        missing: benchmarks that some baseline run gave no value for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unstable: dict[str, tuple[str, ...]]
    opaque: dict[str, tuple[str, ...]]
    missing: tuple[str, ...] = ()

    def ignored(self, benchmark: str) -> frozenset[str]:
        """The paths that `compare` must not look at."""
        return frozenset(self.unstable.get(benchmark, ()) + self.opaque.get(benchmark, ()))

    def comparable(self, benchmark: str) -> bool:
        """Whether anything of a benchmark's result can be compared."""
        return benchmark not in self.missing and ROOT not in self.ignored(benchmark)


def compare(
    baseline: Node,
    candidate: Node,
    *,
    rel: float = REL_TOLERANCE,
    abs_: float = ABS_TOLERANCE,
    ignore: Collection[str] = (),
) -> Difference | None:
    """The first difference between two encoded results, or None.

    Attributes that start with an underscore and exist on one side only are ignored: a patch may keep a cache
    there. Places that are opaque on both sides are skipped; `opaque_paths` tells them.

    Args:
        baseline, candidate: trees from the encoder.
        rel, abs_: a float x may be off by max(rel * |x|, abs_).
        ignore: paths not to look at, with all that lies below them.
    """
    return next(_Walk(rel, abs_, frozenset(ignore)).differences(ROOT, baseline, candidate), None)


def stable(baseline_runs: Sequence[Mapping[str, Node]]) -> StableValues:
    """What two or more runs of the same code, under different hash seeds, agree about.

    Args:
        baseline_runs: for each run, the encoded result of each benchmark.
    """
    first, *others = baseline_runs
    everywhere = set(first).intersection(*others)
    unstable: dict[str, tuple[str, ...]] = {}
    opaque: dict[str, tuple[str, ...]] = {}
    for benchmark in sorted(everywhere):
        if paths := _unstable(first[benchmark], [run[benchmark] for run in others]):
            unstable[benchmark] = paths
        if paths := opaque_paths(first[benchmark]):
            opaque[benchmark] = paths
    missing = tuple(sorted(set(first).union(*others) - everywhere))
    return StableValues(unstable=unstable, opaque=opaque, missing=missing)


def _unstable(first: Node, others: Sequence[Node]) -> tuple[str, ...]:
    walk = _Walk(REL_TOLERANCE, ABS_TOLERANCE, frozenset())
    paths: dict[str, None] = {}
    for other in others:
        paths |= {found.path: None for found in islice(walk.differences(ROOT, first, other), MAX_UNSTABLE + 1)}
    return tuple(paths) if len(paths) <= MAX_UNSTABLE else (ROOT,)


def opaque_paths(node: Node, limit: int = MAX_UNSTABLE) -> tuple[str, ...]:
    """The places of an encoded result that cannot be compared, at most `limit`."""
    return tuple(islice(_opaque(ROOT, node), limit))


def _opaque(path: str, node: Node) -> Iterator[str]:
    if node[0] == "opaque":
        yield path
    elif is_group(node):
        for below, child in _children(path, node):
            yield from _opaque(below, child)


def _children(path: str, node: Node) -> Iterator[tuple[str, Node]]:
    """The children of a container with their paths; elements of a set have their set's path."""
    if node[0] in PAIRS:
        for key, child in node[2]:
            yield f"{path}{step(key)}", child
    else:
        for position, child in enumerate(node[2]):
            yield (path if node[0] in UNORDERED else f"{path}[{position}]"), child


def _is_private(key: Node) -> bool:
    name = key[1] if key[0] == "attr" else ""
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


@dataclass(frozen=True, slots=True)
class _Walk:
    """Two trees walked side by side: relative and absolute tolerance, and paths that are passed over."""

    rel: float
    abs_: float
    ignore: frozenset[str]

    def differences(self, path: str, one: Node, two: Node) -> Iterator[Difference]:
        """Every difference, in the baseline's order; below a difference in type or length nothing more is
        told.
        """
        if path in self.ignore or (one[0] == "opaque" and one[:2] == two[:2]):
            return
        if one[0] == two[0] == "floats" and one[1] == two[1]:
            yield from self._floats(path, one, two)
            return
        if _equal(one, two):
            return
        one, two = unpacked(one), unpacked(two)
        if one[0] != two[0] or (is_group(one) and one[1] != two[1]):
            yield _difference(path, one, two, "type")
        elif not is_group(one):
            if not self._same_scalar(one, two):
                yield _difference(path, one, two, "value")
        else:
            yield from replace(self, rel=max(self.rel, _precision(one)))._groups(path, one, two)

    def _groups(self, path: str, one: Node, two: Node) -> Iterator[Difference]:
        if one[0] in PAIRS:
            yield from self._pairs(path, one, two)
        elif _count(one) != _count(two):
            yield _difference(path, one, two, f"length {_count(one)} became {_count(two)}")
            return
        elif one[0] in UNORDERED:
            pairs = zip(_aligned(one[2]), _aligned(two[2]), strict=False)
            if any(True for a, b in pairs for _ in self.differences("", a, b)):
                yield _difference(path, one, two, "value")
        else:
            for position, (a, b) in enumerate(zip(one[2], two[2], strict=False)):
                yield from self.differences(f"{path}[{position}]", a, b)
        if one[3] != two[3]:
            place = f"{path}[{len(one[2])}:]"
            if place not in self.ignore:
                yield Difference(path=place, baseline=_rest(one), candidate=_rest(two), reason="digest")

    def _pairs(self, path: str, one: Node, two: Node) -> Iterator[Difference]:
        ours, theirs = ({json.dumps(key): (key, child) for key, child in node[2]} for node in (one, two))
        for text, (key, child) in ours.items():
            below = f"{path}{step(key)}"
            if text not in theirs:
                if not _is_private(key) and below not in self.ignore:
                    yield Difference(path=below, baseline=show(child), candidate="nothing", reason="missing")
                continue
            other = theirs[text][1]
            if not (_is_private(key) and "opaque" in (child[0], other[0])):
                yield from self.differences(below, child, other)
        for text, (key, child) in theirs.items():
            below = f"{path}{step(key)}"
            if text not in ours and not _is_private(key) and below not in self.ignore:
                yield Difference(path=below, baseline="nothing", candidate=show(child), reason="extra")

    def _floats(self, path: str, one: Node, two: Node) -> Iterator[Difference]:
        if one[2] == two[2]:
            return
        ours, theirs = doubles(one), doubles(two)
        if len(ours) != len(theirs):
            yield _difference(path, one, two, f"length {len(ours)} became {len(theirs)}")
            return
        for position, (x, y) in enumerate(zip(ours, theirs, strict=True)):
            below = f"{path}[{position}]"
            if not self._close(x, y) and below not in self.ignore:
                yield Difference(path=below, baseline=repr(x), candidate=repr(y), reason="value")

    def _same_scalar(self, one: Node, two: Node) -> bool:
        if one[0] in ("float", "complex"):
            return all(self._close(float(x), float(y)) for x, y in zip(one[1:], two[1:], strict=True))
        return one == two

    def _close(self, x: float, y: float) -> bool:
        return (math.isnan(x) and math.isnan(y)) or math.isclose(x, y, rel_tol=self.rel, abs_tol=self.abs_)


def _equal(one: Node, two: Node) -> bool:
    """Whether two trees are the same in every part; found at C's speed, where a walk of them takes seconds."""
    try:
        return bool(one == two)
    except RecursionError:  # too deep for C: the walk looks further down
        return False


def _precision(node: Node) -> float:
    """The relative tolerance that a container's element type asks for."""
    element = str(node[1] or "").rpartition(" ")[2]
    return _NARROW.get(element, 0.0)


def _aligned(nodes: list[Node]) -> list[Node]:
    """A set's elements in an order that a small change of a number does not upset."""
    if all(node[0] == "float" for node in nodes):
        return sorted(nodes, key=lambda node: float(node[1]))
    return nodes


def _count(node: Node) -> int:
    return len(node[2]) + (node[3][0] if node[3] else 0)


def _rest(node: Node) -> str:
    return f"{node[3][0]} more, digest {node[3][1][:12]}" if node[3] else "no more"


def _difference(path: str, one: Node, two: Node, reason: str) -> Difference:
    return Difference(path=path, baseline=show(one), candidate=show(two), reason=reason)
