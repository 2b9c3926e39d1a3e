"""Files in the published formats, made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.metrics.gso import figures_of_means

Write = Callable[..., str]


def stats(base: list[float], patch: list[float], commit: list[float]) -> dict[str, Any]:
    """What a report keeps of an instance."""
    means = {"base": base, "patch": patch, "commit": commit}
    figures = figures_of_means(means)
    ratios = {f"{name}_speedups": list(values) for name, values in figures.ratios.items()}
    return {**figures.named(), "per_test_speedups": ratios, "per_test_means": {**means, "main": []}, "main_mean": None}


@pytest.fixture
def document() -> dict[str, Any]:
    """A report over four instances: a and b match the expert, c improves the base, d does neither."""
    return {
        "summary": {"total_instances": 4, "passed_instances": 4, "opt_base": 3, "opt_commit": 2, "k": 1, "score": 50.0},
        "instance_sets": {
            "completed_ids": list("abcd"),
            "passed_ids": list("abcd"),
            "opt_base_ids": list("abc"),
            "opt_commit_ids": list("ab"),
        },
        "schema_version": 1,
        "opt_stats": {"a": stats([4, 8], [2, 2], [2, 3]), "b": stats([3, 3], [2, 2], [2, 2])},
    }


@pytest.fixture
def report(tmp_path: Path) -> Write:
    """Writes a report and gives its path."""

    def write(document: object, name: str = "run_1.json") -> str:
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return str(path)

    return write


@pytest.fixture
def table(tmp_path: Path) -> Write:
    """Writes a table from lines and gives its path."""

    def write(*lines: str) -> str:
        path = tmp_path / "results.csv"
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    return write
