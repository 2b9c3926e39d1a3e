"""What a workload is called: `kind:target`, as on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from perfagent.tools.errors import UsageError

Kind = Literal["pytest-benchmark", "script", "pytest", "command"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True, order=True)
class Workload:
    """Something that can be timed.

    Attributes:
        kind: how to run it.
        target: a path with an optional `::TEST` (pytest-benchmark, pytest), a file (script; relative to the
            tree, or a host path that the sandbox mounts), or a shell command (command).
    """

    kind: Kind
    target: str

    @property
    def spec(self) -> str:
        """The text that `parse` reads."""
        return f"{self.kind}:{self.target}"


def parse(spec: str) -> Workload:
    """Read `kind:target`.

    Raises:
        UsageError: the kind is unknown or the target is missing.
    """
    name, _, target = spec.partition(":")
    for kind in KINDS:
        if name == kind and target.strip():
            return Workload(kind, target.strip())
    forms = "pytest-benchmark:PATH[::TEST], script:FILE, pytest:NODE or command:CMD"
    problem = "names nothing to run" if name in KINDS else "has no known kind"
    raise UsageError(f"the workload {spec!r} {problem}", f"a workload is {forms}", code="PA108")
