"""SWE-fficiency's published tables of results, one row an instance, recomputed.

A row's SR is its `pred_speedup_ratio` over its `gold_speedup_ratio`, where an incorrect patch's speedup is 1.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from perfagent.benchmarks.gso_swe_perf.metrics import swefficiency as formulas
from perfagent.benchmarks.gso_swe_perf.rescoring.reading import Disagreement, finite, read_text, same
from perfagent.tools.errors import UsageError

NEEDED = ("instance_id", "pred_speedup_ratio", "gold_speedup_ratio")


@dataclass(frozen=True, slots=True)
class Row:
    """One instance; None for an empty or missing cell.

    Attributes:
        raw: the patch's speedup whether correct or not.
        published: the speedup that counts, as published.
        gold: the expert's.
        ratio: SR as published.
        correctness, share: 1 for a correct patch, and the share of tests that pass.
    """

    instance_id: str
    raw: float | None
    published: float | None
    gold: float | None
    ratio: float | None
    correctness: float | None
    share: float | None

    @property
    def correct(self) -> bool:
        """Every test passes; an instance of which nothing is said does not count as correct."""
        stated = self.correctness if self.correctness is not None else self.share
        return stated == 1

    @property
    def speedup(self) -> float:
        """What counts: 1 for an incorrect patch, and for one that was not measured."""
        if not self.correct:
            return formulas.NO_SPEEDUP
        measured = self.published if self.published is not None else self.raw
        return formulas.NO_SPEEDUP if measured is None else measured

    @property
    def sr(self) -> float:
        """The speedup ratio; an expert who was not measured counts as 1, as published."""
        return formulas.speedup_ratio(self.speedup, formulas.NO_SPEEDUP if self.gold is None else self.gold)


@dataclass(frozen=True)
class Rescored:
    """One table with everything computed anew; `file` as the caller named it."""

    file: str
    rows: tuple[Row, ...]

    @cached_property
    def ratios(self) -> list[float]:
        """SR of every row."""
        return [row.sr for row in self.rows]

    @property
    def correct(self) -> float:
        """Share of correct patches, 0..1."""
        return sum(row.correct for row in self.rows) / len(self.rows)

    def as_json(self) -> dict[str, Any]:
        """For `rescore --json`."""
        return {
            "file": self.file,
            "harmonic_mean": finite(formulas.score(self.ratios)),
            "geometric_mean": finite(formulas.geometric(self.ratios)),
            "correct": self.correct,
            "at_least_095": formulas.share_matching(self.ratios),
            "total_instances": len(self.rows),
            "correct_instances": sum(row.correct for row in self.rows),
            "at_least_095_instances": sum(ratio >= formulas.MATCHES_EXPERT for ratio in self.ratios),
            "worst_ten_weight": formulas.worst_weight(self.ratios),
            "instances": {
                row.instance_id: {
                    "pred_speedup_ratio": finite(row.speedup),
                    "human_speedup_ratio": finite(row.sr),
                    "correctness": float(row.correct),
                }
                for row in self.rows
            },
            "disagreements": [each.model_dump() for each in self.disagreements()],
        }

    def disagreements(self) -> list[Disagreement]:
        """Where the table says something else than follows from it."""
        return [each for row in self.rows for each in _of_row(row)]


def _of_row(row: Row) -> Iterator[Disagreement]:
    if row.published is not None and not same(row.published, row.speedup):
        yield _differs(row, "pred_speedup_ratio", row.published, row.speedup, "an incorrect patch counts as 1")
    if row.correct and row.raw is not None and not same(row.raw, row.speedup):
        yield _differs(row, "raw_pred_speedup_ratio", row.raw, row.speedup, "a correct patch counts as measured")
    if row.ratio is not None and not same(row.ratio, row.sr):
        yield _differs(row, "human_speedup_ratio", row.ratio, row.sr, "the patch's speedup over the expert's")
    if row.correctness is not None and row.share is not None and (row.correctness == 1) != (row.share == 1):
        yield _differs(row, "correctness", row.correctness, row.share, "correct means that every test passes")
    if row.gold is None:
        yield _differs(row, "gold_speedup_ratio", "nothing", 1.0, "an expert who was not measured counts as 1")


def _differs(row: Row, name: str, published: object, recomputed: object, reason: str) -> Disagreement:
    return Disagreement(
        instance_id=row.instance_id, name=name, published=str(published), recomputed=str(recomputed), reason=reason
    )


def rescore(file: str) -> Rescored:
    """Read a table and compute it anew.

    Raises:
        UsageError: the file is no such table, has no rows, or a cell that is no number.
    """
    try:
        rows = _rows(file)
    except csv.Error as error:
        raise UsageError(f"{file} is no SWE-fficiency result table", str(error), code="PA906") from None
    if not rows:
        raise UsageError(f"{file} has no rows", "one an instance is needed", code="PA906")
    twice = next((name for name, count in Counter(row.instance_id for row in rows).items() if count > 1), None)
    if twice is not None:
        raise UsageError(f"{file} has {twice} more than once", "one row an instance is needed", code="PA906")
    return Rescored(file, rows)


def _rows(file: str) -> tuple[Row, ...]:
    reader = csv.DictReader(io.StringIO(read_text(Path(file)), newline=""))
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        raise UsageError(f"{file} is no SWE-fficiency result table", f"it has no column {missing[0]}", code="PA906")
    if not {"correctness", "correctness_pct"} & set(reader.fieldnames or ()):
        raise UsageError(f"{file} is no SWE-fficiency result table", "it has no column correctness", code="PA906")
    return tuple(_row(file, reader.line_num, cells) for cells in reader)


def _row(file: str, line: int, cells: Mapping[str, str | None]) -> Row:
    def number(name: str) -> float | None:
        text = (cells.get(name) or "").strip()
        try:
            value = float(text) if text else math.nan
        except ValueError:
            if text.lower() in ("true", "false"):
                return float(text.lower() == "true")
            raise UsageError(f"{file}, line {line}: {name} is {text!r}", "a number is expected", code="PA906") from None
        return None if math.isnan(value) else value

    if not cells.get("instance_id"):
        raise UsageError(f"{file}, line {line}: there is no instance_id", "every row needs one", code="PA906")
    return Row(
        instance_id=cells["instance_id"] or "",
        raw=number("raw_pred_speedup_ratio"),
        published=number("pred_speedup_ratio"),
        gold=number("gold_speedup_ratio"),
        ratio=number("human_speedup_ratio"),
        correctness=number("correctness"),
        share=number("correctness_pct"),
    )
