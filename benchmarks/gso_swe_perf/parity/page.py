"""The page of `python -m perfagent.benchmarks.gso_swe_perf.parity`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from perfagent.benchmarks.gso_swe_perf.parity.comparing import GsoRow, Point, Savings, SwefficiencyRow
from perfagent.benchmarks.gso_swe_perf.rescoring.reading import TOLERANCE, Disagreement

HEAD = """# Our scorers against published results

`python -m perfagent.benchmarks.gso_swe_perf.parity FOLDER --write docs/benchmark-parity.md` makes this page from files
that the benchmarks' authors published: GSO's result reports (`gso/*.json`, from gso-bench/gso-experiments) and
SWE-fficiency's tables (`swefficiency/*.csv`, from `eval_reports` of its repository). The files are theirs and not part
of this project; `perfagent eval gso rescore` and `perfagent eval swefficiency rescore` show the same figures for any of
them. Two figures agree when they differ by no more than {tolerance:g} of themselves, the order of summing.
"""

GSO = """
## GSO

Every aggregate that a report states of an instance (arithmetic, geometric and harmonic means of the speedups, their
geometric deviation, share of slower tests, phase means and deviations) is computed anew from the per-test speedups and
means it keeps, and from these the verdict. `tested` says how many of the instances published as matching the expert
keep tests; the verdict of others, and the published `opt_base` of all instances without tests, cannot be recomputed and
are taken as published. Pairs are published / ours.

"""
GSO_COLUMNS = (
    "report", "aggregates", "largest difference", "opt_commit", "same instances", "tested", "score", "hack-adjusted",
    "disagreements",
)  # fmt: skip

CURVE = """
Opt@k over these reports as if they were runs of one agent, in percent: the union of the first k published sets in
natural order, ours, the published curve's way (500 shuffles, here with a seed) and its exact expectation.

"""
CURVE_COLUMNS = ("k", "from the published sets", "ours", "500 shuffles", "exactly")

SWEFFICIENCY = """
## SWE-fficiency

SR of every row is computed anew from the patch's and the expert's speedup and the correctness, the means from these.
`published` is the harness's formula over the SR column of the file; its own script writes that column and fails before
it prints the means, so that no mean was published with the files. Pairs are published / ours.

"""
SWEFFICIENCY_COLUMNS = (
    "table", "rows", "largest difference of SR", "harmonic mean", "geometric mean", "correct", "SR >= 0.95",
    "weight of the ten worst", "disagreements",
)  # fmt: skip

SWE_PERF = """
## SWE-Perf

No results were published that keep timings. Its saving is therefore compared with its loop written out with numpy and
scipy, on simulated tests of 20 + 20 runs (spread 1, 3 and 10 %, true gains of 0, 5 and 20 %, outliers dropped by
each side's own filter): **{equal} of {tests} equal to the last bit**.
"""

REASONS = """
## What our reading had to decide

- GSO rounds the geometric mean with numpy, by which 1.15 becomes 1.2; Python's own rounding makes it 1.1. Ours is
  numpy's.
- GSO's arithmetic mean is the ratio of the phases' mean times, not the mean of the speedups.
- The deviation of a single test is not a number there; here it is null.
- A report merged from several runs keeps the tests of the run with the best geometric mean, while the verdict is "any
  run": where the kept tests do not reach the threshold the published verdict stands, and `rescore` names it.
- The published curve of Opt@k draws without a seed and divides by the instances that any run saw; the exact expectation
  beside it divides by the data set.
- SWE-fficiency's share of SR >= 0.95 counts incorrect patches of tasks whose expert gains less than 5 %: SR alone is
  published, and so it is here.
- SWE-fficiency's table leaves a cell empty where there was no measurement; that is a speedup of 1, as its script says.
- SWE-Perf adds its step of 0.001 up in floating point, so that a saving reads 0.009000000000000001; ours does the same.
- SWE-Perf counts a patch without all run reports as one that does not apply, whatever happened.
"""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was compared; `unreadable`: one line for each file that is none of ours to read."""

    gso: Sequence[GsoRow]
    curve: Sequence[Point]
    swefficiency: Sequence[SwefficiencyRow]
    swe_perf: Savings | None
    unreadable: Sequence[str]

    @property
    def disagreements(self) -> list[tuple[str, Disagreement]]:
        """All of them, with their file."""
        found = [(row.file, each) for row in self.gso for each in row.disagreements]
        return found + [(row.file, each) for row in self.swefficiency for each in row.disagreements]


def page(findings: Findings) -> str:
    """The page in Markdown."""
    parts = [HEAD.format(tolerance=TOLERANCE)]
    if findings.gso:
        parts += [GSO, _table(GSO_COLUMNS, map(_gso_cells, findings.gso))]
        parts += [CURVE, _table(CURVE_COLUMNS, map(_curve_cells, findings.curve))]
    if findings.swefficiency:
        parts += [SWEFFICIENCY, _table(SWEFFICIENCY_COLUMNS, map(_swefficiency_cells, findings.swefficiency))]
    if findings.swe_perf:
        parts.append(SWE_PERF.format(equal=findings.swe_perf.equal, tests=findings.swe_perf.tests))
    return "".join([*parts, *_disagreements(findings), REASONS])


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _gso_cells(row: GsoRow) -> list[str]:
    return [
        row.file,
        str(row.figures),
        f"{row.largest:.1g}",
        f"{row.solved[0]} / {row.solved[1]}",
        "yes" if row.same_set else "no",
        str(row.tested),
        f"{row.score[0]} / {row.score[1]:g}",
        "" if row.adjusted is None else f"{row.adjusted[0]} / {row.adjusted[1]:g}",
        str(len(row.disagreements)),
    ]


def _curve_cells(point: Point) -> list[str]:
    figures = (point.published, point.recomputed, point.smooth, point.expected)
    return [str(point.k), *(f"{figure:.2f}" for figure in figures)]


def _swefficiency_cells(row: SwefficiencyRow) -> list[str]:
    return [
        row.file,
        str(row.rows),
        f"{row.largest:.1g}",
        *(f"{one:.6g} / {other:.6g}" for one, other in zip(row.published, row.recomputed, strict=True)),
        f"{row.correct:.1%}",
        f"{row.matching:.1%}",
        f"{row.worst_ten:.0%}",
        str(len(row.disagreements)),
    ]


def _disagreements(findings: Findings) -> Iterable[str]:
    yield "\n## Disagreements\n\n"
    found = [f"- {file}: {_told(each)}\n" for file, each in findings.disagreements]
    yield from found + [f"- {line}\n" for line in findings.unreadable] or ["None.\n"]


def _told(found: Disagreement) -> str:
    where = f"{found.instance_id} {found.name}".strip()
    return f"{where}: published {found.published}, ours {found.recomputed}: {found.reason}"
