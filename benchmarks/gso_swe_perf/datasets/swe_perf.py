"""SWE-Perf's rows (data set `SWE-Perf/SWE-Perf`)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from perfagent.benchmarks.gso_swe_perf.datasets.fields import (
    Date,
    Durations,
    Functions,
    OwnColumns,
    Revision,
    Texts,
    without_nulls,
)
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Recipe

#: SWE-Perf harness: the account whose images it pulls.
IMAGES = "betty1202"

#: SWE-bench's images, which these are: conda with one environment for the project.
ACTIVATE = "source /opt/miniconda3/bin/activate && conda activate testbed"

#: What most of the harness's install specs come to; the rows do not carry theirs.
INSTALL = ("python -m pip install -e .",)


class SwePerfInstance(Instance, OwnColumns):
    """One task of SWE-Perf.

    Attributes:
        head_commit: the commit with the expert's change; empty when it is unknown.
        patch, test_patch: the expert's diff without, and with only, test files.
        version: of the project; key of the harness's install specs.
        efficiency_test: pytest node ids that are timed, and that are the only check of correctness.
        patch_functions: functions that the expert changed (the oracle setting's targets); may be empty.
        test_functions: functions that the tests call (the realistic setting's targets).
        duration_changes: seconds that were published: one dict a run, test id -> base and head.
        human_performance: the expert's mean proven saving over the tests, 0 to 1.
    """

    benchmark: ClassVar[Benchmark] = "swe-perf"

    head_commit: Revision = ""
    patch: str
    test_patch: str = ""
    created_at: Date = ""
    version: Annotated[str, Field(coerce_numbers_to_str=True)] = ""
    duration_changes: Durations = ()
    efficiency_test: Annotated[Texts, Field(min_length=1)]
    patch_functions: Functions = Field(default_factory=dict)
    test_functions: Functions = Field(default_factory=dict)
    problem_statement_oracle: str = ""
    problem_statement_realistic: str = ""
    human_performance: float = 0.0
    test_cmd: str = ""

    _nulls = model_validator(mode="before")(without_nulls)

    @property
    def expert_commit(self) -> str:
        """The commit with the expert's change."""
        return self.head_commit

    @property
    def expert_patch(self) -> str:
        """The expert's diff without test files."""
        return self.patch

    @property
    def recipe(self) -> Recipe:
        """The published image, unless the row brings an environment of its own."""
        python = self.python or None
        if self.brings_environment:
            install = () if self.pythonpath else INSTALL
            return Recipe(python=python, packages=self.pip, install=install, pythonpath=self.pythonpath)
        name = self.instance_id.replace("__", "_s_").lower()
        return Recipe(image=f"{IMAGES}/sweb.eval.x86_64.{name}:latest", activate=ACTIVATE, install=INSTALL)
