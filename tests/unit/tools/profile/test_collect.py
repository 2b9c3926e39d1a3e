"""Profiles of real bodies, ranked: from a script to its hotspots."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfagent.tools.errors import WorkloadError
from perfagent.tools.profile import collect, rank
from perfagent.tools.sandbox import Environment, Limits, Mount, Sandbox, open_sandbox
from perfagent.tools.workload import HARNESS, Request, Site, parse

LIBRARY = """
import json

def wasteful(n):
    return [json.dumps({"a": [index] * 20}) for index in range(n)]

def light(n):
    return n + 1

def entry(n):
    return light(n), wasteful(n)
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    here = Environment("local", "", Path(sys.prefix), sys.executable, "", "tests", "", cached=True)
    mounts = [Mount(path, str(path)) for path in (tmp_path, HARNESS)]
    with open_sandbox("local", mounts=mounts, environment=here, limits=Limits(), run_id="tests") as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path) -> Site:
    tree = tmp_path / "tree"
    (tree / "lib").mkdir(parents=True)
    (tree / "lib" / "__init__.py").write_text(LIBRARY)
    (tree / "bench.py").write_text("import lib\ndef workload():\n    return lib.entry(500)\n")
    return Site(str(tree), sys.executable, str(HARNESS), str(tmp_path))


def test_a_scripts_hotspot_is_found(sandbox: Sandbox, site: Site) -> None:
    raw = collect(sandbox, site, parse("script:bench.py"), Request(loops={"bench": 3}))
    first, second, *_ = rank(raw, Path(site.tree))
    assert {first.qualname, second.qualname} == {"wasteful", "entry"}
    wasteful = next(spot for spot in (first, second) if spot.qualname == "wasteful")
    assert (wasteful.path, wasteful.start, wasteful.end, wasteful.calls) == ("lib/__init__.py", 4, 5, 3)
    assert wasteful.charged_share > 0.9 > wasteful.self_share
    assert wasteful.callers == ("lib/__init__.py:entry",)


def test_the_workloads_own_file_is_no_hotspot(sandbox: Sandbox, site: Site) -> None:
    raw = collect(sandbox, site, parse("script:bench.py"), Request())
    assert "bench.py" not in {spot.path for spot in rank(raw, Path(site.tree))}


def test_a_workload_that_fails_has_no_profile(sandbox: Sandbox, site: Site) -> None:
    Path(site.tree, "bench.py").write_text("def workload():\n    raise OSError('no')\n")
    with pytest.raises(WorkloadError, match="cannot be profiled: OSError: no"):
        collect(sandbox, site, parse("script:bench.py"), Request())
