"""From a finished run to its pull requests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from perfagent.agent.publishing.clone import Clone
from perfagent.agent.publishing.identity import changed_names, diff_key, idea_key
from perfagent.agent.publishing.ledger import Ledger
from perfagent.agent.publishing.proving import Prover
from perfagent.agent.publishing.publisher import Publisher
from perfagent.agent.publishing.records import Offer, Published, Wishes
from perfagent.agent.report_sources import sources
from perfagent.agent.run_folder import RunFolder
from perfagent.tools.errors import UsageError
from perfagent.tools.forge import DryRun, Forge
from perfagent.tools.report import Result
from perfagent.tools.repository import Target


def publish(folder: Path, forge: Forge, wishes: Wishes) -> tuple[Published, ...]:
    """Propose the patches of a finished run, each by a pull request of its own on the base branch alone.

    What was sent before is not sent again, whatever ended the session that sent it. With a DryRun everything but the
    sending happens: patches are verified, commits are made, and a session without it goes on from there.

    Args:
        folder: the run's.
        forge: where to.
        wishes: which patches, and how.

    Returns:
        What became of each patch; empty when the run has none.

    Raises:
        ForgeError: the forge refuses or cannot be reached; what was done until then stays.
        UsageError: the run has no patch of a name.
        PerfagentError: it is no finished run, another process works in it, or a patch could not be measured.
    """
    result = finished(folder)
    asked = json.loads((folder / "run.json").read_text("utf-8"))
    root = Path(result.repository)
    run = RunFolder(folder)
    try:
        run.claim()
        target = Target(result.repository, root if root.is_dir() else None, run.path / "repo.git", result.head)
        clone = Clone(target, forge)
        offers = tuple(_offers(clone, result))
        chosen = _chosen(offers, wishes.patches)
        ledger = Ledger(run.path / "pull" / "ledger.jsonl", keep=not isinstance(forge, DryRun))
        if not chosen:
            return ()
        prover = Prover(run.path, result, asked, clone, offers)
        return Publisher(forge, clone, prover, ledger, wishes).publish(chosen)
    finally:
        run.close()


def finished(folder: Path) -> Result:
    """The result of a run that ended.

    Raises:
        PerfagentError: it has not, or is no run.
    """
    result = sources(folder).result
    if result.command != "run":
        raise UsageError(
            f"{folder.name} is a {result.command}, which has no patches of its own", "name a run", code="PA007"
        )
    return result


def _offers(clone: Clone, result: Result) -> list[Offer]:
    offers = []
    for patch in result.patches:
        parent = clone.parent(patch.commit)
        names = changed_names(patch.diff, partial(clone.text, parent))
        keys = (diff_key(clone.git, patch.diff), idea_key(patch, names))
        offers.append(Offer(patch, *keys, parent=parent, names=names, run_id=result.run_id))
    return offers


def _chosen(offers: Sequence[Offer], wanted: Sequence[str]) -> list[Offer]:
    """The patches with these ids, all without any; `1` names 001 too.

    Raises:
        UsageError: there is no such patch.
    """
    there = {offer.patch.id: offer for offer in offers}
    ids = [name.zfill(3) for name in wanted]
    if unknown := [name for name, full in zip(wanted, ids, strict=True) if full not in there]:
        known = ", ".join(there) or "none"
        raise UsageError(f"the run has no patch {unknown[0]!r}", f"it has {known}")
    return [there[name] for name in dict.fromkeys(ids)] if ids else list(offers)
