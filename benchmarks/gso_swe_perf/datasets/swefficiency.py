"""SWE-fficiency's rows (data set `swefficiency/swefficiency`; the columns are those of its `SWEfficiencyInstance`)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from perfagent.benchmarks.gso_swe_perf.datasets.fields import (
    Date,
    OwnColumns,
    Revision,
    Texts,
    renamed,
    without_nulls,
)
from perfagent.benchmarks.gso_swe_perf.datasets.swe_perf import ACTIVATE
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Recipe

#: SWE-fficiency harness: where its images are published, one tag an instance.
IMAGES = "ghcr.io/swefficiency/swefficiency-images"


class SwefficiencyInstance(Instance, OwnColumns):
    """One task of SWE-fficiency.

    Attributes:
        gold_commit: the commit with the expert's change; the published rows have only its diff.
        patch, test_patch: the expert's diff without, and with only, test files.
        workload: a script that times a `workload()` and prints `Mean:` and `Std Dev:`, in seconds.
        pass_to_pass: ids of tests that must still pass.
        covering_tests: test files whose coverage meets the expert's diff, absolute in the container.
        single_thread_tests: test files that must run alone.
        test_cmd, rebuild_cmd: how to test and how to install again after a patch.
        speedup: the expert's, before / after; 0 when it was not published.
        published_before: seconds of the workload at the base, of no published row; 0 when unknown.
    """

    benchmark: ClassVar[Benchmark] = "swefficiency"

    gold_commit: Revision = ""
    patch: str = ""
    test_patch: str = ""
    problem_statement: str = ""
    hints_text: str = ""
    created_at: Date = ""
    version: Annotated[str, Field(coerce_numbers_to_str=True)] = ""
    environment_setup_commit: str = ""
    pass_to_pass: Texts = ()
    fail_to_pass: Texts = ()
    workload: Annotated[str, Field(min_length=1)]
    speedup: float = 0.0
    published_before: float = 0.0
    covering_tests: Texts = ()
    single_thread_tests: Texts = ()
    test_cmd: str = ""
    rebuild_cmd: str = ""
    image_name: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, row: Any) -> Any:
        published = {"pass_to_pass": "PASS_TO_PASS", "fail_to_pass": "FAIL_TO_PASS"}
        return renamed(without_nulls(row), pip="pip_deps", covering_tests="test_files", **published)

    @property
    def expert_commit(self) -> str:
        """The commit with the expert's change."""
        return self.gold_commit

    @property
    def expert_patch(self) -> str:
        """The expert's diff without test files."""
        return self.patch

    @property
    def recipe(self) -> Recipe:
        """The published image, unless the row brings an environment of its own and names no image."""
        install = (self.rebuild_cmd,) if self.rebuild_cmd else ()
        # Nothing installs the project: then it is imported from where it stands.
        pythonpath = self.pythonpath or ("." if self.brings_environment and not install else "")
        own = self.brings_environment and not self.image_name
        return Recipe(
            image="" if own else self.image_name or f"{IMAGES}:{self.instance_id}",
            activate="" if own else ACTIVATE,
            python=self.python or None,
            install=install,
            packages=self.pip,
            pythonpath=pythonpath,
        )
