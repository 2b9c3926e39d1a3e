"""A copy that is mended, against code that writes to it inside a real sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from perfagent.agent.lab.copies import Copies
from perfagent.tools.sandbox import Command, Environment, Limits, Mount, open_sandbox, owner_inside

HERE = {
    "docker": Environment("docker", "perfagent/base:bookworm", None, "/usr/bin/python3", "3", "t", "", cached=True),
    "bubblewrap": Environment("bubblewrap", "", Path(sys.prefix), sys.executable, "3", "t", "", cached=True),
}

#: Other content with the old size and times, what nobody may enter, and a thousand folders in one another.
ATTACK = """
import os
old = os.stat("a.py")
with open("a.py", "r+") as file:
    file.write("x = 2")
os.utime("a.py", ns=(old.st_atime_ns, old.st_mtime_ns))
os.rename("pkg/b.py", "pkg/c.py")
os.chmod("pkg", 0)
open("left", "w").close()
for _ in range(1500):
    os.mkdir("d")
    os.chdir("d")
"""


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    ],
)
def test_the_next_command_finds_the_tree_as_it_is(kind, tmp_path) -> None:
    for name in ("tree/a.py", "tree/pkg/b.py", "work/nothing"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1")
    copies, python = Copies(tmp_path / "work"), HERE[kind].python
    told = []
    for script in (ATTACK, "import os; print(open('a.py').read(), sorted(os.listdir()), os.listdir('pkg'))"):
        with copies.lend(tmp_path / "tree", owner_inside(kind)) as copy:
            mounts = [Mount(copy, "/perfagent/a", writable=True)]
            with open_sandbox(
                kind, mounts=mounts, environment=HERE[kind], limits=Limits(timeout_s=30), run_id="copies"
            ) as sandbox:
                told.append(sandbox.execute(Command((python, "-I", "-c", script), "/perfagent/a")))
    assert [done.stderr for done in told] == ["", ""]
    assert told[1].stdout == "x = 1 ['a.py', 'pkg'] ['b.py']\n"
    copies.drop()
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["nothing"]
