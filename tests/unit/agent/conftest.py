"""A run on the words repository after `prepare`, without a sandbox; a model that answers from a list, and facts."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from perfagent.agent.dialogue import Facts, HotFunction, IdeaDraft, Target
from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.prepared import BenchmarkPlan, EnvironmentRecord, Prepared
from perfagent.agent.model import Reply, Request, ToolCall, Usage
from perfagent.agent.run_folder import RunFolder
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings
from perfagent.tools.profile.records import Hotspot
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


class ScriptedModel:
    """Gives its replies in order; a reply that is an exception is raised."""

    name = "scripted"

    def __init__(self, replies: Sequence[Reply | Exception]) -> None:
        self.replies = list(replies)
        self.requests: list[Request] = []
        self._lock = threading.Lock()

    def complete(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


@pytest.fixture
def scripted() -> Callable[..., ScriptedModel]:
    """Makes a model of texts, lists of (tool, JSON) pairs, replies or exceptions."""

    def make(*answers: str | list[tuple[str, str]] | Reply | Exception) -> ScriptedModel:
        return ScriptedModel([_reply(answer) for answer in answers])

    return make


def _reply(answer: str | list[tuple[str, str]] | Reply | Exception) -> Reply | Exception:
    usage = Usage(input_tokens=100, output_tokens=10)
    if isinstance(answer, str):
        return Reply(text=answer, usage=usage, cost_usd=0.01)
    if isinstance(answer, list):
        calls = tuple(ToolCall(id=f"c{i}", name=name, arguments=text) for i, (name, text) in enumerate(answer))
        return Reply(text="", tool_calls=calls, finish_reason="tool_calls", usage=usage, cost_usd=0.01)
    return answer


@pytest.fixture
def facts(words_repository: Path) -> Facts:
    """What a run would know of the words repository."""
    hotspot = Hotspot(
        path="pkg/words.py",
        qualname="unique",
        start=1,
        end=6,
        self_share=0.6,
        charged_share=0.7,
        cumulative_share=0.8,
        calls=3,
        callers=("pkg/words.py:count",),
    )
    source = (words_repository / "pkg/words.py").read_text().partition("\n\n")[0]
    return Facts(
        workload="unique() of 1 000 words",
        measured="CPU time in pairs.",
        min_speedup=1.03,
        hot=(HotFunction(hotspot=hotspot, source=source),),
        protected=("tests/**: the tests",),
        tests="pytest -q",
    )


@pytest.fixture
def idea() -> IdeaDraft:
    """The idea that makes `unique` fast."""
    return IdeaDraft(
        title="Keep words in a dict",
        target=Target(path="pkg/words.py", qualname="unique"),
        mechanism="data_structure",
        rationale="The list is searched for every word.",
        expected_gain_share=0.5,
        risk="low",
    )
