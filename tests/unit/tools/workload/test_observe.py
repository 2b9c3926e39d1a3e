"""Observing: what the harness, the clocks and the process say together."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from perfagent.tools.errors import WorkloadError
from perfagent.tools.sandbox.protocol import Sandbox
from perfagent.tools.workload import Observation, Request, Site, list_benchmarks, observe, parse

Write = Callable[[str, str], Path]
Seen = Callable[..., Observation]

SPIN = "def workload():\n    return sum(range(1000))\n"


def test_a_span_counts_the_loops_asked_for(write: Write, seen: Seen) -> None:
    write("spin.py", SPIN)
    span = seen("script:spin.py", loops={"spin": 5}).spans["spin"]
    assert span.loops == 5
    assert 0 < span.cpu_s < 1


def test_code_is_imported_from_the_tree_and_never_from_the_harness(write: Write, seen: Seen, site: Site) -> None:
    write("lib/__init__.py", "NAME = 'ours'")
    harness = repr(site.harness)
    write("x.py", f"import sys, lib\ndef workload():\n    return [lib.NAME, {harness} in sys.path]\n")
    assert seen("script:x.py", mode="values").values == {"x": [["ours", False]]}


def test_the_body_finds_no_trace_of_the_pipe(write: Write, seen: Seen) -> None:
    write("x.py", "import os\ndef workload():\n    assert 'PERFAGENT_MARKS' not in os.environ\n")
    assert seen("script:x.py").ok


def test_hash_seed_and_random_numbers_follow_the_request(write: Write, seen: Seen) -> None:
    write("x.py", "import random\ndef workload():\n    return [hash('a'), random.random()]\n")
    first, again, other = (seen("script:x.py", mode="values", hash_seed=seed).values for seed in (1, 1, 2))
    assert first == again != other


def test_many_options_travel_through_standard_input(write: Write, seen: Seen) -> None:
    write("spin.py", SPIN)
    loops = {f"{number}{'x' * 100}": 1 for number in range(1000)}
    assert seen("script:spin.py", loops={**loops, "spin": 2}).spans["spin"].loops == 2


def test_a_crash_is_told_in_one_line(write: Write, seen: Seen) -> None:
    write("x.py", "import os\ndef workload():\n    os.abort()\n")
    assert seen("script:x.py").error == "it was killed by signal 6"


def test_an_exception_is_told_by_its_last_line(write: Write, seen: Seen) -> None:
    write("x.py", "def workload():\n    raise ValueError('first\\nlast')\n")
    observation = seen("script:x.py")
    assert observation.error == "ValueError: last"
    assert observation.spans == {}
    assert "Traceback" in observation.output


def test_too_long_is_told_so(write: Write, seen: Seen) -> None:
    write("x.py", "import time\ndef workload():\n    time.sleep(60)\n")
    assert "did not end within" in str(seen("script:x.py", mode="values", timeout_s=1.0).error)


def test_marks_that_do_not_add_up_fail_the_benchmark(write: Write, seen: Seen) -> None:
    """A body that ends its own span early would look fast."""
    cheat = "def workload():\n    s = sys.modules['perfagent_marks'].MarkedSection(MARKS, 'x', 1)\n"
    cheat += "    s.stop(); s.start()\n"
    find = "import gc, sys\nMARKS = [o for o in gc.get_objects() if type(o).__name__ == 'Marks'][0]\n"
    write("x.py", find + cheat)
    observation = seen("script:x.py")
    assert observation.failed == {"x": "the marks around its body do not add up"}
    assert not observation.spans


def test_a_script_that_is_missing(seen: Seen) -> None:
    assert "No such file" in str(seen("script:none.py").error)


def test_a_command_is_timed_as_a_whole(write: Write, seen: Seen) -> None:
    write("x.sh", "echo line >> out\necho said\n")
    observation = seen("command:sh x.sh", loops={"sh x.sh": 3})
    assert observation.spans["sh x.sh"].loops == 3
    assert observation.spans["sh x.sh"].wall_s == observation.usage.wall_s
    assert seen("command:sh x.sh", mode="values").values == {"sh x.sh": ["str", "said\n"]}


def test_a_command_finds_the_environments_python(site: Site, seen: Seen) -> None:
    observation = seen("command:python -c 'import sys; print(sys.prefix)'", mode="values")
    assert [value[1].strip() for value in observation.values.values()] == [str(Path(site.python).parents[1])]


def test_a_command_that_fails(seen: Seen) -> None:
    observation = seen("command:echo why >&2; exit 3")
    assert observation.error == "why"
    assert not observation.ok


def test_values_need_an_encoder(sandbox: Sandbox, site: Site) -> None:
    with pytest.raises(WorkloadError, match="encoder"):
        observe(sandbox, replace(site, values_module=""), parse("script:x.py"), Request("values"))


def test_listing_runs_nothing(write: Write, sandbox: Sandbox, site: Site) -> None:
    write("x.py", "raise SystemExit('ran')\n")
    assert list_benchmarks(sandbox, site, parse("script:x.py")) == ("x",)
    assert list_benchmarks(sandbox, site, parse("command:false")) == ("false",)


def test_nothing_to_list_is_an_error(write: Write, sandbox: Sandbox, site: Site) -> None:
    write("test_x.py", "def test_plain(): pass\n")
    with pytest.raises(WorkloadError, match="no benchmark found"):
        list_benchmarks(sandbox, site, parse("pytest-benchmark:test_x.py"))
    with pytest.raises(WorkloadError, match="cannot be read"):
        list_benchmarks(sandbox, site, parse("script:none.py"))


def test_an_unreadable_report_is_an_error_not_a_crash(write: Write, seen: Seen) -> None:
    write("x.py", "import os\ndef workload():\n    print('bye', flush=True); os._exit(0)\n")
    assert seen("script:x.py").error == "bye"
    assert json.dumps(seen("script:x.py").output)
