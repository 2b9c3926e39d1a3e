"""Profile a workload's bodies in a process of their own."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from perfagent.tools.errors import WorkloadError
from perfagent.tools.sandbox.protocol import Sandbox
from perfagent.tools.workload import Request, Site, Workload, observe


@dataclass(frozen=True, slots=True)
class Edge:
    """The calls of one function by one other.

    Attributes:
        caller: index of the calling row in the same profile.
        calls: how many.
        self_s: seconds inside the called function itself during those calls.
        cumulative_s: the same with everything it called.
    """

    caller: int
    calls: int
    self_s: float
    cumulative_s: float


@dataclass(frozen=True, slots=True)
class Row:
    """One code object of a profile; `file` is `~` for builtins, `line` the first of the code."""

    file: str
    line: int
    name: str
    calls: int
    self_s: float
    cumulative_s: float
    callers: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class RawProfile:
    """What cProfile saw of each benchmark's body.

    Attributes:
        root: the tree's path as the rows' files give it.
        benchmarks: rows by benchmark id.
        own: files of the workload itself, relative to the tree.
    """

    root: str
    benchmarks: Mapping[str, tuple[Row, ...]]
    own: frozenset[str] = frozenset()


def rows_of(stats: Sequence[Sequence[object]]) -> tuple[Row, ...]:
    """The rows in the form that the harness writes, see perfagent_session.dump_profile."""
    rows = []
    for file, line, name, calls, self_s, cumulative_s, callers in stats:
        edges = tuple(Edge(*edge) for edge in callers)  # type: ignore[attr-defined]
        rows.append(Row(str(file), line, str(name), calls, self_s, cumulative_s, edges))  # type: ignore[arg-type]
    return tuple(rows)


def collect(sandbox: Sandbox, site: Site, workload: Workload, request: Request) -> RawProfile:
    """Run a workload once under cProfile, each benchmark with a profiler of its own.

    cProfile lengthens calls and not the work between them, so many small calls look dearer than they are.
    Only the body is profiled, in the thread that runs it.

    Args:
        sandbox: an open sandbox that mounts the site.
        site: the side to profile.
        workload: what to profile.
        request: `loops`, `only`, `hash_seed`, `cpu` and `timeout_s` are taken from it.

    Raises:
        WorkloadError: the workload does not run, or has no profile.
    """
    seen = observe(sandbox, site, workload, replace(request, mode="profile"))
    if seen.error is not None:
        raise WorkloadError(f"{workload.spec} cannot be profiled: {seen.error}", code="PA405")
    benchmarks = {name: rows_of(stats) for name, stats in seen.profile.items() if name not in seen.failed}
    if not benchmarks:
        reason = next(iter([*seen.failed.values(), *seen.skipped.values()]), "no benchmark ran")
        raise WorkloadError(f"{workload.spec} cannot be profiled: {reason}", code="PA405")
    return RawProfile(posixpath.normpath(site.tree), benchmarks, frozenset({workload.target.split("::")[0]}))
