"""Where the target's code runs: its Python, its dependencies and itself, built once and found again by content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.tools.environment.locks import LOCK_FILES
from perfagent.tools.environment.reading import NATIVE_SOURCES

if TYPE_CHECKING:
    from perfagent.tools.environment.base_image import build_base_image
    from perfagent.tools.environment.build import build_environment
    from perfagent.tools.environment.interpreters import find as find_python
    from perfagent.tools.environment.manifest import Manifest, read_manifest
    from perfagent.tools.environment.needs import pytest_settings
    from perfagent.tools.environment.own_image import of_repository

NATIVE_BUILD = Path(__file__).with_name("native.py")
"""The file that builds compiled parts inside, for `Environment.native`."""

__all__ = [
    "LOCK_FILES",
    "NATIVE_BUILD",
    "NATIVE_SOURCES",
    "Manifest",
    "build_base_image",
    "build_environment",
    "find_python",
    "of_repository",
    "pytest_settings",
    "read_manifest",
]

_HOMES = {
    "Manifest": "manifest.Manifest",
    "build_base_image": "base_image.build_base_image",
    "build_environment": "build.build_environment",
    "find_python": "interpreters.find",
    "of_repository": "own_image.of_repository",
    "pytest_settings": "needs.pytest_settings",
    "read_manifest": "manifest.read_manifest",
}


def __getattr__(name: str) -> object:
    """Load a function with its file when it is first asked for."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    file, _, own = _HOMES[name].partition(".")
    return getattr(import_module(f"{__name__}.{file}"), own)
