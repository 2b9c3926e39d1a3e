"""Test logs of the data set's repositories, in small."""

import pytest

from perfagent.benchmarks.gso_swe_perf.official.statuses import has_passed, statuses

PYTEST = """\
== short test summary info ==
PASSED t.py::plain
PASSED t.py::cases[a b]
PASSED t.py::cases[c[0]]
FAILED t.py::bad - assert 1 == 2
SKIPPED [1] t.py:3: not here
XFAIL t.py::known - reason
"""


def test_pytest_summary() -> None:
    found = statuses("dask/dask", PYTEST)
    assert found["t.py::plain"] == found["t.py::cases[a b]"] == found["t.py::cases[c[0]]"] == "PASSED"
    assert found["t.py::bad"] == "FAILED"
    assert not has_passed(found["t.py::known"])


def test_pytest_with_verbose_lines_and_colours() -> None:
    log = "t.py::old PASSED\n\x1b[32mPASSED\x1b[0m t.py::new\nFAILED t.py::bad - why\n"
    assert statuses("astropy/astropy", log) == {
        "t.py::old": "PASSED",
        "t.py::new": "PASSED",
        "t.py::bad why": "FAILED",
    }


def test_of_parametrised_numpy_tests_only_single_cases_count() -> None:
    log = "PASSED t.py::many[0]\nPASSED t.py::many[1]\nPASSED t.py::one[0]\nFAILED t.py::bad\n"
    assert statuses("numpy/numpy", log) == {"t.py::one": "PASSED", "t.py::bad": "FAILED"}


def test_matplotlib_mouse_buttons_have_numbers() -> None:
    assert statuses("matplotlib/matplotlib", "PASSED t.py::press[MouseButton.LEFT]\n") == {"t.py::press[1]": "PASSED"}


def test_sympys_own_runner() -> None:
    log = "sympy/core/tests/test_a.py[3]\ntest_good ok\ntest_bad F\ntest_broken E\ntest_last ok  [FAIL]\n"
    log += "___ sympy/core/tests/test_a.py:test_bad ___\n"
    assert statuses("sympy/sympy", log) == {
        "sympy/core/tests/test_a.py:test_bad": "FAILED",
        "test_good": "PASSED",
        "test_bad": "FAILED",
        "test_broken": "ERROR",
        "test_last": "PASSED",
    }


def test_sympy_with_pytest() -> None:
    log = "using pytest\nsympy/core/test_a.py::test_b PASSED [ 50%]\nsympy/core/test_a.py::test_c FAILED [100%]\n"
    found = statuses("sympy/sympy", log)
    assert found == {"sympy/core/test_a.py::test_b": "PASSED", "sympy/core/test_a.py::test_c": "FAILED"}


def test_sympy_by_a_row_that_names_pytest_as_its_runner() -> None:
    assert statuses("sympy/sympy", "PASSED sympy/a.py::test_b\n", "python -m pytest -rA") == {
        "sympy/a.py::test_b": "PASSED"
    }


@pytest.mark.parametrize(("status", "passes"), [("PASSED", True), ("XPASS", True), ("FAILED", False), ("XFAIL", False)])
def test_what_counts_as_a_pass(status: str, passes: bool) -> None:
    assert has_passed(status) is passes
