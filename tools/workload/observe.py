"""Run a workload once in a sandbox, and read what the harness and the runner say about it."""

from __future__ import annotations

import base64
import json
import posixpath
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from perfagent.tools.errors import WorkloadError
from perfagent.tools.sandbox.protocol import Command, Completed, Sandbox, Span, Usage
from perfagent.tools.workload.site import Site
from perfagent.tools.workload.spec import Workload

NO_BENCHMARK_REMEDY = "name tests that use the benchmark fixture, or a script that defines workload()"

Mode = Literal["time", "values", "profile", "trace", "count", "list", "eqcheck"]
JSON = Any

# One argument may have 131,072 bytes on Linux (MAX_ARG_STRLEN); longer options go through standard input.
LONGEST_ARGUMENT = 100_000
OUTPUT_TAIL = 4_000
"""Characters of output kept for a message or a log."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to observe.

    Attributes:
        mode: time the bodies, return their values, profile or trace them, run them to be counted (see `under`), list
            the benchmarks, or let a script check itself.
        loops: executions of the body for each benchmark id, 1 for those not named; for time, profile, trace and count.
        only: benchmark ids to run, None for all.
        hash_seed: PYTHONHASHSEED, and the seed of the global random generators; one a pair, shared by both
            its sides.
        cpu: core to pin to.
        timeout_s: seconds for the whole process.
        scale: multiple of its size at which to run a script that takes one.
        under: program and options that start the interpreter, such as valgrind's.
        reference: for eqcheck, the files that `Observation.reference` held at the baseline.
        trace: for trace and values, what traces the bodies, see harness/perfagent_session.py.
    """

    mode: Mode = "time"
    loops: Mapping[str, int] | None = None
    only: frozenset[str] | None = None
    hash_seed: int = 0
    cpu: int | None = None
    timeout_s: float | None = None
    scale: int = 1
    under: tuple[str, ...] = ()
    reference: Mapping[str, bytes] = field(default_factory=dict)
    trace: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observation:
    """What one process showed.

    Attributes:
        benchmarks: ids in the order they ran.
        spans: the time of each benchmark that ended well, for time.
        failed, skipped: one line for each benchmark that did not end well, or did not run.
        values: what each body returned, encoded, for values.
        profile: rows of the profile of each body, for profile; see harness/perfagent_session.py.
        trace: what the tracer says of each body, for a request with a trace.
        reference: files that a script stored for its own check, for values.
        imported: how many modules came from the tree, beside the workload itself.
        usage: what the whole process used.
        error: one line on why the process as a whole failed, None when it did not.
        output: the end of what it printed.
    """

    usage: Usage
    benchmarks: tuple[str, ...] = ()
    spans: Mapping[str, Span] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, JSON] = field(default_factory=dict)
    profile: Mapping[str, JSON] = field(default_factory=dict)
    trace: Mapping[str, JSON] = field(default_factory=dict)
    reference: Mapping[str, bytes] = field(default_factory=dict)
    imported: int = 0
    error: str | None = None
    output: str = ""

    @property
    def ok(self) -> bool:
        """Whether the process ended well and no benchmark failed."""
        return self.error is None and not self.failed


def observe(sandbox: Sandbox, site: Site, workload: Workload, request: Request) -> Observation:
    """Run a workload once, in a process of its own.

    Raises:
        WorkloadError: the kind cannot be run, or not in this mode.
        SandboxError: the sandbox broke, or does not mount the script.
    """
    if workload.kind == "command":
        return _observe_command(sandbox, site, workload, request)
    options = harness_options(sandbox, site, workload, request)
    completed = sandbox.execute(_harness_command(site, workload, request, options))
    return read_report(completed, options["report"])


def harness_options(sandbox: Sandbox, site: Site, workload: Workload, request: Request) -> dict[str, JSON]:
    """What the harness is told, see harness/perfagent_session.py; `report` is a fresh path.

    Raises:
        WorkloadError: values are wanted, and the site has no encoder.
        SandboxError: it does not mount the script.
    """
    target = workload.target
    if workload.kind == "script":
        absolute = Path(target).is_absolute()
        target = sandbox.inside(Path(target)) if absolute else posixpath.join(site.tree, target)
    if request.mode == "values" and not site.values_module:
        raise WorkloadError("values cannot be observed without an encoder", "set Site.values_module")
    return {
        "mode": request.mode,
        "report": posixpath.join(site.scratch, f"observation-{uuid.uuid4().hex}.json"),
        "tree": site.tree,
        "target": target,
        "loops": dict(request.loops or {}),
        "only": None if request.only is None else sorted(request.only),
        "seed": request.hash_seed,
        "scale": request.scale,
        "scratch": site.scratch,
        "values_module": site.values_module,
        "pytest_kind": "test" if workload.kind == "pytest" else "benchmark",
        "pytest_options": list(site.pytest_options),
        "reference": {name: base64.b64encode(data).decode() for name, data in request.reference.items()},
        "trace": dict(request.trace),
    }


def _harness_command(site: Site, workload: Workload, request: Request, options: dict[str, JSON]) -> Command:
    text = ascii(options)
    short = len(text) <= LONGEST_ARGUMENT
    entry = "run_script.py" if workload.kind == "script" else "run_pytest.py"
    return Command(
        argv=(*request.under, site.python, posixpath.join(site.harness, entry), text if short else "-"),
        cwd=site.tree,
        env=site.environment(request.hash_seed),
        timeout_s=request.timeout_s,
        stdin=None if short else text.encode(),
        marks=request.mode == "time",
        collect=(options["report"],),
        cpu=request.cpu,
    )


def read_report(completed: Completed, path: str) -> Observation:
    """What the report and the spans say together."""
    output = (completed.stdout + completed.stderr)[-OUTPUT_TAIL:]
    try:
        report = json.loads(completed.files[path])
    except (KeyError, ValueError):
        return Observation(completed.usage, error=_cause(completed), output=output)
    failed: dict[str, str] = report["failed"]
    spans = {span.name: span for span in completed.spans}
    for name, span in spans.items():
        if span.loops != report["loops"].get(name):
            failed.setdefault(name, "the marks around its body do not add up")
    error = report["error"] if completed.ok or report["error"] else _cause(completed)
    bad = {*spans} if error else {*failed, *report["skipped"]}
    return Observation(
        usage=completed.usage,
        benchmarks=tuple(report["benchmarks"]),
        spans={name: span for name, span in spans.items() if name not in bad},
        failed=failed,
        skipped=report["skipped"],
        values=report["values"],
        profile=report["profile"],
        trace=report["trace"],
        reference={name: base64.b64decode(data) for name, data in report["reference"].items()},
        imported=report["imported"],
        error=error,
        output=output,
    )


def _cause(completed: Completed) -> str:
    """One line on why a process left no report, or left badly after it."""
    if completed.stopped_by:
        return f"it {completed.stopped_by}"
    lines = [line for line in (completed.stdout + completed.stderr).splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"it ended with status {completed.exit_code} and said nothing"


# The interpreter's folder goes first on PATH, so that `python` means the target's environment.
_SHELL = 'PATH=$1:$PATH; export PATH; n=$2; while [ "$n" -gt 0 ]; do n=$((n-1)); sh -c "$3" || exit $?; done'


def _observe_command(sandbox: Sandbox, site: Site, workload: Workload, request: Request) -> Observation:
    """A shell command: its span is the whole process with its children, its value what it printed."""
    name = workload.target
    if request.mode == "list":
        return Observation(Usage(0.0, 0.0, 0.0, 0, 0), benchmarks=(name,))
    if request.mode not in ("time", "values"):
        raise WorkloadError(f"a command workload has no {request.mode}", "name the same code as script:")
    loops = (request.loops or {}).get(name, 1) if request.mode == "time" else 1
    completed = sandbox.execute(
        Command(
            argv=("/bin/sh", "-c", _SHELL, "sh", posixpath.dirname(site.python), str(loops), name),
            cwd=site.tree,
            env=site.environment(request.hash_seed),
            timeout_s=request.timeout_s,
            cpu=request.cpu,
        )
    )
    usage, output = completed.usage, (completed.stdout + completed.stderr)[-OUTPUT_TAIL:]
    if not completed.ok:
        cause = _cause(completed)
        return Observation(usage, (name,), failed={name: cause}, error=cause, output=output)
    span = Span(name, loops, usage.wall_s, usage.cpu_s, usage.run_delay_s)
    values = {name: ["str", completed.stdout]} if request.mode == "values" else {}
    return Observation(usage, (name,), {name: span}, values=values, output=output)


def list_benchmarks(sandbox: Sandbox, site: Site, workload: Workload, only: str | None = None) -> tuple[str, ...]:
    """The ids of a workload's benchmarks, in the order they run, without running them.

    Args:
        sandbox: an open sandbox that mounts the site.
        site: the baseline's side.
        workload: what to look into.
        only: keep the ids that contain this text; None for all.

    Raises:
        WorkloadError: it cannot be read, or holds no benchmark.
    """
    seen = observe(sandbox, site, workload, Request(mode="list"))
    if seen.error is not None:
        raise WorkloadError(f"{workload.spec} cannot be read: {seen.error}", code="PA402")
    names = tuple(name for name in seen.benchmarks if only is None or only in name)
    if not names:
        raise WorkloadError(f"no benchmark found in {workload.spec}", NO_BENCHMARK_REMEDY, code="PA403")
    return names
