"""Names of workloads."""

from __future__ import annotations

import pytest

from perfagent.tools.errors import UsageError
from perfagent.tools.workload import KINDS, Workload, parse


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_round_trips(kind: str) -> None:
    assert parse(f"{kind}:a::b[c:d]").spec == f"{kind}:a::b[c:d]"


def test_the_target_keeps_everything_after_the_first_colon() -> None:
    assert parse("command: python -c 'x:y'") == Workload("command", "python -c 'x:y'")


@pytest.mark.parametrize("spec", ["bench.py", "unittest:x", "", ":x"])
def test_an_unknown_kind_lists_the_known_ones(spec: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(spec)
    assert all(f"{kind}:" in str(error.value) for kind in KINDS)


def test_a_kind_without_target_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="names nothing"):
        parse("script:  ")
