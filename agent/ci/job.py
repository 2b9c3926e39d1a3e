"""How a step of a CI job speaks: its log, its summary, its outputs. Elsewhere than on GitHub only the log is there."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from perfagent.tools.errors import PerfagentError

#: GitHub refuses a step's summary above 1 MiB.
LONGEST_SUMMARY = 2**20 - 1024

#: What a workflow command would take for its end or for its next property.
_ESCAPED = {"%": "%25", "\r": "%0D", "\n": "%0A"}


class Job:
    """The files and the log of one step.

    Whatever other code prints is kept from being read as workflow commands (`muted`), and no value can end the field
    it stands in.

    Args:
        environ: the step's environment variables.
        say: writes one line to the log, at once.
    """

    def __init__(self, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._say = say
        self._on_github = environ.get("GITHUB_ACTIONS") == "true"
        self._outputs = _file(environ, "GITHUB_OUTPUT")
        self._summary = _file(environ, "GITHUB_STEP_SUMMARY")

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Nothing printed inside is a command to the runner, whatever it looks like."""
        if not self._on_github:
            yield
            return
        word = secrets.token_hex(16)
        self._say(f"::stop-commands::{word}")
        try:
            yield
        except PerfagentError:
            self._say(f"::{word}::")
            raise
        # A fault's traceback comes behind this and may quote anything: it stays muted.
        self._say(f"::{word}::")

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Errors inside are also shown where the reader of the job looks."""
        try:
            yield
        except PerfagentError as error:
            self.remark("error", str(error))
            raise

    def output(self, name: str, value: object) -> None:
        """Set an output of the step, for later steps to read."""
        if self._outputs is None:
            return
        # A value that could know the delimiter could set other outputs.
        end = f"end-{secrets.token_hex(16)}"
        with self._outputs.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{name}<<{end}\n{value}\n{end}\n")

    def summary(self, markdown: str) -> None:
        """Add to the job's summary; what is longer than GitHub takes is cut off and said to be."""
        if self._summary is None:
            return
        data = markdown.encode("utf-8", "replace")
        if len(data) > LONGEST_SUMMARY:
            data = data[:LONGEST_SUMMARY].decode("utf-8", "ignore").encode() + b"\n\n(cut off: see the report)\n"
        with self._summary.open("ab") as file:
            file.write(data + b"\n")

    def remark(self, level: Literal["notice", "warning", "error"], text: str) -> None:
        """Say one thing that the reader of the job must see: an annotation on GitHub, a line elsewhere."""
        if self._on_github:
            for character, escape in _ESCAPED.items():
                text = text.replace(character, escape)
            self._say(f"::{level} title=perfagent::{text}")
        else:
            self._say(" ".join(text.split()))


def _file(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None
