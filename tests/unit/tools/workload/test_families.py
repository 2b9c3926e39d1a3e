"""Families of benchmarks by a number in their ids."""

from __future__ import annotations

import pytest

from perfagent.tools.workload import size_families


def test_ids_that_differ_in_one_number_are_sizes() -> None:
    ids = ["test_a.py::test_sum[1000]", "test_a.py::test_sum[8000]", "test_a.py::test_sum[2000]", "test_a.py::other"]
    assert size_families(ids, 4) == {"test_a.py::test_sum[*]": {1000: ids[0], 2000: ids[2], 8000: ids[1]}}


def test_other_parameters_keep_families_apart() -> None:
    ids = [f"test_sort[{size}-{kind}]" for size in (10, 20, 40) for kind in ("list", "tuple")]
    assert list(size_families(ids, 4)) == ["test_sort[*-list]", "test_sort[*-tuple]"]


@pytest.mark.parametrize(
    "numbers", [("10", "20"), ("0", "1", "2", "8"), ("5", "6", "7"), ("1.5", "2.5", "8.5"), ("a1", "a2", "a8")]
)
def test_cases_are_not_taken_for_sizes(numbers: tuple[str, ...]) -> None:
    assert not size_families([f"test_x[{number}]" for number in numbers], 4)


def test_numbers_outside_the_brackets_are_names() -> None:
    assert not size_families([f"test_issue_{number}[x]" for number in (1, 20, 300)], 4)
