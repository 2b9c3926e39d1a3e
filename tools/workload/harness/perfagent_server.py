"""One interpreter for all sides of a round: it imports what no side can change, and is forked once for each of them.

The runner's half is told under "Forks" in tools/sandbox/runner.py. A child does what a process of its own would: same
working directory, paths, session and standard input, and it ends like any other interpreter, so what the code under
test leaves to `atexit` or to threads happens as ever. Plugins that are found by their entry points are left to the
child, for they may import what is the side's own.

Shared by the sides, and drawn anew for the next round: the hash seed and where things lie in memory. That is why the
round, and not the single child, is the unit of every statistic.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

MARKS = "PERFAGENT_MARKS"
PYTEST_LATER = ("pdb",)
BENCHMARK_LATER = ("statistics", "fractions", "cProfile", "pstats", "timeit", "netrc")
"""Of the standard library, what pytest, and pytest-benchmark where it is installed, import on every start later on."""

SITE = ("sitecustomize", "usercustomize")
"""Modules that the start of an interpreter imports from PYTHONPATH, which a server is started without."""

PR_SET_DUMPABLE = 4
"""Of prctl(2): whether other processes of the same user may trace this one and write its memory."""

SUFFIXES = (".py", ".pyc", ".so", ".pyd")


def preload() -> None:
    """Import pytest, the plugins it always loads itself, and what of the standard library is bound to follow.

    Raises:
        ImportError: there is none.
    """
    importlib.import_module("pytest")
    config = importlib.import_module("_pytest.config")
    for name in getattr(config, "default_plugins", ()):
        importlib.import_module("_pytest." + name)
    benchmark = importlib.util.find_spec("pytest_benchmark") is not None
    for name in PYTEST_LATER + (BENCHMARK_LATER if benchmark else ()):
        importlib.import_module(name)
    importlib.import_module("perfagent_plugin")


def shadowed(roots: list[str]) -> str:
    """A file below a side's roots that it would have imported instead of a module that is loaded; empty if none."""
    loaded = {name.partition(".")[0] for name in sys.modules}
    loaded.update(SITE)
    loaded.difference_update(sys.builtin_module_names, {"__main__"})
    for root in roots:
        for entry in sorted(os.listdir(root)) if os.path.isdir(root) else ():
            path = os.path.join(root, entry)
            if entry.partition(".")[0] in loaded and (
                entry.endswith(SUFFIXES) or os.path.exists(os.path.join(path, "__init__.py"))
            ):
                return path
    return ""


def lines() -> Iterator[bytes]:
    """The lines of standard input, read no further than the one that is wanted."""
    rest = b""
    while True:
        data = os.read(0, 1 << 16)
        if not data:
            return
        rest += data
        if rest.endswith(b"\n"):  # the runner writes a line only when the child of the one before has ended
            yield rest
            rest = b""


def fork(writer: int) -> bool:
    """Make a child that belongs to the runner, and announce it; whether this is the child."""
    # A child is as open as any process, while what the next one is forked from is closed to it.
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    ours, theirs = os.pipe()
    between = os.fork()
    if not between:
        child = os.fork()
        if child:
            os.write(theirs, b"%d" % child)
            os._exit(0)
    os.close(theirs)
    if not between:
        os.close(ours)
        return True
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    announced = os.read(ours, 32)
    os.close(ours)
    os.waitpid(between, 0)  # from here on the child's parent is the runner
    os.write(writer, b"C " + announced + b"\n")
    return False


def become(side: dict[str, Any]) -> dict[str, Any]:
    """Be the process of one side: `cwd` and `path` (a PYTHONPATH) as if started with them; returns its `options`."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    os.chdir(side["cwd"])
    os.environ["PYTHONPATH"] = side["path"]
    sys.path[:0] = dict.fromkeys(side["path"].split(":"))
    options: dict[str, Any] = side["options"]
    return options


def serve(roots: list[str]) -> dict[str, Any]:
    """Fork for every line on standard input; returns in the children only, with the options of their side."""
    preload()
    hidden = shadowed(roots)
    if hidden:
        sys.exit("the tree has a module that pytest imports: " + hidden)
    reader, writer = (int(number) for number in os.environ[MARKS].split(","))
    # A collection in a child would write to every page with an object of the server's on it, and the kernel copy each
    # of them, in the middle of a timed body.
    gc.collect()
    gc.freeze()
    for line in lines():
        if fork(writer):
            if not os.read(reader, 1):
                os._exit(70)  # the runner is gone
            return become(json.loads(line))
    os._exit(0)
