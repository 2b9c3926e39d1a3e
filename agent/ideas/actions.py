"""What the model's tools do beside reading and editing: run tests, measure a few pairs, profile.

Results are kept in a journal: a resumed conversation sees the same text again, so that its recorded replies still fit.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from perfagent.agent.model import Actions
from perfagent.agent.services import Services
from perfagent.tools.errors import PerfagentError
from perfagent.tools.measure import PairSampler, RunFailed, estimate
from perfagent.tools.report import interval_text

#: Pairs of a quick measurement: the smallest number that has an interval; it sees gains of ten per cent and more.
QUICK_PAIRS = 6

#: Rows of a profile.
SHOWN_ROWS = 10


def actions_for(services: Services, parent: Path, tree: Path, name: str) -> Actions:
    """The actions on one edited tree.

    Args:
        parent: the baseline's tree.
        tree: the edited one.
        name: of the journal their results are kept in.
    """
    journal = services.folder.journal(f"tools-{services.folder.put(name)[:16]}")

    def kept(action: Callable[[], str]) -> str:
        def safe() -> str:
            try:
                return action()
            except PerfagentError as error:
                return f"That could not be done: {error}"

        text = journal.replay(safe)
        assert isinstance(text, str)
        return text

    tests = (lambda ids: kept(lambda: _tests(services, tree, ids))) if services.lab.prepared.stable else None
    return Actions(
        run_tests=tests,
        quick_measure=lambda: kept(lambda: _measure(services, parent, tree, name)),
        profile=lambda: kept(lambda: _profile(services, tree)),
    )


def _tests(services: Services, tree: Path, ids: tuple[str, ...]) -> str:
    from perfagent.agent.verify.checks import judged_tests, tests_text

    verdict = judged_tests(services, tree, ids)
    services.progress.tested(verdict.passed)
    if verdict.ok:
        return f"{verdict.passed} tests pass."
    return f"{tests_text(verdict)}\n\n" + "\n".join(verdict.evidence)


def _measure(services: Services, parent: Path, tree: Path, name: str) -> str:
    lab = services.lab
    loops = {plan.id: plan.loops for plan in lab.prepared.benchmarks}
    pairs = []
    with lab.open({"baseline": parent, "candidate": tree}) as bench:
        sampler = PairSampler(bench.reader(loops), services.settings.seed)
        for index in range(QUICK_PAIRS):
            pair = sampler.pair(index)
            if isinstance(pair, RunFailed):
                return f"The benchmark fails with your change: {pair.detail}"
            pairs.append(pair)
    lines = []
    for plan in lab.prepared.benchmarks:
        figure = estimate([[pair[plan.id] for pair in pairs]], [plan.metric], f"quick:{name}")
        sure = figure.low > 1 or figure.high < 1
        told = "" if sure else " (so few pairs cannot tell this from no change)"
        lines.append(f"- {plan.id}: {figure.speedup:.2f}x, 95 % CI {interval_text((figure.low, figure.high))}{told}")
    return f"Speedup over the original, {QUICK_PAIRS} pairs:\n" + "\n".join(lines)


def _profile(services: Services, tree: Path) -> str:
    with services.lab.open({"candidate": tree}) as bench:
        spots = bench.hotspots("candidate", tree)
    rows = [
        f"| {s.path}:{s.start} {s.qualname} | {s.self_share:.1%} | {s.charged_share:.1%} "
        f"| {s.cumulative_share:.1%} | {s.calls} |"
        for s in spots[:SHOWN_ROWS]
    ]
    head = "| function | own time | own and library | cumulative | calls |\n|---|---|---|---|---|\n"
    return head + "\n".join(rows)
