"""A run on the words repository, prepared by hand: everything is real but the model."""

from __future__ import annotations

import io
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.prepared import BenchmarkPlan, EnvironmentRecord, Prepared
from perfagent.agent.run_folder import RunFolder
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings
from perfagent.tools.equivalence import StableTests
from perfagent.tools.report import Noise, Progress
from perfagent.tools.repository import hold_tree, open_target
from perfagent.tools.sandbox import SandboxKind
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE

SPEC = "script:perf.py"
PERF = "from pkg.words import unique\n\ndef workload():\n    return unique([str(n) for n in range(400)])\n"
TEST = "from pkg.words import unique\n\ndef test_words():\n    assert unique('aba') == ['a', 'b']\n"


class Run(NamedTuple):
    """A run, its baseline's tree, and an edited one under git."""

    services: Services
    parent: Path
    tree: Path


@pytest.fixture
def make_run(tmp_path: Path, words_repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Run]]:
    """Makes a run in a kind of sandbox; made again in the same test it is the same run, resumed."""
    (words_repository / "perf.py").write_text(PERF)
    (words_repository / "pkg/__init__.py").touch()
    (words_repository / "tests/test_words.py").write_text(TEST)
    for command in ("add -A", "-c user.name=t -c user.email=t@example.org commit -qm perf"):
        subprocess.run(["git", "-C", words_repository, *command.split()], check=True)
    monkeypatch.setenv("PERFAGENT_HOME", str(tmp_path / "home"))

    folders: list[RunFolder] = []
    id_ = f"run-{uuid.uuid4().hex[:8]}"  # what reaps it must not reap those of another session of the tests

    def make(kind: SandboxKind = "local", **settings: Any) -> Run:
        folder = RunFolder(tmp_path / id_)
        folders.append(folder)
        services = Services(
            Settings(seed=1, **settings), folder, Progress(stream=io.StringIO()),
            open_target(str(words_repository), folder.path),
        )  # fmt: skip
        services.laboratory = Laboratory(services, prepared(kind, services.target.head))
        parent = services.lab.tree(services.target.head)
        tree = services.lab.writable_copy(parent, "edit")
        hold_tree(tree)
        return Run(services, parent, tree)

    yield make
    for folder in folders:
        folder.close()


def prepared(kind: SandboxKind, base: str) -> Prepared:
    in_docker = kind == "docker"
    where = EnvironmentRecord(
        kind=kind,
        image=BASE_IMAGE if in_docker else "",
        prefix=None if in_docker else sys.prefix,
        python="/usr/bin/python3" if in_docker else sys.executable,
        version="3.11",
        key="tests",
        overlay=None,
        roots=(".",),
    )
    plan = BenchmarkPlan(id="perf", workload=SPEC, loops=5, metric="cpu", reason="", baseline_s=0.001)
    return Prepared(
        base=base,
        environment=where,
        sandbox_reason="",
        workloads=(SPEC,),
        source_roots=(".",),
        pytest_options=(),
        benchmarks=(plan,),
        tests=None if in_docker else StableTests(passing=("tests/test_words.py::test_words",), seconds=1.0),
        values="",
        steadiness="",
        noise=Noise(),
        core=None,
    )
