"""Loops, decided on the baseline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.tools.errors import WorkloadError
from perfagent.tools.sandbox.protocol import Sandbox
from perfagent.tools.workload import MIN_BODY_S, Request, Site, calibrate_loops, parse

Write = Callable[[str, str], Path]


def test_a_short_body_is_looped_until_it_is_long_enough(write: Write, sandbox: Sandbox, site: Site) -> None:
    write("x.py", "def workload():\n    sum(range(20000))\n")
    calibration = calibrate_loops(sandbox, site, parse("script:x.py"), Request())
    loops = calibration.loops["x"]
    assert loops > 1
    assert loops & (loops - 1) == 0
    span = calibration.spans["x"]
    assert span.loops == loops
    assert span.wall_s >= MIN_BODY_S


def test_a_long_body_runs_once(write: Write, sandbox: Sandbox, site: Site) -> None:
    write("x.py", "import time\ndef workload():\n    time.sleep(0.06)\n")
    assert calibrate_loops(sandbox, site, parse("script:x.py"), Request()).loops == {"x": 1}


def test_a_costly_set_up_stops_the_looping(
    write: Write, sandbox: Sandbox, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perfagent.tools.workload.calibrate.MAX_EXTRA_S", 0.2)
    write("x.py", "import time\ndef setup():\n    time.sleep(0.02)\ndef workload():\n    pass\n")
    assert calibrate_loops(sandbox, site, parse("script:x.py"), Request()).loops == {"x": 1}


def test_a_workload_that_runs_another_copy_is_noted(write: Write, sandbox: Sandbox, site: Site) -> None:
    write("lib.py", "")
    write("x.py", "import time\ndef workload():\n    time.sleep(0.06)\n")
    (note,) = calibrate_loops(sandbox, site, parse("script:x.py"), Request()).notes
    assert "imported nothing from the tree" in note
    write("x.py", "import time, lib\ndef workload():\n    time.sleep(0.06)\n")
    assert calibrate_loops(sandbox, site, parse("script:x.py"), Request()).notes == ()


def test_what_cannot_be_measured_is_excluded_with_its_reason(write: Write, sandbox: Sandbox, site: Site) -> None:
    bodies = "import time\ndef test_ok(benchmark):\n    benchmark(time.sleep, 0.06)\n"
    bodies += "def test_bad(benchmark):\n    benchmark(int)\n    raise KeyError('gone')\n"
    write("test_x.py", bodies)
    calibration = calibrate_loops(sandbox, site, parse("pytest-benchmark:test_x.py"), Request())
    assert calibration.loops == {"test_x.py::test_ok": 1}
    assert calibration.excluded == {"test_x.py::test_bad": "KeyError: 'gone'"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import nowhere\ndef workload(): pass", "ModuleNotFoundError: No module named 'nowhere'"),
        ("import timeit\ntimeit.timeit", "nothing in it was timed"),
    ],
)
def test_a_failing_baseline_is_an_error(text: str, reason: str, write: Write, sandbox: Sandbox, site: Site) -> None:
    write("x.py", text)
    with pytest.raises(WorkloadError, match=f"fails at the baseline: .*{reason}"):
        calibrate_loops(sandbox, site, parse("script:x.py"), Request())
