"""Docker, bubblewrap and plain processes behind one protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfagent.tools.sandbox.protocol import (
    Availability,
    Command,
    Completed,
    Environment,
    Fork,
    Limits,
    Mount,
    Sandbox,
    SandboxKind,
    Span,
    Usage,
)

if TYPE_CHECKING:
    from perfagent.tools.sandbox.removing import remove
    from perfagent.tools.sandbox.select import choose, open_sandbox, owner_inside, probe, reap

__all__ = [
    "Availability",
    "Command",
    "Completed",
    "Environment",
    "Fork",
    "Limits",
    "Mount",
    "Sandbox",
    "SandboxKind",
    "Span",
    "Usage",
    "choose",
    "open_sandbox",
    "owner_inside",
    "probe",
    "reap",
    "remove",
]

_HOMES = {
    "choose": "select",
    "open_sandbox": "select",
    "owner_inside": "select",
    "probe": "select",
    "reap": "select",
    "remove": "removing",
}


def __getattr__(name: str) -> object:
    """Load a function with its file when it is first asked for."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
