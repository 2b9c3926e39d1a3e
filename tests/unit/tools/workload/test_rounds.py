"""Sides forked from one interpreter: each is what it would be in a process of its own, and answers for itself."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from perfagent.tools.sandbox.protocol import Sandbox
from perfagent.tools.workload import Observation, Request, RoundObserver, Site, observe, parse

Write = Callable[[str, str], Path]
Pair = Callable[..., dict[str, Observation]]

NAME = "test_x.py::test_x"
ORDER = ("head", "base")

#: What a process knows of itself; fails the test to be told.
LOOK = """
import gc, multiprocessing, os, random, signal, sys, threading
def test_x():
    import lib
    known = {
        "cwd": os.getcwd() == TREE, "lib": lib.__file__, "path": sys.path, "argv": sys.argv,
        "environ": sorted((k, v) for k, v in os.environ.items() if "TIME" not in k and "TEST" not in k),
        "session": os.getsid(0) == os.getpid() == os.getpgid(0), "stdin": os.readlink("/proc/self/fd/0"),
        "hash": hash("x"), "random": random.random(), "threads": threading.active_count(), "gc": gc.isenabled(),
        "pycache": sys.pycache_prefix, "flags": str(sys.flags), "children": multiprocessing.active_children(),
        "signal": str(signal.pthread_sigmask(signal.SIG_BLOCK, ())), "tests": "_pytest.pytester" in sys.modules,
    }
    raise ValueError(repr(known))
"""

#: Kills the server that forked the test; other processes come and go meanwhile.
KILL_SERVER = """
import contextlib, os, pathlib
def test_x():
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            said = (process / "cmdline").read_bytes()
            if b"serve" in said and TREE.encode() in said and int(process.name) != os.getpid():
                os.kill(int(process.name), 9)
"""


@pytest.fixture
def sites(site: Site, tmp_path: Path) -> Callable[[], dict[str, Site]]:
    """Two sides with the same tree, taken when it is written."""

    def sites() -> dict[str, Site]:
        shutil.copytree(site.tree, tmp_path / "head")
        return {"base": site, "head": replace(site, tree=str(tmp_path / "head"))}

    return sites


@pytest.fixture
def pair(sandbox: Sandbox, sites: Callable[[], dict[str, Site]]) -> Pair:
    """Observe a workload on both sides, after a file of the head was changed; it must come to forks, or not."""

    def pair(
        spec: str, file: str = "", text: str = "", *, forked: bool = True, **request: object
    ) -> dict[str, Observation]:
        both = sites()
        if file:
            Path(both["head"].tree, file).write_text(text)
        rounds = RoundObserver(sandbox, both)
        seen = rounds.observe(parse(spec), Request(**request), ORDER)  # type: ignore[arg-type]
        assert rounds.unforkable == (set() if forked else {spec})
        assert tuple(seen) == ORDER
        return seen

    return pair


def test_each_side_runs_its_own_tree_under_the_rounds_seed(write: Write, pair: Pair) -> None:
    write("lib.py", "TIMES = 1\n")
    write("test_x.py", "import lib\ndef test_x(benchmark):\n    benchmark(sum, range(50_000 * lib.TIMES))\n")
    seen = pair("pytest-benchmark:test_x.py", "lib.py", "TIMES = 40\n", loops={NAME: 3}, hash_seed=7)
    assert all(each.ok and each.spans[NAME].loops == 3 for each in seen.values())
    assert seen["head"].spans[NAME].cpu_s > 4 * seen["base"].spans[NAME].cpu_s
    assert {each.imported for each in seen.values()} == {1}


def test_a_child_is_like_a_process_of_its_own(write: Write, sandbox: Sandbox, site: Site, pair: Pair) -> None:
    write("lib.py", "")
    write("test_x.py", LOOK.replace("TREE", repr(site.tree)))
    alone = observe(sandbox, site, parse("pytest:test_x.py"), Request(hash_seed=5))
    passes = "def test_x(): pass\n"
    child = pair("pytest:test_x.py", "test_x.py", passes, hash_seed=5)["base"]
    told, expected = (ast.literal_eval(each.failed[NAME].partition(": ")[2]) for each in (child, alone))
    assert told["cwd"] and told["session"] and len(told) > 10
    assert not [entry for entry in told["path"] if "harness" in entry]
    assert told == expected


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("import os; os.abort()", "it was killed by signal 6"),
        ("import os; os._exit(3)", "it ended with status 3 and said nothing"),
        ("import os; os.kill(0, 9)", "it was killed by signal 9"),
        ("import time; time.sleep(60)", "it did not end within"),
        ("raise SystemExit(4)", "pytest ended"),
    ],
)
def test_a_side_that_dies_leaves_the_other_one_alone(write: Write, pair: Pair, body: str, why: str) -> None:
    write("test_x.py", "def test_x():\n    sum(range(1000))\n")
    seen = pair("pytest:test_x.py", "test_x.py", f"def test_x():\n    {body}\n", timeout_s=8.0)
    assert seen["base"].ok and NAME in seen["base"].spans
    told = seen["head"]
    assert why in f"{told.error} {told.failed}" or (why == "pytest ended" and not told.ok)
    assert not told.spans


def test_the_death_of_the_server_is_blamed_on_who_dies_alone(write: Write, pair: Pair) -> None:
    """A round whose server was killed is repeated in processes that have none."""
    write("test_x.py", "def test_x():\n    sum(range(1000))\n")
    tree = str(write("mine", "").parent)
    seen = pair("pytest:test_x.py", "test_x.py", KILL_SERVER.replace("TREE", repr(tree)), forked=False)
    assert all(each.ok for each in seen.values())


def test_what_no_side_can_do_is_tried_without_forks(write: Write, pair: Pair) -> None:
    write("test_x.py", "import sys\ndef test_x():\n    assert 'perfagent_server' not in sys.modules\n")
    assert all(each.ok for each in pair("pytest:test_x.py", forked=False).values())


@pytest.mark.parametrize("file", ["pluggy/__init__.py", "typing.py", "sitecustomize.py"])
def test_a_tree_that_pytest_itself_would_import_is_not_forked(
    write: Write, sites: Callable[[], dict[str, Site]], sandbox: Sandbox, file: str
) -> None:
    write("test_x.py", "def test_x(): pass\n")
    both = sites()
    place = Path(both["head"].tree, file)
    place.parent.mkdir(exist_ok=True)
    place.write_text("")
    rounds = RoundObserver(sandbox, both)
    rounds.observe(parse("pytest:test_x.py"), Request(), ORDER)
    assert rounds.unforkable == {"pytest:test_x.py"}


def test_a_folder_of_a_modules_name_is_no_module(write: Write, pair: Pair) -> None:
    write("json/data.txt", "")
    write("test_x.py", "def test_x(): pass\n")
    assert all(each.ok for each in pair("pytest:test_x.py").values())


def test_scripts_and_single_sides_have_processes_of_their_own(write: Write, sandbox: Sandbox, site: Site) -> None:
    write("x.py", "import sys\ndef workload():\n    assert 'perfagent_server' not in sys.modules\n")
    write("test_x.py", "import sys\ndef test_x():\n    assert 'perfagent_server' not in sys.modules\n")
    rounds = RoundObserver(sandbox, {"a": site, "b": site})
    seen = rounds.observe(parse("script:x.py"), Request(), ("a", "b"))
    assert [each.ok for each in seen.values()] == [True, True]
    assert rounds.observe(parse("pytest:test_x.py"), Request(), ("b",))["b"].ok


def test_sides_that_differ_in_more_than_the_tree_are_not_forked(write: Write, sandbox: Sandbox, site: Site) -> None:
    write("test_x.py", "import os, sys\ndef test_x():\n    assert os.environ['SIDE'] == 'b'\n")
    other = {name: replace(site, env={**site.env, "SIDE": name}) for name in "ab"}
    seen = RoundObserver(sandbox, other).observe(parse("pytest:test_x.py"), Request(), ("a", "b"))
    assert (seen["a"].ok, seen["b"].ok) == (False, True)


def test_what_a_side_leaves_to_the_end_is_done_once(write: Write, pair: Pair, tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(
        "test_x.py",
        "import atexit, threading, time\n"
        f"def note(what):\n    open({str(log)!r}, 'a').write(what)\n"
        "def late():\n    time.sleep(0.1)\n    note('thread ')\n"
        "def test_x():\n    atexit.register(note, 'atexit ')\n    threading.Thread(target=late).start()\n",
    )
    assert all(each.ok for each in pair("pytest:test_x.py").values())
    assert log.read_text() == "thread atexit " * 2


@pytest.mark.parametrize("module", ["pytest_benchmark.plugin", "test_x"])
def test_no_module_has_its_asserts_rewritten(write: Write, pair: Pair, module: str) -> None:
    loader = f"type(sys.modules['{module}'].__spec__.loader).__name__"
    write("test_x.py", f"import sys\ndef test_x(benchmark):\n    benchmark(int)\n    assert 'Source' in {loader}\n")
    assert all(each.ok for each in pair("pytest-benchmark:test_x.py").values())
