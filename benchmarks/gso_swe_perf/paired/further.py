"""What the paired protocol does in the run folder of a finished `verify`: held scripts' values, and the expert."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from perfagent.benchmarks.gso_swe_perf.records import PairedCheck, Record

if TYPE_CHECKING:
    from perfagent.agent.services import Services
    from perfagent.agent.state import Verdict
    from perfagent.benchmarks.gso_swe_perf.asking import Workloads
    from perfagent.benchmarks.gso_swe_perf.places import Planted

#: Times that a workload runs beside the pairs: twice at the base and once with the patch for its values, once at least
#: to learn how often its body runs in a process.
CHECKING_EXECUTIONS = 4

#: Times that a script that is not timed runs: for its values alone.
VALUE_EXECUTIONS = 3


class Further(Record):
    """What came after the verdict.

    Attributes:
        unequal: how the values of a held script differ, one line; empty when they do not.
        expert: workload -> expert's time / patch time.
        interval: 95 % bounds of their geometric mean.
        pairs: of expert and patch, summed over the workloads.
    """

    unequal: str = ""
    expert: dict[str, float] = Field(default_factory=dict)
    interval: tuple[float, float] | None = None
    checks: tuple[PairedCheck, ...] = ()
    pairs: int = 0


def further(run: Path, held: Sequence[str], planted: Planted) -> Further:
    """Compare the held scripts' values, and time the expert's code against the patched one.

    Args:
        run: folder of the finished `verify`.
        held: workloads whose values alone are compared.
        planted: the commits; without an expert's the second part is left out.

    Raises:
        PerfagentError: a script fails at the base, or the expert's code fails while measured.
    """
    from perfagent.agent.lab.laboratory import Laboratory
    from perfagent.agent.lab.prepared import Prepared
    from perfagent.agent.opening import reopened

    asked = json.loads((run / "run.json").read_text("utf-8"))
    with reopened(run, asked) as services:
        prepared = Prepared(**services.folder.step("prepared", dict))
        services.laboratory = Laboratory(services, prepared)
        verdict = services.folder.step("verdict", dict)
        diff = services.folder.get(verdict["diff"])
        found = _values(services, held, planted.commit, diff) if held else Further()
        if found.unequal or not planted.expert:
            return found
        return _with_expert(services, planted, diff, found)


def _values(services: Services, held: Sequence[str], base: str, diff: str) -> Further:
    """Whether the scripts that are not timed yield what they do at the base."""
    compared = services.folder.step("held-values", lambda: _compared(services, held, base, diff))
    unequal = compared["unequal"]
    said = unequal or f"{compared['same']} of {len(held)} further scripts yield what they did"
    check = PairedCheck(name="further values", ok=not unequal, detail=said)
    return Further(unequal=unequal, checks=(check,))


def _compared(services: Services, held: Sequence[str], base: str, diff: str) -> dict[str, Any]:
    """How many of the scripts yield the same, and how the first that does not differs.

    Raises:
        WorkloadError: one fails at the base.
    """
    from perfagent.agent.lab.laboratory import Laboratory
    from perfagent.agent.lab.seeds import CHECK_SEED, VALUE_SEEDS
    from perfagent.tools.equivalence import compare, stable
    from perfagent.tools.errors import WorkloadError

    prepared = services.lab.prepared.model_copy(update={"workloads": tuple(held)})
    lab = Laboratory(services, prepared)
    with lab.open({"baseline": lab.tree(base), "candidate": lab.edited(base, diff)}) as bench:
        runs = []
        for seed in VALUE_SEEDS:
            values, trouble = bench.values("baseline", seed)
            if trouble:
                raise WorkloadError(f"a script fails at the base: {trouble}", code="PA402")
            runs.append(values)
        known = stable(runs)
        seen, trouble = bench.values("candidate", CHECK_SEED)
    if trouble:
        return {"same": 0, "unequal": f"a script fails with the patch: {trouble}"}
    names = [name for name in runs[0] if known.comparable(name)]
    for name in names:
        if name not in seen:
            return {"same": 0, "unequal": f"{name} yields no value any more"}
        difference = compare(runs[0][name], seen[name], ignore=known.ignored(name))
        if difference is not None:
            return {"same": 0, "unequal": f"{name}: {difference}"}
    return {"same": len(names), "unequal": ""}


def _with_expert(services: Services, planted: Planted, diff: str, found: Further) -> Further:
    """The figures of fresh pairs of the expert's code and what the guard let through of the patch."""
    from perfagent.agent.state import Verdict
    from perfagent.agent.verify.verification import Verifier

    names = {plan.id for plan in services.lab.prepared.benchmarks}
    guarded = services.target.commit_patch(planted.commit, diff, "patched")
    expert = services.target.commit(planted.expert)
    if services.target.info(guarded).tree == services.target.info(expert).tree:
        return found.model_copy(update={"expert": dict.fromkeys(sorted(names), 1.0), "interval": (1.0, 1.0)})
    step = services.folder.step(
        "expert", lambda: Verifier(services).whole(expert, guarded, names).model_dump(mode="json")
    )
    verdict = Verdict(**step)
    pairs = sum(each.pairs for each in verdict.benchmarks)
    return found.model_copy(
        update={
            "expert": {each.id: each.speedup for each in verdict.benchmarks if each.speedup is not None},
            "interval": _interval(verdict),
            "pairs": pairs,
        }
    )


def _interval(verdict: Verdict) -> tuple[float, float] | None:
    return verdict.overall.interval if verdict.overall else verdict.interval


def executions_of(run: Path, workloads: Workloads) -> int:
    """Processes that ran a workload on any side: those of all pairs, counted in their journals, and of the checks."""
    counted = CHECKING_EXECUTIONS * len(workloads.timed) + VALUE_EXECUTIONS * len(workloads.held)
    lines = (line for file in (run / "journal").glob("*.jsonl") for line in file.read_text("utf-8").splitlines())
    return counted + sum(_sides(json.loads(line)) for line in lines)


def _sides(entry: dict[str, Any]) -> int:
    """Readings in a round: one a side and benchmark, at least one a side."""
    return sum(max(1, len(side.get("readings", ()))) for side in entry.values())
