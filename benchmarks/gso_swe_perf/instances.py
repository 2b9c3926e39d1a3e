"""What all instances have in common, whichever benchmark they are of."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Recipe


class Instance(BaseModel):
    """One task of a benchmark: a row of its data set, validated.

    Attributes:
        repo: `owner/name`.
        base_commit: revision of the code to speed up: a hash, or a revision such as `<hash>^`.
    """

    # Data sets gain columns; those we do not know say nothing to us.
    model_config = ConfigDict(frozen=True, extra="ignore")
    benchmark: ClassVar[Benchmark]

    instance_id: str
    repo: str
    base_commit: str

    @property
    @abstractmethod
    def expert_commit(self) -> str:
        """The commit with the expert's change; empty when only its diff is known."""

    @property
    @abstractmethod
    def expert_patch(self) -> str:
        """The expert's diff without tests; empty when it has to be taken from the repository's history."""

    @property
    @abstractmethod
    def recipe(self) -> Recipe:
        """How the instance's environment is had."""
