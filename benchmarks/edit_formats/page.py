"""The page: a row a format and damage, and what a check before the run says of real changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfagent.benchmarks.edit_formats.corpus import RELEASES
from perfagent.benchmarks.edit_formats.trial import WRONG_POSITIONS, Row

_TEXT = """# Edit formats

How safely the three formats of edits are placed. Written by

    python -m perfagent.benchmarks.edit_formats --write docs/edit-formats.md

Real changes between two releases ({releases}) are cut into hunks of at most 25 quoted lines with three lines of
context, {hunks} of them by a seeded draw, and into the functions that differ, {definitions} of them drawn
likewise. Each is written as a model writes it, damaged as models damage it, parsed and applied; the result is compared
with the real file.
Right means equal, refused means that the model is told why and shown the nearest lines, WRONG is anything else.

Each tier needs exactly one hit, and the next is tried only after none: exact text, lines equal but for whitespace at
their ends, lines equal but for one uniform shift of indentation, refusal. Nothing similar is ever edited.

| format | damage | n | right, % | refused, % | WRONG | refused mostly as |
|---|---|---|---|---|---|---|
{rows}
| all | | {total} | {right:.1f} | {refused:.1f} | {wrong} ({wrong_share:.3f} %) | |

Rows that can only be right by chance: a quote of code that is not there, decorators left out and another function's
code must be refused.

## Held out

The rules above were settled while looking at the rows above. {held_packages} were tried only then, and nothing was
changed after: WRONG {held_wrong} of {held_total} ({held_share:.3f} %){held_where}

## What a diff's position is good for

A position is used for one thing: to choose among several exact hits when one of them begins exactly there, and only
for three quoted lines with text or more. Without it the rows `ambiguous` would all be refused; with context a right
position saves {saved}, and a wrong one went wrong {misled}. One or two quoted lines, such as `#endif`, are refused:
equal ones stand so close together that a position off by a few lines may meet another of them.

## Alarms before the run

New syntax errors, undefined names and unmatched brackets that were told of the {files} changed files, before against
after: {alarms}. They are real releases, so each is taken for a false alarm{listed}
"""


@dataclass(frozen=True, slots=True)
class Results:
    """What was tried and what came of it; `alarms` are told of files that are right."""

    packages: Sequence[str]
    rows: Sequence[Row]
    hunks: int
    definitions: int
    files: int
    alarms: Sequence[str]


def line(row: Row) -> str:
    """One row of the table."""
    shares = f"{_percent(row.right, row.total)} | {_percent(row.refused.total(), row.total)}"
    mostly = row.refused.most_common(1)[0][0] if row.refused else ""
    return f"| {row.format} | {row.damage} | {row.total} | {shares} | {row.wrong} | {mostly} |"


def document(results: Results, held_out: Results) -> str:
    """The whole page."""
    total, wrong = _counted(results)
    held_total, held_wrong = _counted(held_out)
    by_damage = {row.damage: row for row in results.rows}
    told, misled = (by_damage[f"ambiguous with context, {name}"] for name in ("right position", WRONG_POSITIONS))
    where = [f"{row.format}, {row.damage}: {row.wrong} of {row.total}" for row in held_out.rows if row.wrong]
    return _TEXT.format(
        releases=", ".join(f"{one.name} {one.old} and {one.new}" for one in RELEASES if one.name in results.packages),
        hunks=results.hunks,
        definitions=results.definitions,
        rows="\n".join(line(row) for row in results.rows),
        total=total,
        right=100 * sum(row.right for row in results.rows) / total,
        refused=100 * sum(row.refused.total() for row in results.rows) / total,
        wrong=wrong,
        wrong_share=100 * wrong / total,
        held_packages=", ".join(held_out.packages),
        held_total=held_total,
        held_wrong=held_wrong,
        held_share=100 * held_wrong / held_total,
        held_where=_listed(where),
        saved=f"{told.right} of {told.total}",
        misled=f"{misled.wrong} times in {misled.total}",
        files=results.files,
        alarms=len(results.alarms),
        listed=_listed(results.alarms),
    )


def _counted(results: Results) -> tuple[int, int]:
    """Trials, and those that went wrong."""
    return sum(row.total for row in results.rows), sum(row.wrong for row in results.rows)


def _listed(lines: Sequence[str]) -> str:
    """A list after a colon, or the end of the sentence."""
    return ":\n" + "".join(f"\n- {one}" for one in lines) if lines else "."


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"
