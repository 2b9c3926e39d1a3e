"""SWE-Perf's run reports, one folder an instance, scored as its check_evaluation.py does.

Each folder holds `report.json` (test id -> `base` and `human`, the patched code's, -> run -> outcome and duration), or
the pytest-json-report files it is made of: `report_base/report<k>.json` and `report/report<k>.json`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from perfagent.benchmarks.gso_swe_perf.metrics.opt_at_k import natural_order
from perfagent.benchmarks.gso_swe_perf.metrics.swe_perf import SwePerfFigures, expert_figures, figures
from perfagent.benchmarks.gso_swe_perf.records import SwePerfTimings, TestTime
from perfagent.benchmarks.gso_swe_perf.rescoring.reading import Disagreement, fault, read_json
from perfagent.tools.errors import UsageError

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.datasets import SwePerfInstance

#: Written when a prediction was run at all; without it the harness counts the instance as without prediction.
LOG = "run_instance.log"

Runs = tuple[dict[str, TestTime], ...]


class _Repeat(BaseModel):
    outcome: str
    duration: float


class _Phases(BaseModel):
    model_config = ConfigDict(extra="ignore")

    base: dict[str, _Repeat] = Field(default_factory=dict)
    human: dict[str, _Repeat] = Field(default_factory=dict)


class _Call(BaseModel):
    model_config = ConfigDict(extra="ignore")

    duration: float


class _Test(BaseModel):
    model_config = ConfigDict(extra="ignore")

    nodeid: str
    outcome: str
    call: _Call | None = None


class _PytestReport(BaseModel):
    model_config = ConfigDict(extra="ignore")

    tests: list[_Test]


_JOINED = TypeAdapter(dict[str, _Phases])


@dataclass(frozen=True, slots=True)
class Task:
    """What the score needs of an instance; `human` is None when its row was not given."""

    instance_id: str
    tests: tuple[str, ...]
    human: float | None


@dataclass(frozen=True)
class Rescored:
    """One folder of runs with everything computed anew; `file` as the caller named it."""

    file: str
    tasks: tuple[Task, ...]
    predicted: frozenset[str]
    found: Mapping[str, SwePerfFigures]

    @cached_property
    def passed(self) -> list[str]:
        """Instances whose efficiency tests all passed in every run."""
        return [name for name, each in self.found.items() if each.savings]

    def _share(self, amount: float) -> float:
        return amount / len(self.tasks)

    def as_json(self) -> dict[str, Any]:
        """For `rescore --json`: shares in 0..1 under the names of check_evaluation.py."""
        human = {task.instance_id: task.human for task in self.tasks if task.human is not None}
        return {
            "file": self.file,
            "apply": self._share(len(self.found)),
            "correctness": self._share(len(self.passed)),
            "performance": self._share(sum(self.found[name].performance for name in self.passed)),
            "human_performance": self._share(sum(human[n] for n in self.passed if n in human)) if human else None,
            "human_total_performance": self._share(sum(human.values())) if human else None,
            "total": len(self.tasks),
            "with_prediction": len(self.predicted),
            "with_run": len(self.found),
            "success": len(self.passed),
            "instances": {
                name: {"performance": each.performance, "savings": each.savings, "failed": list(each.failed)}
                for name, each in self.found.items()
            },
            "disagreements": [each.model_dump() for each in self.disagreements()],
        }

    def disagreements(self) -> list[Disagreement]:
        """A folder of runs states no aggregates: there is nothing to disagree with."""
        return []


def rescore(file: str, instances: Sequence[SwePerfInstance] = ()) -> Rescored:
    """Score a folder of runs.

    Args:
        instances: the data set's rows. Without them every reported test counts as an efficiency test, the folders
            are all instances there are, and nothing is said of the expert.

    Raises:
        UsageError: there is no such folder, or a report in it is none.
    """
    root = Path(file)
    if not root.is_dir():
        raise UsageError(f"{file} is no folder of SWE-Perf run reports", "give <log root>/<run>/<model>", code="PA906")
    timings = {}
    folders = sorted((each for each in root.iterdir() if each.is_dir()), key=lambda each: each.name)
    for folder in folders:
        found = read_run(folder)
        if found is not None:
            timings[folder.name] = found
    if not timings and not any((folder / LOG).exists() for folder in folders):
        raise UsageError(f"{file} holds no SWE-Perf run reports", "no folder in it has a report.json", code="PA906")
    tasks = tuple(_task(each) for each in instances) or tuple(_reported(folder.name, timings) for folder in folders)
    known = {task.instance_id: task for task in tasks}
    return Rescored(
        file,
        tasks,
        frozenset(folder.name for folder in folders if folder.name in known),
        {name: figures(times, known[name].tests) for name, times in timings.items() if name in known},
    )


def _task(instance: SwePerfInstance) -> Task:
    tests = instance.efficiency_test
    expert = expert_figures(instance.duration_changes, tests)
    return Task(instance.instance_id, tests, expert.performance if expert else None)


def _reported(name: str, timings: Mapping[str, SwePerfTimings]) -> Task:
    if name not in timings:
        return Task(name, (), None)
    runs = (*timings[name].base, *timings[name].patch)
    return Task(name, tuple(dict.fromkeys(test for run in runs for test in run)), None)


def read_run(folder: Path) -> SwePerfTimings | None:
    """One instance's runs; None when the harness would find no report, and count the patch as not applied.

    Raises:
        UsageError: a report is there and is none.
    """
    joined = folder / "report.json"
    if joined.is_file():
        return _of_joined(joined)
    base, patch = _of_parts(folder / "report_base"), _of_parts(folder / "report")
    if not base or patch is None or len(patch) < len(base):
        return None  # a missing file aborts the instance there
    return SwePerfTimings(base=base, patch=patch)


def _of_joined(path: Path) -> SwePerfTimings:
    try:
        report = _JOINED.validate_python(read_json(path))
    except ValidationError as error:
        raise UsageError(f"{path} is no SWE-Perf run report", fault(error), code="PA906") from None

    def runs(phase: str) -> Runs:
        by_run: dict[str, dict[str, TestTime]] = {}
        for test, phases in report.items():
            for repeat, told in getattr(phases, phase).items():
                by_run.setdefault(repeat, {})[test] = TestTime(outcome=told.outcome, seconds=told.duration)
        return tuple(by_run[repeat] for repeat in sorted(by_run, key=natural_order))

    return SwePerfTimings(base=runs("base"), patch=runs("human"))


def _of_parts(folder: Path) -> Runs | None:
    """Each pytest run; None when one has a test that was never called, over which the harness stumbles."""
    runs = []
    for path in sorted(folder.glob("report*.json"), key=lambda each: natural_order(each.name)):
        try:
            tests = _PytestReport.model_validate(read_json(path)).tests
        except ValidationError as error:
            raise UsageError(f"{path} is no report of pytest-json-report", fault(error), code="PA906") from None
        run = {}
        for test in tests:
            if test.call is None:
                return None
            run[test.nodeid] = TestTime(outcome=test.outcome, seconds=test.call.duration)
        runs.append(run)
    return tuple(runs)
