"""The workload traced once: dear lines and calls of the hot functions, on a real process."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.prepared import BenchmarkPlan, EnvironmentRecord, Prepared
from perfagent.agent.run_folder import RunFolder
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings
from perfagent.agent.telling.tracing import LONGEST_TRACED_S, traced
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import Noise, Progress
from perfagent.tools.repository import open_target

BENCH = "from pkg.words import count\n\ndef workload():\n    return [count(['a', 'b', 'a'] * 40) for _ in range(30)]\n"


def spot(qualname: str, path: str = "pkg/words.py") -> Hotspot:
    shares = {"self_share": 0.5, "charged_share": 0.5, "cumulative_share": 0.5}
    return Hotspot.model_validate(shares | {"path": path, "qualname": qualname, "start": 1, "end": 6, "calls": 30})


@pytest.fixture
def services(words_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setenv("PERFAGENT_HOME", str(tmp_path / "home"))
    (words_repository / "bench.py").write_text(BENCH)
    for command in ("add -A", "-c user.name=t -c user.email=t@example.org commit -qm bench"):
        subprocess.run(["git", "-C", words_repository, *command.split()], check=True)
    with closing(RunFolder(tmp_path / "run")) as folder:
        (folder.path / "work").mkdir()
        target = open_target(str(words_repository), folder.path)
        services = Services(Settings(), folder, Progress(stream=io.StringIO()), target)
        services.laboratory = Laboratory(services, prepared(target.head))
        yield services


def prepared(base: str, seconds: float = 0.01) -> Prepared:
    environment = EnvironmentRecord(
        kind="local", image="", prefix=Path(sys.prefix).as_posix(), python=sys.executable,
        version="{}.{}.{}".format(*sys.version_info), key="", overlay=None, roots=(),
    )  # fmt: skip
    plan = BenchmarkPlan(id="bench", workload="script:bench.py", loops=1, metric="cpu", reason="", baseline_s=seconds)
    return Prepared(
        base=base, environment=environment, sandbox_reason="", workloads=("script:bench.py",), source_roots=(".",),
        pytest_options=(), benchmarks=(plan,), tests=None, values="", steadiness="", noise=Noise(), core=None,
    )  # fmt: skip


def test_lines_and_calls_are_told_once(services: Services) -> None:
    head = services.target.head
    tree = services.lab.tree(head)
    found = traced(services, head, tree, [spot("<module>"), spot("unique"), spot("gone"), spot("f", "x.c")])
    note = found["pkg/words.py:unique"]
    assert note.text.startswith("30 calls in one execution; ")
    assert "`words` holds 120 items" in note.text
    assert "| 3630 | " in note.lines
    assert "if word not in out:" in note.lines
    services.laboratory = None
    with pytest.raises(RuntimeError):
        traced(services, "another", tree, [spot("unique")])


def test_a_workload_that_fails_costs_the_facts_alone(services: Services) -> None:
    head = services.target.head
    tree = services.lab.tree(head)
    (tree / "bench.py").unlink()
    assert traced(services, head, tree, [spot("unique")]) == {}
    assert '"not_traced"' in (services.folder.path / "events.jsonl").read_text()


def test_a_workload_that_patches_made_short_enough_is_traced(services: Services) -> None:
    head = services.target.head
    services.lab.prepared = prepared(head, LONGEST_TRACED_S + 1)
    services.folder.step(f"seconds-{head[:16]}", lambda: {"bench": LONGEST_TRACED_S / 2})
    assert "pkg/words.py:unique" in traced(services, head, services.lab.tree(head), [spot("unique")])


def test_a_long_workload_is_not_traced(services: Services) -> None:
    services.lab.prepared = prepared(services.target.head, LONGEST_TRACED_S + 1)
    assert traced(services, services.target.head, Path("nowhere"), [spot("unique")]) == {}
    assert not list((services.folder.path / "steps").glob("traced-*"))
