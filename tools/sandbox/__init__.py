"""Docker, bubblewrap and plain processes behind one protocol, and the environments code runs in."""

from __future__ import annotations

from pathlib import Path
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
from perfagent.tools.sandbox.reading import NATIVE_SOURCES

if TYPE_CHECKING:
    from perfagent.tools.sandbox.base_image import build_base_image
    from perfagent.tools.sandbox.environment import build_environment
    from perfagent.tools.sandbox.select import choose, open_sandbox, probe, reap

NATIVE_BUILD = Path(__file__).with_name("native.py")
"""The file that builds compiled parts inside, for `Environment.native`."""

__all__ = [
    "NATIVE_BUILD",
    "NATIVE_SOURCES",
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
    "build_base_image",
    "build_environment",
    "choose",
    "open_sandbox",
    "probe",
    "reap",
]

_HOMES = {
    "build_base_image": "base_image",
    "build_environment": "environment",
    "choose": "select",
    "open_sandbox": "select",
    "probe": "select",
    "reap": "select",
}


def __getattr__(name: str) -> object:
    """Load a function with its file when it is first asked for."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
