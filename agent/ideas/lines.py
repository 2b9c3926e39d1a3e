"""The way to the line profile, which is a part by itself."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from perfagent.agent.services import Services

_PART = "perfagent.agent.ideas.line_profile"


def line_profile(services: Services, tree: Path, path: str, qualname: str) -> str:
    """Lines of a function with their hits and shares of time; says so where line profiles are not offered."""
    if find_spec(_PART) is None:
        return "There are no line profiles here; call profile without a function."
    return str(import_module(_PART).line_table(services, tree, path, qualname))
