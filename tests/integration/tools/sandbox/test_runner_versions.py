"""The runner is run by whatever Python the target has."""

from __future__ import annotations

import pytest

from perfagent.tools.environment.interpreters import candidates, query
from perfagent.tools.sandbox import Command, Environment, Limits, Mount, open_sandbox

SCRIPT = """
import os, sys
reader, writer = map(int, os.environ["PERFAGENT_MARKS"].split(","))
for text in "S span", "E 3 span":
    os.write(writer, text.encode() + b"\\n"); os.read(reader, 1)
open("kept", "w").write("kept")
sys.stdout.write(sys.stdin.read()); sys.stdout.flush()
os.system("setsid sleep 300 & setsid sleep 300 &")
"""


@pytest.mark.parametrize("sandbox_kind", ["local", pytest.param("bubblewrap", marks=pytest.mark.bubblewrap)])
@pytest.mark.parametrize("minor", [7, 8, 9, 10, 11, 12, 13, 14])
def test_the_runner_works_on(minor, sandbox_kind, tmp_path):
    found = (query(path) for path in candidates() if f"3.{minor}" in path)
    python = next((it for it in found if it is not None and it.minor == minor), None)
    if python is None:
        pytest.skip(f"Python 3.{minor} is not installed here")
    where = Environment(sandbox_kind, "", None, python.path, python.version, "test", "", cached=True)
    mounts = [Mount(tmp_path, "/x", writable=True)]
    with open_sandbox(
        sandbox_kind, mounts=mounts, environment=where, limits=Limits(timeout_s=30), run_id="test"
    ) as sandbox:
        argv = (python.path, "-I", "-c", SCRIPT)
        cwd = sandbox.inside(tmp_path)
        kept = f"{cwd}/kept"
        ended = sandbox.execute(Command(argv, cwd, stdin=b"input", marks=True, collect=(kept,)))

    assert (ended.stdout, ended.stderr, ended.exit_code) == ("input", "", 0)
    assert [(span.name, span.loops) for span in ended.spans] == [("span", 3)]
    assert ended.files == {kept: b"kept"} and ended.usage.cpu_s > 0
