"""A sandbox that contains nothing: it starts real processes and holds the clocks as the mark protocol
says.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from perfagent.tools.sandbox.protocol import Command, Completed, SandboxKind, Span, Usage
from perfagent.tools.workload import HARNESS, Observation, Request, Site, Workload, observe, parse

ENCODER = (
    "def encode(value):\n    return value if isinstance(value, (str, int, list, dict)) else repr(value)\n"
)


class Clocks:
    """The runner's half of the mark protocol."""

    def __init__(self, pid: int, reads: int, answers: int) -> None:
        self.clock = ~pid << 3 | 2
        self.reads, self.answers = reads, answers

    def serve(self) -> tuple[Span, ...]:
        """Answer every mark until the other end closes."""
        spans: dict[str, Span] = {}
        began = (0.0, 0.0)
        with os.fdopen(self.reads, encoding="utf-8") as lines:
            for line in lines:
                kind, _, rest = line.rstrip("\n").partition(" ")
                now = (time.monotonic(), time.clock_gettime(self.clock))
                if kind == "S":
                    began = now
                else:
                    loops, _, name = rest.partition(" ")
                    old = spans.get(name, Span(name, 0, 0.0, 0.0, 0.0))
                    wall, cpu = (old.wall_s + now[0] - began[0], old.cpu_s + now[1] - began[1])
                    spans[name] = replace(old, loops=old.loops + int(loops), wall_s=wall, cpu_s=cpu)
                os.write(self.answers, b".")
        os.close(self.answers)
        return tuple(spans.values())


class ProcessSandbox:
    """Conforms to the Sandbox protocol without containing anything; for tests of what runs inside one."""

    kind: SandboxKind = "local"

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def inside(self, host_path: Path) -> str:
        return str(host_path)

    def execute(self, command: Command) -> Completed:
        self.commands.append(command)
        reads, mark = os.pipe()
        answer_read, answers = os.pipe()
        env = {"PATH": os.environ["PATH"], **command.env}
        if command.marks:
            env["PERFAGENT_MARKS"] = f"{answer_read},{mark}"
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        with subprocess.Popen(
            command.argv,
            cwd=command.cwd,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(answer_read, mark),
        ) as process:
            os.close(mark)
            os.close(answer_read)
            if command.stdin is not None and process.stdin is not None:
                process.stdin.write(command.stdin)
                process.stdin.close()
                process.stdin = None
            late = threading.Timer(command.timeout_s or 600, process.kill)
            late.start()
            spans = Clocks(process.pid, reads, answers).serve()
            out, err = process.communicate()
            timed_out = late.finished.is_set()
            late.cancel()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        files = {}
        for path in map(Path, command.collect):
            if path.is_file():
                files[str(path)] = path.read_bytes()
                path.unlink()
        return Completed(
            process.returncode,
            out.decode(),
            err.decode(),
            timed_out,
            False,
            False,
            Usage(time.monotonic() - began, cpu, 0.0, 0, 0),
            spans,
            files,
        )

    def close(self) -> None:
        pass

    def __enter__(self) -> ProcessSandbox:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


@pytest.fixture
def sandbox() -> ProcessSandbox:
    return ProcessSandbox()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An empty checkout."""
    root = tmp_path / "tree"
    root.mkdir()
    return root


@pytest.fixture
def write(tree: Path) -> Callable[[str, str], Path]:
    """Write a file of the tree, making its folders."""

    def write(name: str, text: str) -> Path:
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.fixture
def site(tmp_path: Path, tree: Path) -> Site:
    """The tree with this interpreter and a trivial encoder."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    encoder = tmp_path / "encoder.py"
    encoder.write_text(ENCODER)
    return Site(str(tree), sys.executable, str(HARNESS), str(scratch), values_module=str(encoder))


@pytest.fixture
def seen(sandbox: ProcessSandbox, site: Site) -> Callable[..., Observation]:
    """Observe a workload of the tree: `seen("script:x.py", mode="values")`."""

    def seen(spec: str, **request: object) -> Observation:
        workload: Workload = parse(spec)
        return observe(sandbox, site, workload, Request(**request))  # type: ignore[arg-type]

    return seen
