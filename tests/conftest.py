"""Shared by all tests: what a test needs of the machine is asked for by a marker, and found out by trying."""

from __future__ import annotations

import functools
import os

import pytest

from perfagent.tools.sandbox import Availability, SandboxKind, probe

ENGINES: tuple[SandboxKind, ...] = ("docker", "bubblewrap")


@functools.cache
def probed(kind: SandboxKind) -> Availability:
    return probe(kind)


def require(kind: SandboxKind) -> None:
    """Skip the test where the engine does not work; on CI that is a failure, not an excuse."""
    found = probed(kind)
    if not found.ok:
        reason = f"{kind}: {found.detail} ({found.remedy})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest) -> None:
    for kind in ENGINES:
        if request.node.get_closest_marker(kind):
            require(kind)
