"""Counting what a body executes: under one hash seed the count is exact, so it can be asserted."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfagent.tools.errors import WorkloadError
from perfagent.tools.profile import Counts, body_instructions, counter_version, native_seconds
from perfagent.tools.sandbox import Environment, Limits, Mount, Sandbox, open_sandbox
from perfagent.tools.workload import HARNESS, Request, Site, parse

BODY = """
KEPT = []
def setup():
    return list(range({setup}))
def workload(data):
    {kept}
    for _ in range({turns}):
        pass
    KEPT.append(1)
"""

needs_valgrind = pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    here = Environment("local", "", Path(sys.prefix), sys.executable, "", "tests", "", cached=True)
    mounts = [Mount(path, str(path)) for path in (tmp_path, HARNESS)]
    with open_sandbox("local", mounts=mounts, environment=here, limits=Limits(), run_id="tests") as opened:
        yield opened


@pytest.fixture
def count(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Counts]:
    """Instructions of a body of so many turns after a set-up of so many."""
    site = Site(str(tmp_path), sys.executable, str(HARNESS), str(tmp_path))

    def counted(turns: int, setup: int = 1, kept: str = "KEPT.clear()") -> Counts:
        (tmp_path / "x.py").write_text(BODY.format(turns=turns, setup=setup, kept=kept))
        arguments = (sandbox, site, parse("script:x.py"), Request(hash_seed=1))
        assert native_seconds(*arguments) > 0
        return body_instructions(*arguments)

    return counted


@needs_valgrind
def test_the_count_is_the_bodys_alone(count: Callable[..., Counts]) -> None:
    """Twice the turns are twice the instructions; ten thousand times the set-up moves the allocator's part only."""
    more, fewer = count(40_000, setup=10_000), count(20_000)
    assert more.later / fewer.later == pytest.approx(2, rel=0.05)
    assert more.first / fewer.first == pytest.approx(2, rel=0.05)


@needs_valgrind
def test_what_is_kept_shows_in_the_first_execution_alone(count: Callable[..., Counts]) -> None:
    seen = count(20_000, kept="if KEPT: return")
    assert seen.later < 0.02 * seen.first


@needs_valgrind
def test_a_script_that_fails_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    assert counter_version(sandbox).startswith("valgrind-")
    site = Site(str(tmp_path), sys.executable, str(HARNESS), str(tmp_path))
    with pytest.raises(WorkloadError, match="cannot be counted"):
        body_instructions(sandbox, site, parse("script:none.py"), Request())
