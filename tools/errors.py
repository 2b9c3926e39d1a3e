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
├── LimitExceeded         money, tokens, calls, time or disk are used up
└── ReviewPending         a patch waits for a person

Every error has a code, printed after its line as `[PA201]`, that stands for a situation and never changes its meaning:
`docs/errors/PA201.md` is its page, which `perfagent explain PA201` shows. A class's own code is for what has no page
more exact; a raise names that with `code=`. What the codes are is said by the pages alone; a test compares.
"""

from __future__ import annotations

import re
from typing import Literal

ForgeKind = Literal["auth", "forbidden", "missing", "conflict", "invalid", "rate", "unavailable"]

#: Interrupted by the user; no error is raised for it.
INTERRUPTED = "PA001"
#: The command line itself is wrong: no such flag, a missing argument.
WRONG_USAGE = "PA101"

#: Codes of edits by reason.
EDIT_CODES = {
    "malformed": "PA801",
    "does_not_apply": "PA802",
    "outside_tree": "PA803",
    "protected": "PA804",
    "not_found": "PA805",
    "ambiguous": "PA805",
    "found_in_other_file": "PA805",
    "no_such_file": "PA805",
    "already_applied": "PA806",
    "syntax": "PA808",
}
#: Codes of a model's failures by the gateway's word.
MODEL_CODES = {
    "context": "PA706",
    "policy": "PA705",
    "no_key": "PA701",
    "auth": "PA702",
    "quota": "PA703",
    "rate": "PA703",
    "unknown_model": "PA704",
    "request": "PA704",
    "timeout": "PA707",
    "unreachable": "PA707",
    "cut": "PA707",
    "server": "PA707",
    "no_tools": "PA700",
    "no_stream": "PA700",
    "no_effort": "PA700",
}
#: Codes of limits by kind.
LIMIT_CODES = {"cost": "PA010", "tokens": "PA010", "calls": "PA010", "time": "PA011", "disk": "PA012"}
#: Codes of what a forge says, by kind.
FORGE_CODES: dict[ForgeKind, str] = {
    "auth": "PA251",
    "forbidden": "PA252",
    "missing": "PA253",
    "conflict": "PA254",
    "invalid": "PA255",
    "rate": "PA256",
    "unavailable": "PA257",
}


class PerfagentError(Exception):
    """Something the user can understand and act upon.

    Args:
        message: one line that says what is wrong.
        remedy: one line that says what to do; may be empty.
        code: the situation's, when it is more exact than the class's.
    """

    exit_status = 1
    code = "PA000"

    def __init__(self, message: str, remedy: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code or self.code

    def __str__(self) -> str:
        return f"{self.message}: {self.remedy}" if self.remedy else self.message


class UsageError(PerfagentError):
    """Wrong usage: an unknown flag, workload kind or setting."""

    exit_status = 2
    code = "PA102"


class RepositoryError(PerfagentError):
    """The target is no repository, is dirty, or lacks the commit."""

    code = "PA200"


class BuildError(PerfagentError):
    """The target's environment, or the target itself, does not build."""

    code = "PA300"


class WorkloadError(PerfagentError):
    """No workload was found, or it does not run at the baseline."""

    code = "PA400"


class DataError(PerfagentError):
    """Rows of a data set, predictions or published results cannot be read or are not as they should be."""

    code = "PA900"


class EditError(PerfagentError):
    """An edit that cannot be applied.

    Args:
        reason: `not_found`, `ambiguous`, `already_applied`, `found_in_other_file`, `malformed`, `no_such_file`,
            `outside_tree`, `protected`, `does_not_apply` or `syntax`.
    """

    def __init__(self, reason: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy, code=EDIT_CODES[reason])
        self.reason = reason


class MeasurementError(PerfagentError):
    """The baseline fails while measured, or its noise makes judging impossible."""

    code = "PA500"


class SandboxError(PerfagentError):
    """The sandbox broke; says nothing about the code that ran in it."""

    code = "PA600"


class SandboxUnavailable(SandboxError):
    """The engine, the program or the image is missing."""

    code = "PA601"


class ModelError(PerfagentError):
    """The model cannot be reached or refuses the request.

    Args:
        reason: the gateway's word for it, such as `rate`, `auth` or `policy`; empty when it is none of the gateway's.
    """

    code = "PA700"

    def __init__(self, message: str, remedy: str = "", reason: str = "", *, code: str = "") -> None:
        super().__init__(message, remedy, code=code or MODEL_CODES.get(reason, ""))
        self.reason = reason


class ModelContextExceeded(ModelError):
    """The request is longer than the model's context."""

    code = "PA706"


class ModelNoTools(ModelError):
    """The endpoint refuses requests with tools; the same request without them may be answered."""


class ModelFormatError(ModelError):
    """The model's answer does not have the form that was asked for."""

    code = "PA710"


class ForgeError(PerfagentError):
    """A forge refuses or cannot be reached.

    What is quoted of its words is shown on one line, without control characters and without credentials in addresses.

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
        super().__init__(_quotable(message), _quotable(remedy), code=FORGE_CODES[kind])
        self.kind = kind
        self.status = status
        self.wait_s = wait_s


def _quotable(text: str) -> str:
    """Words of others that may be shown on a terminal and kept in a log."""
    open_words = re.sub(r"(https?://)[^/\s@]+@", r"\1", text)
    return "".join(letter if letter.isprintable() else " " for letter in open_words)


class LimitExceeded(PerfagentError):
    """A limit is used up.

    Args:
        kind: `cost`, `tokens`, `calls`, `time` or `disk`.
        used: what has been used, in the kind's unit (USD, tokens, calls, seconds, bytes).
        limit: what was allowed, in the same unit.
    """

    def __init__(self, kind: str, used: float, limit: float) -> None:
        super().__init__(f"the limit on {kind} is reached ({used:g} of {limit:g})", code=LIMIT_CODES[kind])
        self.kind = kind
        self.used = used
        self.limit = limit


class ReviewPending(PerfagentError):
    """An accepted patch waits for a person's decision; the run can be resumed with it."""

    exit_status = 130
    code = "PA002"
