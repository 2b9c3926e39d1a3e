"""What the model is told of the target: workload, profile, sources, rules, hints, what was tried."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from perfagent.agent.ideas.catalogue import edits_for
from perfagent.agent.model import Facts, HotFunction, TriedIdea
from perfagent.agent.services import Services
from perfagent.agent.state import Tried
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import METRICS

#: Hot functions whose whole source is shown; more would push the workload out of sight.
SHOWN_FUNCTIONS = 6

#: Rows of the profile's table.
SHOWN_HOTSPOTS = 15

#: Lines of a function beyond which only its table row is shown: the model can read it in pages.
LONGEST_FUNCTION = 250

#: Tried ideas told, newest: facts to learn from, not a history.
SHOWN_TRIED = 20

#: Characters of a workload's file that are shown.
SHOWN_WORKLOAD = 6000


def facts_for(services: Services, head: str, spots: Sequence[Hotspot], tried: Sequence[Tried]) -> Facts:
    """Everything a planner or an editor gets to know at one baseline."""
    prepared, tree = services.lab.prepared, services.lab.tree(head)
    metrics = sorted({METRICS[plan.metric] for plan in prepared.benchmarks})
    return Facts(
        workload=_workload_text(prepared.workloads, tree),
        measured=f"Original and change run in interleaved pairs of fresh processes; {' and '.join(metrics)} decides.",
        min_speedup=services.settings.min_speedup,
        hot=tuple(_hot(spot, tree, number) for number, spot in enumerate(spots[:SHOWN_HOTSPOTS])),
        protected=_rules(services.settings.paths),
        tests=services.settings.test or ("pytest" if prepared.stable else ""),
        python=prepared.environment.version,
        hints=tuple(_hints(spots, tree)),
        tried=tuple(tried_idea(entry) for entry in tried[-SHOWN_TRIED:]),
    )


def tried_idea(entry: Tried) -> TriedIdea:
    """One line of the run's ledger of ideas."""
    measured = "" if entry.speedup is None else f"{entry.speedup:.3f}x; "
    return TriedIdea(title=entry.title, target=entry.idea, verdict=entry.verdict, detail=f"{measured}{entry.reason}")


def _workload_text(specs: Sequence[str], tree: Path) -> str:
    parts = []
    for spec in specs:
        kind, _, target = spec.partition(":")
        file = tree / target.split("::")[0]
        if kind == "script" and Path(target).is_absolute():
            file = Path(target)
        code = ""
        if kind != "command" and file.is_file():
            code = file.read_text("utf-8", errors="replace")
            code = code if len(code) <= SHOWN_WORKLOAD else code[:SHOWN_WORKLOAD] + "\n[cut]\n"
            code = f"\n\n{_fenced(code)}"
        parts.append(f"`{spec}`{code}")
    return "\n\n".join(parts)


def _fenced(code: str) -> str:
    from perfagent.prompts import fenced

    return fenced(code, "python")


def _hot(spot: Hotspot, tree: Path, number: int) -> HotFunction:
    source = ""
    if number < SHOWN_FUNCTIONS and spot.end - spot.start < LONGEST_FUNCTION and spot.qualname != "<module>":
        lines = (tree / spot.path).read_text("utf-8", errors="replace").splitlines()
        source = "\n".join(lines[spot.start - 1 : spot.end])
    return HotFunction(hotspot=spot, source=source)


def _rules(paths: Sequence[str]) -> tuple[str, ...]:
    rules = [
        "tests, benchmarks and the workload's own files",
        "build, packaging and continuous integration files, and files that run when Python starts",
        "new files only inside existing package folders",
    ]
    if paths:
        rules.append(f"everything but {', '.join(paths)}")
    return tuple(rules)


def _hints(spots: Sequence[Hotspot], tree: Path) -> list[str]:
    hints: list[str] = []
    for spot in spots[:SHOWN_FUNCTIONS]:
        for edit in edits_for(tree, spot.path, spot.qualname):
            if len(edit.rules) == 1:
                hints.append(f"`{spot.path}` {spot.qualname}: {edit.description}")
    return list(dict.fromkeys(hints))
