"""A run on the words repository as it stands after `prepare`, without a sandbox: real folder, clone and trees."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.prepared import BenchmarkPlan, EnvironmentRecord, Prepared
from perfagent.agent.run_folder import RunFolder
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings
from perfagent.tools.report import Noise, Progress
from perfagent.tools.repository import open_target

Open = Callable[..., Services]


def prepared(base: str, **changes: object) -> Prepared:
    """What `prepare` would have found of one benchmark of 10 ms."""
    environment = EnvironmentRecord(
        kind="local", image="", prefix=None, python="python3", version="3.11.7", key="", overlay=None, roots=()
    )
    plan = BenchmarkPlan(
        id="bench", workload="script:bench.py", loops=1, metric="cpu", reason="", baseline_s=0.01, noise=0.01
    )
    found = Prepared(
        base=base, environment=environment, sandbox_reason="", workloads=("script:bench.py",), source_roots=(".",),
        pytest_options=(), benchmarks=(plan,), tests=None, values="", steadiness="", noise=Noise(), core=None,
    )  # fmt: skip
    return found.model_copy(update=changes)


@pytest.fixture
def open_services(words_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a run; settings and fields of what was prepared may be given."""
    monkeypatch.setenv("PERFAGENT_HOME", str(tmp_path / "home"))
    with ExitStack() as stack:

        def open_one(name: str = "run", *, settings: Settings | None = None, **changes: object) -> Services:
            folder = stack.enter_context(closing(RunFolder(tmp_path / name)))
            target = open_target(str(words_repository), folder.path)
            progress = Progress(stream=io.StringIO())
            services = Services(settings or Settings(), folder, progress, target)
            services.laboratory = Laboratory(services, prepared(target.head, **changes))
            return services

        yield open_one
