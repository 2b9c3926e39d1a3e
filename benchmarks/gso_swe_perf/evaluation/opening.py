"""From what a command was given to an evaluation's folder and what its jobs run on."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from perfagent.benchmarks.gso_swe_perf.evaluation.folder import EvaluationFolder, digest, open_evaluation
from perfagent.benchmarks.gso_swe_perf.evaluation.request import Generating, Images, Request
from perfagent.benchmarks.gso_swe_perf.executor import Executor, LocalExecutor, Work, chosen
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.records import EMPTY, GOLD, Benchmark
from perfagent.tools.errors import UsageError
from perfagent.tools.sandbox.docker_engine import connected


def asked_for(
    benchmark: Benchmark,
    dataset: str | None,
    wanted: Sequence[str],
    repositories: Sequence[str],
    images: Images,
    generating: Generating | None = None,
) -> tuple[Request, list[Instance]]:
    """The request, and the instances it chooses.

    Args:
        dataset: a file or a hub's id; the published data set when None.
        wanted: ids of instances, or beginnings of them; all when empty.
        repositories: folders or addresses of histories.

    Raises:
        UsageError: no instance begins so.
        DataError: the data set cannot be read.
    """
    from perfagent.benchmarks.gso_swe_perf.datasets import DEFAULT_SOURCES, load

    source = dataset or DEFAULT_SOURCES[benchmark]
    instances = _chosen(load(benchmark, source), wanted)
    request = Request(
        benchmark=benchmark,
        dataset=str(Path(source).resolve()) if Path(source).is_file() else source,
        digest=digest(instances),
        instances=tuple(each.instance_id for each in instances),
        repositories=tuple(str(Path(each).resolve()) if Path(each).is_dir() else each for each in repositories),
        images=images,
        generating=generating,
    )
    return request, instances


def _chosen(instances: list[Instance], wanted: Sequence[str]) -> list[Instance]:
    for name in wanted:
        if not any(each.instance_id.startswith(name) for each in instances):
            raise UsageError(f"no instance begins with {name!r}", "`perfagent eval ... list` names them", code="PA904")
    return [each for each in instances if not wanted or each.instance_id.startswith(tuple(wanted))]


def checked_flags(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The flags that were given, as every run will take them.

    Raises:
        UsageError: one is none, or out of range.
    """
    from perfagent.agent.settings import load_settings

    given = {name: value for name, value in flags.items() if value not in (None, False, ())}
    load_settings(given, {}, None)
    if "replay" in given and Path(given["replay"]).is_dir():
        given["replay"] = str(Path(given["replay"]).resolve())
    return given


def take_predictions(folder: EvaluationFolder, given: Sequence[str]) -> tuple[str, ...]:
    """The subjects that `--predictions` names; files are taken into the folder.

    Raises:
        UsageError: there is no such file, it names several models, or the folder holds others of that name.
        DataError: it cannot be read.
    """
    from perfagent.benchmarks.gso_swe_perf.datasets import read_predictions

    subjects = []
    for name in given:
        if name in (GOLD, EMPTY):
            subjects.append(name)
            continue
        found = read_predictions(Path(name), {each.instance_id for each in folder.instances()})
        models = sorted({each.model_name_or_path for each in found.values()})
        if len(models) != 1:
            told = f"holds predictions of {len(models)} models" if models else "holds no prediction"
            raise UsageError(f"{name} {told}", "give a file for each model", code="PA902")
        folder.take(models[0], list(found.values()))
        subjects.append(models[0])
    return tuple(dict.fromkeys(subjects))


@contextmanager
def open_executor(
    folder: Path, jobs: int | None, cluster: str | None, say: Callable[[str], None]
) -> Iterator[Executor]:
    """What jobs run on: this machine's cores, or a cluster's; SIGTERM ends it as Ctrl-C does.

    Args:
        jobs: at once, on this machine; as many as there are cores to measure on when None.
        cluster: address of a dask scheduler, or `local:N`.

    Raises:
        PerfagentError: there are no such cores, or no such cluster; no Docker engine runs here.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if jobs is not None and cluster is not None:
        raise UsageError("--jobs is for this machine, --cluster for others", "give one of them", code="PA103")
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        with closing(_executor(Work(folder), jobs, cluster, say)) as executor:
            yield executor
    except KeyboardInterrupt:
        say("interrupted; what is finished is kept: the same command again goes on")
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _executor(work: Work, jobs: int | None, cluster: str | None, say: Callable[[str], None]) -> Executor:
    if cluster is None:
        cores = chosen(jobs)
        # Once for all jobs: each of them would have it as its result.
        with connected():
            pass
        return LocalExecutor(work, cores, say, most=jobs)
    from perfagent.benchmarks.gso_swe_perf.executor.cluster import ClusterExecutor

    return ClusterExecutor(work, cluster, say)


__all__ = ["asked_for", "checked_flags", "open_evaluation", "open_executor", "take_predictions"]
