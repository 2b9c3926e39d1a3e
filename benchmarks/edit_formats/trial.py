"""One answer of a model, applied and compared with the real file."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from perfagent.benchmarks.edit_formats.corpus import Change, Definition, Hunk
from perfagent.benchmarks.edit_formats.damage import DAMAGES, NUMBERS, Lines, Numbers, bare
from perfagent.tools.errors import EditError
from perfagent.tools.patch import Deletion, FunctionEdit, apply_edit, parse_edits
from perfagent.tools.patch.functions import replace_definition

_FARTHEST = 20  # lines a wrong position is off at most
WRONG_POSITIONS = f"every position off by 1 to {_FARTHEST}"
BLOCK, DIFF, WHOLE = "SEARCH/REPLACE", "unified diff", "whole definition"


@dataclass(slots=True)
class Row:
    """One format under one damage: how many answers gave the real change, were refused and why, or went wrong."""

    format: str
    damage: str
    right: int = 0
    wrong: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """Answers tried."""
        return self.right + self.wrong + self.refused.total()

    def add(self, outcome: str) -> None:
        """Count `right`, `wrong` or the reason of a refusal."""
        if outcome == "right":
            self.right += 1
        elif outcome == "wrong":
            self.wrong += 1
        else:
            self.refused[outcome] += 1


def outcome(before: str, wanted: str | None, answer: str) -> str:
    """`right`, `wrong`, or the reason of the refusal; without a `wanted` text whatever is applied is wrong."""
    text = before
    try:
        for edit in parse_edits(answer):
            if not isinstance(edit, Deletion):
                text = replace_definition(text, edit) if isinstance(edit, FunctionEdit) else apply_edit(text, edit)
    except EditError as error:
        return error.reason
    return "right" if text == wanted else "wrong"


def hunk_rows(hunks: Sequence[Hunk], seed: int) -> Iterator[Row]:
    """Every damage in both formats that quote lines, then what only a diff's headers can get wrong."""
    for name, damage in DAMAGES.items():
        for form, answer in ((BLOCK, _block), (DIFF, _numbered)):
            row, rng = Row(form, name), random.Random(seed)
            for hunk in hunks:
                damaged = damage(hunk, rng)
                # A damaged line of the context is one line in a diff, quoted and left as it is.
                if damaged is not None and not (damage is bare and form == DIFF):
                    wanted = None if name == "quote of code not there" else hunk.wanted
                    row.add(outcome(hunk.change.before, wanted, answer(hunk, *damaged)))
            if row.total:
                yield row
    for name, numbers in NUMBERS.items():
        row = Row(DIFF, name)
        for hunk in hunks:
            row.add(outcome(hunk.change.before, hunk.wanted, _diff(hunk, [*hunk.old], [*hunk.new], numbers)))
        yield row
    yield from _line_rows(hunks, seed)


def _line_rows(hunks: Sequence[Hunk], seed: int) -> Iterator[Row]:
    """Diffs whose quoted lines stand in the file several times, with context or without: only the position can tell."""
    rng = random.Random(seed)
    without = [(hunk, *damaged, hunk.lead) for hunk in hunks if (damaged := bare(hunk, rng))]
    whole = [(hunk, [*hunk.old], [*hunk.new], 0) for hunk in hunks]
    untold = Numbers(told=False)
    repeated = [part for part in whole if outcome(part[0].change.before, None, _diff(*part[:3], untold)) == "ambiguous"]
    positions = {
        "no numbers": [untold],
        "right position": [Numbers()],
        WRONG_POSITIONS: [Numbers(shift=sign * by) for sign in (-1, 1) for by in range(1, _FARTHEST + 1)],
    }
    for kind, parts in (("with context", repeated), ("no context", without)):
        for name, told in positions.items():
            row = Row(DIFF, f"ambiguous {kind}, {name}")
            for hunk, old, new, lead in parts:
                for numbers in told:
                    answer = _diff(hunk, old, new, numbers, lead)
                    row.add(outcome(hunk.change.before, hunk.wanted, answer))
            yield row


def file_rows(files: Sequence[tuple[Change, Sequence[Hunk]]]) -> Iterator[Row]:
    """All changes of a file in one diff."""
    for name, numbers in {"whole file": Numbers(), **{f"whole file, {name}": n for name, n in NUMBERS.items()}}.items():
        row = Row(DIFF, name)
        for change, hunks in files:
            body = "".join(_hunk_text(hunk, [*hunk.old], [*hunk.new], numbers) for hunk in hunks)
            row.add(outcome(change.before, change.after, _fenced(change.path, body)))
        yield row


def definition_rows(definitions: Sequence[Definition]) -> Iterator[Row]:
    """Whole definitions, indented and cut in several ways."""
    ways: dict[str, Callable[[Definition], Lines | None]] = {
        "none": lambda definition: [*definition.new],
        "uniform outdent": _outdented,
        "uniform indent by 4": lambda definition: _indented(definition.new),
        "decorators left out": _undecorated,
        "another function's code": lambda _: ["def another(): pass"],
    }
    for name, way in ways.items():
        row = Row(WHOLE, name)
        for definition in definitions:
            code = way(definition)
            if code is not None:
                refused = name in {"decorators left out", "another function's code"}
                wanted = None if refused else definition.wanted
                body = "".join(f"{line}\n" for line in code)
                answer = f"````python {definition.change.path}::{definition.qualname}\n{body}````\n"
                row.add(outcome(definition.change.before, wanted, answer))
        yield row


def _outdented(definition: Definition) -> Lines | None:
    margin = len(definition.new[0]) - len(definition.new[0].lstrip())
    cut = [line[margin:] if not line[:margin].strip() else line for line in definition.new]
    return cut if margin else None


def _indented(lines: Sequence[str]) -> Lines:
    return [f"    {line}" if line else "" for line in lines]


def _undecorated(definition: Definition) -> Lines | None:
    if not (definition.old[0].lstrip().startswith("@") and definition.new[0].lstrip().startswith("@")):
        return None
    first = next(at for at, line in enumerate(definition.new) if line.lstrip().startswith(("def ", "async def ")))
    return [*definition.new[first:]]


def _block(hunk: Hunk, old: Lines, new: Lines) -> str:
    search, replace = ("".join(f"{line}\n" for line in lines) for lines in (old, new))
    return f"{hunk.change.path}\n```\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n```\n"


def _numbered(hunk: Hunk, old: Lines, new: Lines) -> str:
    return _diff(hunk, old, new, Numbers())


def _diff(hunk: Hunk, old: Lines, new: Lines, numbers: Numbers, lead: int = 0) -> str:
    return _fenced(hunk.change.path, _hunk_text(hunk, old, new, numbers, lead))


def _fenced(path: str, body: str) -> str:
    return f"```diff\n--- a/{path}\n+++ b/{path}\n{body}```\n"


def _hunk_text(hunk: Hunk, old: Lines, new: Lines, numbers: Numbers, lead: int = 0) -> str:
    """A hunk as a diff writes it; `lead` lines of the real hunk are left out before it."""
    start = 1 if numbers.first else max(1, hunk.start + lead + 1 + numbers.shift)
    counts = f"-{start},{len(old) + numbers.miscount} +{start},{len(new) + numbers.miscount}"
    lines = [f"@@ {counts} @@" if numbers.told else "@@ ... @@"]
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [f" {line}" for line in old[i1:i2]]
        else:
            lines += [*(f"-{line}" for line in old[i1:i2]), *(f"+{line}" for line in new[j1:j2])]
    return "".join(f"{line}\n" for line in lines)
