"""Bytecode of a tree: made beforehand by a compiler that executes nothing of the tree, and read-only from then on.

Were it left to the measured processes to write, each would compile all that it imports, or one side could write the
other's. Python takes bytecode for a file's own by the file's size and whole seconds of its time, so nothing made for a
file that a patch replaces may stay.
"""

from __future__ import annotations

import glob
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from string import ascii_lowercase

from perfagent.tools import equivalence, workload
from perfagent.tools.sandbox import Command, Mount, Sandbox

#: Seconds for the trees of one bench; a thousand modules take about ten.
COMPILE_TIMEOUT_S = 300.0

#: Where trees stand while they are compiled: no side's place, so that importing corrects the path in all alike.
PLACE = "/perfagent/compiled"

#: Where Python keeps bytecode, and our note that all of a tree's is there.
CACHE = "__pycache__"
NOTE = Path(CACHE, "perfagent")

#: The files of ours that run inside.
HARNESSES = {"workload": workload.HARNESS, "equivalence": equivalence.HARNESS}

Open = Callable[[list[Mount], float], AbstractContextManager[Sandbox]]
"""Opens a sandbox on mounts, with a limit in seconds for a command."""


def compile_trees(trees: Sequence[Path], python: str, open_sandbox: Open) -> list[Path]:
    """Make the bytecode that is missing in some trees; those that have theirs cost nothing.

    Args:
        trees: on the host.
        python: the interpreter, as seen inside.
        open_sandbox: opens one on mounts, with a limit in seconds.

    Returns:
        The trees that were compiled now.

    Raises:
        SandboxError: the sandbox broke. A file that cannot be compiled is left to whoever imports it.
    """
    missing = [tree for tree in trees if not (tree / NOTE).exists()]
    if not missing:
        return []
    mounts = [
        Mount(tree, f"{PLACE}/{letter}", writable=True) for tree, letter in zip(missing, ascii_lowercase, strict=False)
    ]
    with open_sandbox(mounts, COMPILE_TIMEOUT_S) as sandbox:
        folders = [sandbox.inside(tree) for tree in missing]
        # Without `site`, whose .pth files could execute what the target installed.
        sandbox.execute(Command((python, "-I", "-S", "-m", "compileall", "-qq", *folders), cwd="/"))
    for tree in missing:
        (tree / CACHE).mkdir(exist_ok=True)
        (tree / NOTE).touch()
    return missing


def forget(tree: Path, paths: Iterable[str]) -> None:
    """Drop the bytecode of the files at some paths of a tree, which then wants compiling again."""
    (tree / NOTE).unlink(missing_ok=True)
    for path in map(Path, paths):
        for kept in (tree / path.parent / CACHE).glob(f"{glob.escape(path.stem)}.*.pyc"):
            kept.unlink()


def copy_harnesses(place: Path) -> None:
    """Copy what runs inside, to be compiled for an environment: where perfagent stands is another Python's bytecode."""
    for name, folder in HARNESSES.items():
        shutil.copytree(folder, place / name, ignore=shutil.ignore_patterns(CACHE))
