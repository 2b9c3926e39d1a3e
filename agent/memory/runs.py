"""How a run uses the memory: reads examples once a baseline, writes what it got accepted at its end.

The memory is a help and never a condition: when it cannot be used, the run says so once and goes on.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from perfagent.agent.memory.changed import changed_function
from perfagent.agent.memory.lineage import Lineage, lineage_of
from perfagent.agent.memory.records import MOST_DIFF, MOST_RATIONALE, AcceptedEdit
from perfagent.agent.memory.store import EditStore
from perfagent.agent.memory.tokens import tokens_of
from perfagent.agent.run_folder import state_home
from perfagent.agent.services import Services
from perfagent.agent.state import Patch, Verdict
from perfagent.tools.errors import PerfagentError

_T = TypeVar("_T")


def memory_path() -> Path:
    """The file of accepted edits: beside the runs."""
    return state_home() / "memory.sqlite"


def recalled(services: Services, source: str, most: int) -> list[AcceptedEdit]:
    """The accepted edits whose old code is most like a function's source, within what the settings allow."""
    scope = services.settings.memory
    if scope == "off":
        return []

    def read() -> list[AcceptedEdit]:
        return EditStore(memory_path()).similar(dict(tokens_of(source)), _lineage(services), scope, most)

    return _safely(services, read, [])


def remember(
    services: Services,
    patches: Sequence[Patch],
    verdicts: Sequence[Verdict],
    mechanisms: Mapping[str, str] | None = None,
) -> None:
    """Keep a run's accepted patches, unless the settings say `off`; keeping them again changes nothing.

    Args:
        verdicts: of the patches, in their order; one without a speedup is left out.
        mechanisms: idea's title to its mechanism, where it is known.
    """
    if services.settings.memory == "off":
        return

    def write() -> None:
        store = EditStore(memory_path())
        lineage = _lineage(services)
        for patch, verdict in zip(patches, verdicts, strict=True):
            if verdict.speedup is not None:
                store.add(_edit(services, patch, verdict, lineage, (mechanisms or {}).get(patch.idea, "")))

    _safely(services, write, None)


def _safely(services: Services, action: Callable[[], _T], instead: _T) -> _T:
    """What the action gives; `instead`, and one warning a run, when the memory cannot be used."""
    try:
        return action()
    except (PerfagentError, OSError) as error:
        told = str(error)
        if services.folder.found("memory-warned") is None:
            services.progress.warn(f"going on without the memory of edits: {told}")
            services.folder.step("memory-warned", lambda: told)
        return instead


def _lineage(services: Services) -> Lineage:
    found = services.folder.step("lineage", lambda: _as_json(lineage_of(services.target)))
    return Lineage(found["origin"], tuple(found["roots"]))


def _as_json(lineage: Lineage) -> dict[str, object]:
    return {"origin": lineage.origin, "roots": list(lineage.roots)}


def _edit(services: Services, patch: Patch, verdict: Verdict, lineage: Lineage, mechanism: str) -> AcceptedEdit:
    assert verdict.speedup is not None
    diff = services.folder.get(patch.diff)
    changed = changed_function(diff, services.lab.tree(patch.parent))
    key = "\n".join([lineage.origin, *lineage.roots, diff])
    return AcceptedEdit(
        id=hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:8],
        made=time.time(),
        run=services.folder.id,
        project=Path(services.target.source.rstrip("/").removesuffix(".git")).name,
        lineage=lineage,
        base=patch.parent,
        path=changed.path,
        qualname=changed.qualname,
        title=_plain(patch.title),
        rationale=_plain(patch.rationale)[:MOST_RATIONALE],
        mechanism=mechanism,
        diff=_capped(_plain(diff)),
        speedup=verdict.speedup,
        interval=verdict.interval,
        metric=verdict.metric,
        python=services.lab.prepared.environment.version,
        tokens=dict(tokens_of(changed.source)),
    )


def _capped(diff: str) -> str:
    """The diff's beginning in whole lines."""
    if len(diff) <= MOST_DIFF:
        return diff
    return diff[:MOST_DIFF].rpartition("\n")[0] + "\n[cut]\n"


def _plain(text: str) -> str:
    """Text that SQLite takes: bytes that are no UTF-8 become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
