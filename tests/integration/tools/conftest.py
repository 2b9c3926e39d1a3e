"""The kinds of sandbox, for tests that run in each of them."""

from __future__ import annotations

import pytest

from perfagent.tools.sandbox import SandboxKind


@pytest.fixture(
    params=[
        "local",
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
        pytest.param("docker", marks=pytest.mark.docker),
    ]
)
def kind(request: pytest.FixtureRequest) -> SandboxKind:
    found: SandboxKind = request.param
    return found
