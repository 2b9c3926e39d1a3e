"""The tree of errors perfagent raises; the command line turns each into one line and an exit status.

PerfagentError
├── UsageError            wrong flags or names: exit status 2
├── RepositoryError       no repository, dirty tree, no such commit
├── BuildError            the environment, or the target in it, does not build
├── WorkloadError         no workload, it fails at the baseline, no such benchmark
├── DataError             rows of a data set, predictions or published results that are not as they should be
├── EditError             an edit block or a patch that cannot be applied, with a reason code
├── MeasurementError      the baseline fails or is too noisy to judge
├── SandboxError
│   └── SandboxUnavailable    the engine, the program or the image is missing; carries the remedy
├── ModelError            the model cannot be reached, or refuses
│   ├── ModelContextExceeded  the request is longer than the model's context
│   ├── ModelNoTools          the endpoint refuses requests with tools
│   └── ModelFormatError      an answer that does not have the form asked for
├── ForgeError            GitHub or GitLab refuses, cannot be reached, or a branch there has moved
└── LimitExceeded         money, tokens, calls, time or disk are used up
"""

from __future__ import annotations

from typing import Literal

ForgeKind = Literal["auth", "forbidden", "missing", "conflict", "invalid", "rate", "unavailable"]


class PerfagentError(Exception):
    """Something the user can understand and act upon.

    Args:
        message: one line that says what is wrong.
        remedy: one line that says what to do; may be empty.
    """

    exit_status = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}: {self.remedy}" if self.remedy else self.message


class UsageError(PerfagentError):
    """Wrong usage: an unknown flag, workload kind or setting."""

    exit_status = 2


class RepositoryError(PerfagentError):
    """The target is no repository, is dirty, or lacks the commit."""


class BuildError(PerfagentError):
    """The target's environment, or the target itself, does not build."""


class WorkloadError(PerfagentError):
    """No workload was found, or it does not run at the baseline."""


class DataError(PerfagentError):
    """Rows of a data set, predictions or published results cannot be read or are not as they should be."""


class EditError(PerfagentError):
    """An edit that cannot be applied.

    Args:
        reason: `not_found`, `ambiguous`, `already_applied`, `found_in_other_file`, `malformed`, `no_such_file`,
            `outside_tree`, `protected`, `does_not_apply` or `syntax`.
    """

    def __init__(self, reason: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.reason = reason


class MeasurementError(PerfagentError):
    """The baseline fails while measured, or its noise makes judging impossible."""


class SandboxError(PerfagentError):
    """The sandbox broke; says nothing about the code that ran in it."""


class SandboxUnavailable(SandboxError):
    """The engine, the program or the image is missing."""


class ModelError(PerfagentError):
    """The model cannot be reached or refuses the request.

    Args:
        reason: the gateway's word for it, such as `rate`, `auth` or `policy`; empty when it is none of the gateway's.
    """

    def __init__(self, message: str, remedy: str = "", reason: str = "") -> None:
        super().__init__(message, remedy)
        self.reason = reason


class ModelContextExceeded(ModelError):
    """The request is longer than the model's context."""


class ModelNoTools(ModelError):
    """The endpoint refuses requests with tools; the same request without them may be answered."""


class ModelFormatError(ModelError):
    """The model's answer does not have the form that was asked for."""


class ForgeError(PerfagentError):
    """A forge refuses or cannot be reached.

    Args:
        kind: `auth` (no token, or a wrong one), `forbidden` (the token may not), `missing` (not there, or hidden from
            the token), `conflict` (somebody else changed it), `invalid` (the forge's rules forbid it), `rate` (asked
            too often) or `unavailable` (no answer, or an answer that is none).
        status: of HTTP; 0 when there was none.
        wait_s: seconds after which asking again may help; None when it will not.
    """

    def __init__(
        self, kind: ForgeKind, message: str, remedy: str = "", *, status: int = 0, wait_s: float | None = None
    ) -> None:
        super().__init__(message, remedy)
        self.kind = kind
        self.status = status
        self.wait_s = wait_s


class LimitExceeded(PerfagentError):
    """A limit is used up.

    Args:
        kind: `cost`, `tokens`, `calls`, `time` or `disk`.
        used: what has been used, in the kind's unit (USD, tokens, calls, seconds, bytes).
        limit: what was allowed, in the same unit.
    """

    def __init__(self, kind: str, used: float, limit: float) -> None:
        super().__init__(f"the limit on {kind} is reached ({used:g} of {limit:g})")
        self.kind = kind
        self.used = used
        self.limit = limit


class ReviewPending(PerfagentError):
    """An accepted patch waits for a person's decision; the run can be resumed with it."""

    exit_status = 130
