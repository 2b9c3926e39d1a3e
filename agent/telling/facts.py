"""What the model is told of the target: workload, profile, sources, rules, hints, what was tried."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from perfagent.agent.dialogue import Example, Facts, HotFunction, TriedIdea
from perfagent.agent.ideas.catalogue import edits_for
from perfagent.agent.lab.present import seconds_at
from perfagent.agent.services import Services
from perfagent.agent.state import Tried
from perfagent.agent.telling.budget import Budget
from perfagent.agent.telling.examples import examples_for
from perfagent.agent.telling.notes import NOTHING, Note
from perfagent.agent.telling.patterns import patterns_for
from perfagent.agent.telling.surroundings import callers, outlines
from perfagent.agent.telling.tracing import traced
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import METRICS, seconds_text

#: Ending of a file to its language's name in a Markdown fence.
LANGUAGES = {
    ".py": "python", ".pyx": "cython", ".pxd": "cython", ".c": "c", ".h": "c", ".cc": "cpp", ".cpp": "cpp",
    ".hpp": "cpp", ".js": "javascript", ".ts": "typescript", ".rs": "rust", ".go": "go",
}  # fmt: skip

#: Hot functions whose source is shown; more would push the workload out of sight.
SHOWN_FUNCTIONS = 6

#: Characters of one hot function's source, and of all of them: the rest can be read in pages.
LONGEST_SOURCE, ALL_SOURCES = 8000, 18_000

#: Shares of a function that hands nearly all of the time on and does next to nothing itself.
WHOLE_SHARE, NO_SHARE = 0.95, 0.01

#: Rows of the profile's table.
SHOWN_HOTSPOTS = 15

#: Functions told that are to become faster: a published task names over a hundred.
SHOWN_FOCUS = 40

#: Tried ideas told, newest: facts to learn from, not a history.
SHOWN_TRIED = 20

#: Hints of the catalogue of rewrites.
SHOWN_HINTS = 12

#: Characters of a workload's file that are shown.
SHOWN_WORKLOAD = 6000

#: Characters of one line of a reason or a hint.
LONGEST_LINE = 300


def facts_for(
    services: Services,
    head: str,
    spots: Sequence[Hotspot],
    tried: Sequence[Tried],
    *,
    profile: bool = True,
) -> Facts:
    """Everything a planner or an editor gets to know at one baseline, within a budget of characters.

    The budget is spent in the order of what helps most: workload, sources of the hot functions, their callers, fitting
    patterns, what was tried, examples, outlines, hints.

    Args:
        spots: hotspots, hottest first.
        tried: earlier ideas, oldest first.
        profile: whether to tell what the profile says; without it only workload and rules are told.
    """
    prepared, tree = services.lab.prepared, services.lab.tree(head)
    metrics = sorted({METRICS[plan.metric] for plan in prepared.benchmarks})
    budget = Budget()
    workload = budget.cut(_workload_text(prepared.workloads, tree), budget.left, "the workload")
    seen = _Seen(services, head, tree, spots if profile else (), budget)
    notes = traced(services, head, tree, seen.spots)
    hot = seen.hot(notes)
    shown = [entry.hotspot for entry in hot if entry.source]
    above = tuple(callers(tree, seen.spots, shown, budget))
    fitting = patterns_for(tree, seen.spots, notes)
    patterns = tuple(p for p in fitting if budget.fits("patterns", p.text + "".join(p.reasons)))
    known = [tried_idea(entry) for entry in tried[-SHOWN_TRIED:]]
    told = [idea for idea in reversed(known) if budget.fits("tried ideas", idea.title + idea.target + idea.detail)]
    examples = tuple(e for e in seen.examples() if budget.fits("examples", e.diff + e.rationale))
    context = (*above, *outlines(tree, shown, budget))
    return Facts(
        workload=workload,
        measured=f"Original and change run in interleaved pairs of fresh processes; {' and '.join(metrics)} decides.",
        min_speedup=services.settings.min_speedup,
        hot=hot,
        context=context,
        protected=_rules(services.settings.paths),
        tests=services.settings.test or ("pytest" if prepared.stable else ""),
        python=prepared.environment.version,
        hints=tuple(hint for hint in _hints(seen.spots, tree)[:SHOWN_HINTS] if budget.fits("hints", hint)),
        tried=tuple(reversed(told)),
        patterns=patterns,
        examples=examples,
        focus=_focus(services.settings.focus, spots),
        left_out=budget.left_out,
    )


def _focus(wanted: Sequence[str], spots: Sequence[Hotspot]) -> tuple[str, ...]:
    """The functions that are to become faster, those that take time first, as many as are told."""
    shares = {f"{spot.path}:{spot.qualname}": spot.cumulative_share for spot in spots}
    return tuple(sorted(wanted, key=lambda name: -shares.get(name, 0.0))[:SHOWN_FOCUS])


_YIELD = re.compile(r"^(?:[^#\"']*\W)?yield\b")


@dataclass(frozen=True)
class _Seen:
    """The profile's part of the facts at one baseline."""

    services: Services
    head: str
    tree: Path
    spots: Sequence[Hotspot]
    budget: Budget

    def hot(self, notes: Mapping[str, Note]) -> tuple[HotFunction, ...]:
        """The profile's rows, the first of them with their sources."""
        room = Budget(min(ALL_SOURCES, self.budget.left))
        spots = self.spots[:SHOWN_HOTSPOTS]
        # What only hands all of the time on says little by its source; what works or decides comes first.
        telling = sorted(spots, key=_hands_on)[:SHOWN_FUNCTIONS]
        return tuple(
            self._function(spot, notes.get(f"{spot.path}:{spot.qualname}", NOTHING), room if spot in telling else None)
            for spot in spots
        )

    def _function(self, spot: Hotspot, note: Note, room: Budget | None) -> HotFunction:
        """One row; with its source and its dear lines as far as there is room."""
        source = self._source(spot, room) if room is not None else ""
        return HotFunction(
            hotspot=spot,
            source=source,
            language=LANGUAGES.get(PurePosixPath(spot.path).suffix, ""),
            note="; ".join(filter(None, [self._each(spot), note.text])),
            lines=note.lines if source and self.budget.fits("line tables", note.lines) else "",
        )

    def examples(self) -> list[Example]:
        """Accepted edits of earlier runs on code like the hot functions'."""
        return examples_for(self.services, self.head, self.spots, self.tree) if self.spots else []

    def _source(self, spot: Hotspot, room: Budget) -> str:
        if spot.qualname == "<module>":
            return ""
        source = room.cut("\n".join(self._lines(spot)), LONGEST_SOURCE, spot.qualname)
        return source if source and self.budget.fits("sources", source) else ""

    def _resumes(self, spot: Hotspot) -> bool:
        """Whether it is a generator, each resumption of which a profile counts as a call."""
        return any(_YIELD.search(line) for line in self._lines(spot))

    def _lines(self, spot: Hotspot) -> list[str]:
        """The function's own lines."""
        lines = (self.tree / spot.path).read_text("utf-8", errors="replace").splitlines()
        return lines[spot.start - 1 : spot.end]

    def _each(self, spot: Hotspot) -> str:
        """Time of one call, where one benchmark makes all of them: shares of several have no common second."""
        plans = self.services.lab.prepared.benchmarks
        if len(plans) != 1 or plans[0].metric == "memory" or not spot.calls or self._resumes(spot):
            return ""
        whole = seconds_at(self.services, self.head)[plans[0].id]
        each = spot.cumulative_share * whole / spot.calls
        return f"about {seconds_text(each)} a call with all it calls, of {seconds_text(whole)} in all"


def _hands_on(spot: Hotspot) -> bool:
    """Whether nearly all of the time passes through a function that does next to nothing itself."""
    return spot.cumulative_share >= WHOLE_SHARE and spot.charged_share < NO_SHARE


def tried_idea(entry: Tried) -> TriedIdea:
    """One line of the run's ledger of ideas."""
    measured = "" if entry.speedup is None else f"{entry.speedup:.3f}x; "
    detail = f"{measured}{entry.reason}"[:LONGEST_LINE]
    return TriedIdea(title=entry.title, target=entry.place, verdict=entry.verdict, detail=detail)


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
        # Where a script outside of the repository stands on this machine is nobody's business.
        shown = f"{kind}:{file.name}" if Path(target).is_absolute() else spec
        parts.append(f"`{shown}`{code}")
    return "\n\n".join(parts)


def _fenced(code: str) -> str:
    from perfagent.prompts import fenced

    return fenced(code, "python")


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
                hints.append(f"`{spot.path}` {spot.qualname}: {edit.description}"[:LONGEST_LINE])
    return list(dict.fromkeys(hints))
