"""What a patch is worth on the base branch as it is now: by the run itself, or verified anew.

The patches of a run stand on each other and on the commit the run began with. A pull request stands on the base branch
alone, so whatever differs is applied there and judged again by the same gate under the run's own settings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from perfagent.agent import driver
from perfagent.agent.publishing.clone import Clone
from perfagent.agent.publishing.commands import scripts
from perfagent.agent.publishing.records import Offer, Proof
from perfagent.agent.report_sources import sources
from perfagent.tools.errors import PerfagentError
from perfagent.tools.report import PatchReport, Result, Samples
from perfagent.tools.sandbox import remove

#: Settings of a run that a verification does not take over: those of the machine's present use, and of a search.
NOT_TAKEN = frozenset(
    {"core", "model", "planner_model", "critic_model", "fallback_model", "api_base", "reasoning_effort", "replay",
     "no_model", "review", "memory"}
)  # fmt: skip


class Unproved(PerfagentError):
    """A patch that cannot be proposed on a base.

    Args:
        waits: whether another patch has to go first.
        merged: whether the base has the change already.
    """

    def __init__(self, message: str, *, waits: bool = False, merged: bool = False) -> None:
        super().__init__(message)
        self.waits = waits
        self.merged = merged


class Prover:
    """Finds or makes the proofs of one run's patches.

    Args:
        folder: the run's.
        result: the run's.
        asked: its run.json.
        clone: of the repository.
        offers: all patches of the run in their order.
    """

    def __init__(
        self, folder: Path, result: Result, asked: Mapping[str, Any], clone: Clone, offers: Sequence[Offer]
    ) -> None:
        self.folder = folder
        self.result = result
        self.asked = asked
        self.clone = clone
        self.offers = tuple(offers)

    def prove(self, offer: Offer, base: str, branch: str) -> Proof:
        """The proof of one patch, by itself, on one commit.

        Args:
            base: full id of the commit.
            branch: what people call it.

        Raises:
            Unproved: it does not apply there, is there already, or is not faster there.
            PerfagentError: it could not be measured.
        """
        if offer.parent == base:
            return self._own(offer)
        diff = self.clone.transplanted(base, offer.patch.diff)
        if diff is None:
            raise self._misfit(offer, base, branch)
        result, folder = self._verified(offer, base, diff)
        if result.verdict != "faster":
            told = result.detail or result.verdict.replace("_", " ")
            first = self._earlier(offer)
            after = f" without {_named(first[-1])}, on which it was" if first else ""
            raise Unproved(f"is not proved faster on {branch} at {base[:12]}{after}: {told}", waits=bool(first))
        return Proof(base, diff, result, _samples(folder, "patch"), _date(folder), scripts(folder))

    def _own(self, offer: Offer) -> Proof:
        """What the run itself measured."""
        return Proof(
            base=offer.parent,
            diff=offer.patch.diff,
            result=alone(self.result, offer.patch, offer.parent),
            samples=_samples(self.folder, offer.patch.id),
            date=_date(self.folder),
            scripts=scripts(self.folder),
        )

    def _verified(self, offer: Offer, base: str, diff: str) -> tuple[Result, Path]:
        """What the gate says of a change on another commit, and where it is kept.

        It is asked once: asked until it says yes, it would accept anything in the end.
        """
        place = self.folder / "pull" / f"verify-{offer.patch.id}-{base[:12]}"
        if (place / "run.json").exists():
            return driver.resume(place), place
        remove(place)  # what a session left that was killed before there was anything to go on with
        place.parent.mkdir(exist_ok=True)
        flags = {name: _given(value) for name, value in self.asked["settings"].items() if name not in NOT_TAKEN}
        with self.clone.standing_at(base, self.folder / "work") as url:
            return driver.verify(url, diff, {**flags, "no_model": True, "memory": "off"}, place), place

    def _misfit(self, offer: Offer, base: str, branch: str) -> Unproved:
        """Why a change does not apply to a commit."""
        if self.clone.contains(base, offer.patch.diff):
            return Unproved(f"is in {branch} already", merged=True)
        earlier = self._earlier(offer)
        alone_after = [o for o in earlier if self.clone.transplanted(base, o.patch.diff, offer.patch.diff) is not None]
        if alone_after:
            return Unproved(f"applies only after {_named(alone_after[-1])}", waits=True)
        if earlier and self.clone.transplanted(base, *(o.patch.diff for o in (*earlier, offer))) is not None:
            told = ", ".join(o.patch.id for o in earlier)
            return Unproved(f"applies only after patches {told} together", waits=True)
        return Unproved(f"does not apply to {branch} at {base[:12]} any more")

    def _earlier(self, offer: Offer) -> list[Offer]:
        """The patches of the run below this one."""
        return list(self.offers[: self.offers.index(offer)])


def alone(result: Result, patch: PatchReport, parent: str) -> Result:
    """A run's result as if this patch were all that it had done."""
    only = len(result.patches) == 1
    return result.model_copy(
        update={
            "verdict": "faster",
            "speedup": patch.speedup,
            "interval": patch.interval,
            "metric": patch.metric,
            "pairs": patch.pairs,
            "benchmarks": patch.benchmarks,
            "tests": patch.tests or result.tests,
            "checks": patch.checks or result.checks,
            "growth": result.growth if only else (),
            "overall": result.overall if only else None,
            "baseline": parent,
            "head": patch.commit,
            "patches": (patch,),
        }
    )


def _named(offer: Offer) -> str:
    return f"patch {offer.patch.id} ({offer.patch.idea})"


def _given(value: object) -> object:
    """A setting as a flag has it; run.json knows no tuples."""
    return tuple(value) if isinstance(value, list) else value


def _date(folder: Path) -> str:
    """When a run began, as commits have it."""
    started = json.loads((folder / "run.json").read_text("utf-8"))["started"]
    return datetime.fromtimestamp(int(started), UTC).isoformat()


def _samples(folder: Path, subject: str) -> Samples | None:
    """The pairs behind one verdict; None where none were kept."""
    samples = sources(folder).samples
    if samples is None:
        return None
    return samples.model_copy(update={"judged": tuple(one for one in samples.judged if one.subject == subject)})
