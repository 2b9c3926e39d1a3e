"""Scripts of every kind, run as a sample would run them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.tools.workload import Observation

Write = Callable[[str, str], Path]
Seen = Callable[..., Observation]

GSO = """
import json, timeit
from lib import compute
{template}
def setup(): return list(range(100))
def experiment(data): return compute(data)
def store_result(result, path): json.dump(result, open(path, "w"))
def load_result(path): return json.load(open(path))
def check_equivalence(reference, current): assert reference == current, "they differ"
def run_test(eqcheck=False, reference=False, prefix=""):
    data = setup()
    seconds, result = timeit.timeit(lambda: experiment(data), number=1)
    assert 0 <= seconds < 60
    if reference: store_result(result, f"{{prefix}}_result.json")
    if eqcheck: check_equivalence(load_result(f"{{prefix}}_result.json"), result)
    return seconds
if __name__ == "__main__": raise SystemExit("the main guard must stay shut")
"""
TEMPLATE = '''timeit.template = """
def inner(_it, _timer{init}):
    {setup}
    _t0 = _timer()
    for _i in _it:
        retval = {stmt}
    _t1 = _timer()
    return _t1 - _t0, retval
"""'''

REPEATED = """
import statistics, timeit
calls = 0
def setup():
    global ready
    ready = True
def workload():
    global ready, calls
    assert ready
    ready, calls = False, calls + 1
    total = sum(range(10))
    "text".upper()
runtimes = timeit.repeat(workload, number={number}, repeat=7, setup=setup)
print("Mean:", statistics.mean(runtimes[-3:]), "Std Dev:", statistics.stdev(runtimes))
print("calls", calls)
"""


@pytest.fixture
def gso(write: Write) -> Path:
    write("lib.py", "def compute(data): return sum(data)")
    return write("gso.py", GSO.format(template=TEMPLATE))


def test_gso_is_timed_around_its_own_timeit(gso: Path, seen: Seen) -> None:
    assert seen("script:gso.py", loops={"gso": 3}).spans["gso"].loops == 3


def test_gso_without_its_template_runs_too(write: Write, gso: Path, seen: Seen) -> None:
    write("gso.py", GSO.format(template=""))
    assert seen("script:gso.py").spans["gso"].loops == 1


def test_gso_values_are_the_stored_and_the_returned_result(gso: Path, seen: Seen) -> None:
    observation = seen("script:gso.py", mode="values")
    stored = {"perfagent_reference_result.json": 4950}
    assert observation.values == {"gso": {"stored": stored, "returned": [4950]}}
    assert observation.reference == {"perfagent_reference_result.json": b"4950"}


def test_gso_checks_itself_against_the_baselines_reference(write: Write, gso: Path, seen: Seen) -> None:
    reference = seen("script:gso.py", mode="values").reference
    assert seen("script:gso.py", mode="eqcheck", reference=reference).ok
    write("lib.py", "def compute(data): return 0")
    changed = seen("script:gso.py", mode="eqcheck", reference=reference)
    assert changed.error == "AssertionError: they differ"


def test_only_gso_scripts_can_check_themselves(write: Write, seen: Seen) -> None:
    write("x.py", "def workload(): pass")
    assert "check of their own" in str(seen("script:x.py", mode="eqcheck").error)


@pytest.mark.parametrize(("loops", "calls"), [(1, 1), (4, 4), (9, 9)])
def test_the_loops_asked_for_replace_the_scripts_repeats(loops: int, calls: int, write: Write, seen: Seen) -> None:
    write("x.py", REPEATED.format(number=1))
    observation = seen("script:x.py", loops={"x": loops})
    assert observation.error is None
    assert observation.spans["x"].loops == loops
    assert f"calls {calls}" in observation.output


def test_a_body_looped_by_timeit_counts_every_execution(write: Write, seen: Seen) -> None:
    write("x.py", "import timeit\nprint(timeit.Timer('sum(range(9))').timeit(100))")
    assert seen("script:x.py", loops={"x": 2}).spans["x"].loops == 200


def test_the_set_up_statement_is_outside_the_span(write: Write, seen: Seen) -> None:
    write("x.py", "import time, timeit\ntimeit.timeit('pass', 'time.sleep(0.2)', number=1, globals=globals())")
    assert seen("script:x.py").spans["x"].wall_s < 0.1


def test_autorange_leaves_the_looping_to_us(write: Write, seen: Seen) -> None:
    write("x.py", "from timeit import Timer\nassert Timer('pass').autorange()[0] == 1")
    assert seen("script:x.py").spans["x"].loops == 1


def test_what_a_dropped_result_was_is_still_a_value(write: Write, seen: Seen) -> None:
    """Published workloads compute and return nothing; time must not reach the values."""
    write("x.py", REPEATED.format(number=1))
    first, second = (seen("script:x.py", mode="values").values["x"] for _ in range(2))
    assert first == second
    assert first["returned"] == [{"computed": [[False, 1], 45, "TEXT"]}]
    assert first["variables"]["calls"] == 1
    assert first["output"].endswith("calls 1\n")


def test_an_expression_given_as_text_has_a_value(write: Write, seen: Seen) -> None:
    write("x.py", "import timeit\ntimeit.timeit('len([1, 2])', number=50)")
    assert seen("script:x.py", mode="values").values["x"]["returned"] == [2]


def test_workload_gets_fresh_data_for_every_loop(write: Write, seen: Seen) -> None:
    write(
        "x.py",
        "def setup(): return [3, 1]\ndef workload(data):\n    assert data == [3, 1]\n    data.sort()\n",
    )
    assert seen("script:x.py", loops={"x": 3}).spans["x"].loops == 3


def test_workload_returns_its_value(write: Write, seen: Seen) -> None:
    write("x.py", "def workload(): return {'a': 1}")
    assert seen("script:x.py", mode="values").values == {"x": [{"a": 1}]}


def test_a_plain_script_is_a_body_as_a_whole(write: Write, seen: Seen) -> None:
    body = "n = len(sys.argv)\n    print('hello')\n    sys.exit(0)"
    write("x.py", f"import sys\nif __name__ == '__main__':\n    {body}")
    assert seen("script:x.py", loops={"x": 2}).spans["x"].loops == 2
    value = {"variables": {"n": 1}, "output": "hello\n", "returned": []}
    assert seen("script:x.py", mode="values").values == {"x": value}


def test_a_script_beside_a_stale_copy_uses_the_tree(tmp_path: Path, write: Write, seen: Seen) -> None:
    write("lib.py", "WHICH = 'tree'")
    (tmp_path / "lib.py").write_text("WHICH = 'stale'")
    (tmp_path / "helper.py").write_text("BESIDE = 'beside'")
    (tmp_path / "x.py").write_text("import lib, helper\ndef workload(): return [lib.WHICH, helper.BESIDE]")
    assert seen(f"script:{tmp_path}/x.py", mode="values").values == {"x": [["tree", "beside"]]}


def test_a_profile_has_the_bodys_functions_alone(gso: Path, seen: Seen) -> None:
    rows = seen("script:gso.py", mode="profile").profile["gso"]
    names = {row[2] for row in rows}
    assert {"compute", "experiment"} <= names
    assert not names & {"setup", "run_test", "store_result", "read", "stop"}


def test_pyperf_is_refused_with_advice(write: Write, seen: Seen) -> None:
    write("x.py", "import pyperf\npyperf.Runner()")
    assert "use a plain script or timeit" in str(seen("script:x.py").error)


SIZED = """
made = []
def setup(size=3):
    made.append(size)
    return list(range(size))
def workload(data, *, size=10):
    return [len(data), size, len(made)]
"""


@pytest.mark.parametrize(("scale", "value"), [(1, [3, 10, 1]), (2, [6, 20, 1]), (8, [24, 80, 1])])
def test_a_size_is_a_multiple_of_its_default(scale: int, value: list[int], write: Write, seen: Seen) -> None:
    write("x.py", SIZED)
    assert seen("script:x.py", mode="values", scale=scale).values == {"x": [value]}


def test_a_script_without_a_size_runs_at_no_other(write: Write, seen: Seen) -> None:
    write("x.py", "def workload(size='large'): return size")
    assert seen("script:x.py", mode="values").values == {"x": ["large"]}
    assert "positive whole number" in str(seen("script:x.py", mode="values", scale=2).error)


@pytest.mark.parametrize("loops", [1, 3])
def test_counting_sets_up_alike_however_few_bodies_run(loops: int, write: Write, seen: Seen) -> None:
    write("x.py", "def setup(): print('set up')\ndef workload(data): print('body')\n")
    said = seen("script:x.py", mode="count", loops={"x": loops}).output
    assert (said.count("set up"), said.count("body")) == (3, loops)


def test_a_timed_sample_does_not_pay_for_modules_of_ours(write: Write, seen: Seen) -> None:
    ours = "{'json', 'ast', 'timeit', 'inspect'}"
    write("x.py", f"import sys\ndef workload(): print(sorted({ours} & set(sys.modules)))\n")
    assert seen("script:x.py").output == "[]\n"


def test_a_timed_sample_waits_for_threads_and_runs_what_was_left_to_its_end(write: Write, seen: Seen) -> None:
    body = "    threading.Thread(target=lambda: (time.sleep(0.05), print('thread'))).start()\n"
    body += "    atexit.register(print, 'atexit')\n"
    write("x.py", f"import atexit, threading, time\ndef workload():\n{body}")
    assert seen("script:x.py").output == "thread\natexit\n"
