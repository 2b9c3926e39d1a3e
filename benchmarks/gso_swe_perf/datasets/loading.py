"""A source's rows as instances: everything is checked, nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from perfagent.benchmarks.gso_swe_perf.datasets.gso import GsoInstance
from perfagent.benchmarks.gso_swe_perf.datasets.reading import Row, read_rows
from perfagent.benchmarks.gso_swe_perf.datasets.swe_perf import SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.datasets.swefficiency import SwefficiencyInstance
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.records import Benchmark
from perfagent.tools.errors import DataError

#: Ids of the published data sets on the Hugging Face hub.
DEFAULT_SOURCES: dict[Benchmark, str] = {
    "gso": "gso-bench/gso",
    "swe-perf": "SWE-Perf/SWE-Perf",
    "swefficiency": "swefficiency/swefficiency",
}

_KINDS: dict[Benchmark, type[Instance]] = {
    kind.benchmark: kind for kind in (GsoInstance, SwePerfInstance, SwefficiencyInstance)
}


#: What a field's pattern means, in words.
_PATTERNS = {"instance_id": "made of letters, digits, dots, dashes and underscores", "repo": "owner/name"}
_REVISION = "a commit, or a revision such as <hash>^"


def load(benchmark: Benchmark, source: str | None = None, split: str = "test") -> list[Instance]:
    """The instances of a data set, in its order.

    Args:
        source: a .jsonl, .json or .parquet file, or an id of the Hugging Face hub; the published data set when None.
        split: which part of a hub's data set.

    Raises:
        UsageError: the source is neither a file nor an id.
        DataError: it cannot be read, is empty, a row is not as it should be, or an instance id occurs twice.
    """
    source = source or DEFAULT_SOURCES[benchmark]
    rows = read_rows(source, split)
    if not rows:
        raise DataError(f"{source} holds no rows", "a data set has at least one")
    seen: dict[str, int] = {}
    instances = [_instance(benchmark, source, row) for row in rows]
    for row, instance in zip(rows, instances, strict=True):
        first = seen.setdefault(instance.instance_id, row.number)
        if first != row.number:
            raise DataError(f"{source}, row {row.number} repeats {instance.instance_id} of row {first}",
                            "an instance id stands for one row")  # fmt: skip
    return instances


def _instance(benchmark: Benchmark, source: str, row: Row) -> Instance:
    try:
        return _KINDS[benchmark].model_validate(row.fields)
    except ValidationError as error:
        who = row.fields.get("instance_id")
        name = f" ({who})" if isinstance(who, str) and who else ""
        raise DataError(f"{source}, row {row.number}{name}: {first_fault(error)}", _others(error)) from error


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong, in half a line: the field, and what was expected."""
    fault = error.errors(include_url=False)[0]
    field = _field(fault["loc"])
    if fault["type"] == "missing":
        return f"the field {field} is missing"
    if fault["type"] == "extra_forbidden":
        return f"the field {field} is none of a prediction's"
    if fault["type"] == "string_pattern_mismatch":
        message = f"should be {_PATTERNS.get(field, _REVISION)}"
    elif fault["type"] in ("too_short", "string_too_short"):
        message = "should have at least one item" if fault["type"] == "too_short" else "should not be empty"
    else:
        message = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
    given = repr(fault["input"])
    return f"the field {field}: {message[:1].lower()}{message[1:]}, not {_short(given)}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _field(path: Sequence[int | str]) -> str:
    """`tests[1]`, `duration_changes[0].test_a`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".") or "the row"


def _others(error: ValidationError) -> str:
    more = error.error_count() - 1
    return f"{more} more of this row's fields are wrong" if more > 1 else "one more field is wrong" if more else ""
