"""Make the target ready: environment, baseline tests, workloads, values, loop counts, noise."""

from __future__ import annotations

from typing import Any

from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.prepared import Prepared
from perfagent.agent.lab.preparing import Preparation
from perfagent.agent.services import Services
from perfagent.agent.state import SCHEMA_VERSION, RunState


def prepare(state: RunState, services: Services) -> dict[str, Any]:
    """Everything that is done once, at the first baseline."""
    services.enter("prepare", state["base"][:12])
    preparation = Preparation(services, state["base"])
    prepared = Prepared(**services.folder.step("prepared", lambda: preparation.prepare().model_dump(mode="json")))
    services.laboratory = Laboratory(services, prepared)
    return {
        "schema_version": SCHEMA_VERSION,
        "head": state["base"],
        "prepared": services.folder.put_json(prepared.model_dump(mode="json")),
        "ideas": [],
        "begun": [],
        "planned": 0,
        "tried": [],
        "tasks": [],
        "edited": None,
        "waiting": [],
        "patches": [],
        "counts": {},
        "stop": "",
    }
