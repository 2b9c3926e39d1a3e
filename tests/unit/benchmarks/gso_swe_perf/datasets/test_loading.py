"""Rows as instances: what is wrong in a set is told by file, row, instance and field, and nothing is dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, load
from perfagent.benchmarks.gso_swe_perf.records import BENCHMARKS
from perfagent.tools.errors import DataError

Row = dict[str, Any]
Lines = Callable[[Sequence[object]], str]


@pytest.mark.parametrize("kind", BENCHMARKS)
def test_published_rows_of_each_benchmark(kind: Any, lines: Lines, request: pytest.FixtureRequest) -> None:
    row: Row = request.getfixturevalue(kind.replace("-", "_"))
    (instance,) = load(kind, lines([row | {"a_new_column": 1}]))
    assert instance.benchmark == kind
    assert (instance.instance_id, instance.repo) == (row["instance_id"], "Own/Words")
    assert "words/core.py" in instance.expert_patch


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"prob_script": None}, "row 2 (Own__Words-2): the field prob_script is missing"),
        ({"tests": []}, "the field tests: should have at least one item, not []"),
        ({"tests": ["a", 5]}, "the field tests[1]: should be a valid string, not 5"),
        ({"repo": "Words"}, "the field repo: should be owner/name, not 'Words'"),
        (
            {"base_commit": "--upload-pack=x"},
            "a revision such as <hash>^, not '--upload-pack=x'",
        ),
        ({"opt_commit": "-x"}, "the field opt_commit: should be a commit"),
        ({"instance_id": "../up"}, "row 2 (../up): the field instance_id: should be made of letters"),
        ({"instance_id": None}, "row 2: the field instance_id is missing"),
        ({"api": 1, "gt_diff": 2}, "the field api: should be a valid string, not 1: one more field is wrong"),
    ],
)
def test_a_fault_is_one_line(gso: Row, lines: Lines, change: Row, said: str) -> None:
    source = lines([gso, gso | {"instance_id": "Own__Words-2"} | change])
    with pytest.raises(DataError) as raised:
        load("gso", source)
    assert str(raised.value).startswith(f"{source}, row 2")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_id_stands_for_one_row(gso: Row, lines: Lines) -> None:
    with pytest.raises(DataError, match="row 3 repeats Own__Words-0a1b2c3 of row 1"):
        load("gso", lines([gso, gso | {"instance_id": "x-1"}, gso]))


def test_an_empty_set_is_none(lines: Lines) -> None:
    with pytest.raises(DataError, match="holds no rows"):
        load("gso", lines([]))


def test_the_order_stays(gso: Row, lines: Lines) -> None:
    names = ["b-1", "a-1", "c-1"]
    found = load("gso", lines([gso | {"instance_id": name} for name in names]))
    assert [instance.instance_id for instance in found] == names
    assert all(isinstance(instance, GsoInstance) for instance in found)


@pytest.mark.parametrize("kind", BENCHMARKS)
def test_an_instance_that_was_written_is_read_the_same(kind: Any, lines: Lines, request: pytest.FixtureRequest) -> None:
    loaded = load(kind, lines([request.getfixturevalue(kind.replace("-", "_"))]))
    assert load(kind, lines([instance.model_dump(mode="json") for instance in loaded])) == loaded
