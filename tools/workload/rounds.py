"""Runs a workload once on every side of a round, without paying pytest's start for each of them.

Of a pytest sample with a body of 50 ms four fifths are the start of Python and pytest. In a round one interpreter with
the round's hash seed imports pytest and is forked once a side (harness/perfagent_server.py); the next round has another
one, because what an interpreter carries (hash seed, addresses) shifts all that is forked from it alike. The sides are
exchangeable as before, for the coin decides whose child comes first.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from perfagent.tools.sandbox.protocol import Command, Fork, Sandbox
from perfagent.tools.workload.observe import Observation, Request, harness_options, observe, read_report
from perfagent.tools.workload.site import Site
from perfagent.tools.workload.spec import Workload

FORKING_S = 60.0
"""Seconds until a server that does not fork is given up; its imports take a tenth of one."""


class RoundObserver:
    """Observes the sides of a sandbox round by round.

    A server that dies takes a child's blame, so its round is repeated in processes of their own; so is a round in which
    no side ran well, as it may be the forking that the workload cannot bear. Such a workload is not forked again.

    Args:
        sandbox: open.
        sites: by side.
    """

    def __init__(self, sandbox: Sandbox, sites: Mapping[str, Site]) -> None:
        self.sandbox = sandbox
        self.sites = sites
        self.unforkable: set[str] = set()

    def observe(self, workload: Workload, request: Request, order: Sequence[str]) -> dict[str, Observation]:
        """Run a workload once on each side, in that order.

        Raises:
            WorkloadError: the kind cannot be run, or not in this mode.
            SandboxError: the sandbox broke.
        """
        if self._forkable(workload, request, order):
            seen = self._forked(workload, request, order)
            if len(seen) == len(order) and any(each.ok for each in seen.values()):
                return seen
            self.unforkable.add(workload.spec)
        return {side: observe(self.sandbox, self.sites[side], workload, request) for side in order}

    def _forkable(self, workload: Workload, request: Request, order: Sequence[str]) -> bool:
        """Whether the sides differ in their trees only, so that one interpreter can be the start of all."""
        if not workload.kind.startswith("pytest") or request.mode != "time" or workload.spec in self.unforkable:
            return False
        first, *others = (replace(self.sites[side], tree="") for side in order)
        return bool(others) and all(other == first for other in others)

    def _forked(self, workload: Workload, request: Request, order: Sequence[str]) -> dict[str, Observation]:
        """What the children of one server showed; of fewer sides when it died."""
        sites = [self.sites[side] for side in order]
        environments = [site.environment(request.hash_seed) for site in sites]
        paths = [environment.pop("PYTHONPATH") for environment in environments]
        roots = sorted({root for path in paths for root in path.split(":")})
        server = Command(
            argv=(sites[0].python, posixpath.join(sites[0].harness, "run_pytest.py"), "serve", json.dumps(roots)),
            cwd=sites[0].scratch,
            env=environments[0],
            timeout_s=FORKING_S,
            marks=True,
            cpu=request.cpu,
        )
        options = [harness_options(self.sandbox, site, workload, request) for site in sites]
        forks = [
            Fork(
                line=json.dumps({"cwd": site.tree, "path": path, "options": each}).encode(),
                timeout_s=request.timeout_s,
                collect=(each["report"],),
            )
            for site, path, each in zip(sites, paths, options, strict=True)
        ]
        ended = self.sandbox.fork(server, forks)
        return {
            side: read_report(completed, each["report"])
            for side, completed, each in zip(order, ended, options, strict=False)
        }
