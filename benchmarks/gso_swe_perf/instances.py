"""What all instances have in common, whichever benchmark they are of."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, StringConstraints

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

    # They become parts of file, image and branch names and words of git's: a row must not be able to lead elsewhere.
    instance_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    repo: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-][\w.-]*/[A-Za-z0-9_-][\w.-]*$")]
    base_commit: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][\w./^~-]*$")]

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
