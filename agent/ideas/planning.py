"""Ideas: the model's, the catalogue's, or both, in the order of what they may gain.

No idea is kept that Amdahl's law rules out: what takes the share s of the time cannot make the whole more than
1 / (1 - s) times faster, however good the edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfagent.agent.ideas.catalogue import edits_for
from perfagent.agent.ideas.ranking import ranked
from perfagent.agent.services import Services
from perfagent.agent.state import Idea, Tried
from perfagent.tools.errors import ModelError, ModelFormatError
from perfagent.tools.profile import Hotspot

#: How often ideas are asked for at one baseline: the second time the model knows what failed of the first.
ROUNDS = 2

#: Hotspots the catalogue looks at; ten hold most of what experts edit, and looking is cheap.
CATALOGUE_HOTSPOTS = 40

#: Share of a function's own time that a rewrite may save: half, the middle of what the catalogue's examples show.
PLAUSIBLE_SHARE = 0.5

#: Benchmarks an idea names as targets at most: each further one makes the test for all of them stricter.
MOST_TARGETS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What ideas are asked for.

    Attributes:
        head: the baseline.
        hotspots: digest of its profile's hotspots.
        tried: what became of earlier ideas.
        round: how often ideas were asked for at this baseline before.
        refine: whether a model criticises its ideas before any is begun.
    """

    head: str
    hotspots: str
    tried: tuple[Tried, ...] = ()
    round: int = 0
    refine: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning came to.

    Attributes:
        ideas: new ones, best first, without those that were tried.
        ruled_out: those that timing ruled out.
        nothing_left: why the profile leaves nothing to look for; empty when it does not.
    """

    ideas: Sequence[Idea] = ()
    ruled_out: Sequence[Idea] = ()
    nothing_left: str = ""


def plan(services: Services, asked: Asked) -> Planned:
    """New ideas for a baseline: the model's, and in the first round those of the catalogue."""
    spots = [Hotspot(**spot) for spot in services.folder.get_json(asked.hotspots)]
    needed = 1 - 1 / services.settings.min_speedup
    worth = [spot for spot in spots if spot.cumulative_share >= needed]
    if spots and not worth:
        most = max(spot.cumulative_share for spot in spots)
        return Planned(nothing_left=f"no function holds more than {most:.1%} of the time: too little is left to gain")
    known = {entry.idea for entry in asked.tried}
    ideas: list[Idea] = []
    if services.settings.uses_model:
        ideas += [idea for idea in _models(services, asked, worth) if idea.id not in known]
    if asked.round > 0:
        return Planned(ideas)
    rewrites = [idea for idea in _catalogues(services, asked.head, worth) if idea.id not in known]
    kept, ruled_out = ranked(services, asked.head, rewrites)
    return Planned([*ideas, *kept], ruled_out)


def _catalogues(services: Services, head: str, spots: Sequence[Hotspot]) -> list[Idea]:
    tree = services.lab.tree(head)
    ideas = []
    for spot in spots[:CATALOGUE_HOTSPOTS]:
        edits = edits_for(tree, spot.path, "" if spot.qualname == "<module>" else spot.qualname)
        if not edits:
            continue
        rules = sorted({rule for edit in edits for rule in edit.rules})
        # The id holds what would be done, so that the same rewrites of the same function are not tried twice.
        digest = services.folder.put("\n".join(sorted(edit.source for edit in edits)))
        ideas.append(
            Idea(
                id=f"catalogue-{spot.path}:{spot.qualname}-{digest[:12]}",
                title=f"{', '.join(rules)} in {spot.qualname}",
                path=spot.path,
                qualname=spot.qualname,
                origin="catalogue",
                mechanism=rules[0],
                rationale="",
                expected_gain=spot.charged_share * PLAUSIBLE_SHARE,
                share=spot.cumulative_share,
                targets=spot.benchmarks[:MOST_TARGETS],
            )
        )
    return sorted(ideas, key=lambda idea: -idea.expected_gain)


def _models(services: Services, asked: Asked, spots: Sequence[Hotspot]) -> list[Idea]:
    from perfagent.agent.ideas import model as model_work

    nothing = f"no-ideas-{asked.head[:16]}"
    if services.folder.found(nothing):
        return []  # it was asked at this baseline and said that nothing is worth trying
    try:
        drafts = model_work.ideas(services, asked, spots)
        if not drafts:
            services.folder.step(nothing, lambda: True)
    except ModelFormatError as error:
        services.progress.warn(f"the model's plan could not be read ({error.message}): the hotspots stand in as ideas")
        drafts = model_work.ideas_from_hotspots(asked, spots)
    except ModelError as error:
        if not services.model_has_answered:
            raise
        services.progress.warn(f"the model cannot be reached any more ({error.message}): going on without it")
        drafts = []
    return sorted(drafts, key=lambda idea: -idea.expected_gain)
