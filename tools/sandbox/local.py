"""No container: the runner as a plain subprocess, which bounds and ends what it starts but hides nothing.

The code that runs can read and write whatever the user can, and reach the network: for trusted code only.
"""

from __future__ import annotations

from pathlib import Path

from perfagent.tools.sandbox.cgroup import Guard
from perfagent.tools.sandbox.process import ProcessSandbox
from perfagent.tools.sandbox.session import RUNNER


class LocalSandbox(ProcessSandbox):
    """Runs commands on the host with limits, a clean environment and nothing left behind."""

    kind = "local"

    def _places(self) -> list[tuple[Path, str]]:
        """Everything is where it is."""
        return [(source, str(source)) for source, _ in super()._places()]

    def _argv(self, scratch: Path, guard: Guard) -> list[str]:
        """See ProcessSandbox."""
        home, temporary = scratch / "home", scratch / "tmp"
        home.mkdir()
        temporary.mkdir()
        config = self.config(guard, str(home), str(temporary), contained=False)
        return [self.setup.environment.python, "-I", str(RUNNER), config]
