"""Where the target's code runs: its Python, its dependencies and itself, built once and found again by content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.tools.environment.reading import NATIVE_SOURCES

if TYPE_CHECKING:
    from perfagent.tools.environment.base_image import build_base_image
    from perfagent.tools.environment.build import build_environment
    from perfagent.tools.environment.own_image import of_repository

NATIVE_BUILD = Path(__file__).with_name("native.py")
"""The file that builds compiled parts inside, for `Environment.native`."""

__all__ = ["NATIVE_BUILD", "NATIVE_SOURCES", "build_base_image", "build_environment", "of_repository"]

_HOMES = {"build_base_image": "base_image", "build_environment": "build", "of_repository": "own_image"}


def __getattr__(name: str) -> object:
    """Load a function with its file when it is first asked for."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
