"""The first guard: changes to what decides the verdict are taken out of a patch before anything runs.

A patch may make the tests easier, the workload smaller or the build different and would then look fast. Such
changes are dropped from the diff and told, so that honest work in the same patch is still judged; nothing
left means `guarded`.
"""

from __future__ import annotations

import ast
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from perfagent.tools.errors import EditError
from perfagent.tools.patch.diff import FileChange, PatchSummary, is_leftover, read_patch
from perfagent.tools.patch.policy import TELLTALES, Policy
from perfagent.tools.patch.text import sections


class Restored(BaseModel):
    """A change that was dropped: the path and why it may not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    reason: str


class GuardReport(BaseModel):
    """What the guard let through.

    Attributes:
        diff: what remains of the patch; empty when nothing does.
        restored: what was dropped, in the patch's order.
        refused: why the patch as a whole is refused (verdict `guarded`), or None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    diff: str
    restored: tuple[Restored, ...] = ()
    refused: str | None = None

    @property
    def ok(self) -> bool:
        """Whether something is left to judge."""
        return self.refused is None


def guard(diff: str, policy: Policy) -> GuardReport:
    """Drop from a diff every change that the policy protects against.

    Args:
        diff: a canonical diff (`diff_trees`), so that what is judged is exactly what was written.
        policy: what is protected in this target.

    Raises:
        EditError: `malformed`, the text holds no diff.
    """
    pieces = sections(diff)
    if not pieces:
        raise EditError("malformed", "the text holds no diff")
    kept: list[str] = []
    restored: list[Restored] = []
    for piece in pieces:
        dropped = _objection(piece, policy)
        if dropped is None:
            kept.append(piece)
        else:
            restored.append(dropped)
    refused = None if kept else f"the patch changes nothing that may change: {_told(restored)}"
    return GuardReport(diff="".join(kept), restored=tuple(restored), refused=refused)


def _objection(piece: str, policy: Policy) -> Restored | None:
    """Why one file's change is dropped, or None."""
    try:
        summary = read_patch(piece)
    except EditError as error:
        return Restored(path=_name(piece), reason=error.message)
    for file in summary.files:
        reason = _reason(file, policy) or _telltale(piece)
        if reason is not None:
            return Restored(path=file.path, reason=reason)
    return None


def _telltale(piece: str) -> str | None:
    """Why the lines a section adds give it away; lines it only moves do not."""
    lines = piece.split("\n")
    removed = {line[1:].strip() for line in lines if line.startswith("-")}
    added = [line[1:] for line in lines if line.startswith("+") and line[1:].strip() not in removed]
    return next((reason for pattern, reason in TELLTALES for line in added if pattern.search(line)), None)


def _reason(file: FileChange, policy: Policy) -> str | None:
    if is_leftover(file.path):
        return "left behind by running Python"
    protected = policy.protection(file.path) or policy.protection(file.old_path)
    if protected is None and file.kind in ("added", "renamed"):
        return policy.creation(file.path)
    return protected


def _name(piece: str) -> str:
    """The path for the user's eyes of a section that could not be read."""
    first = piece.split("\n", 1)[0]
    return first.rpartition(" b/")[2] or first


def _told(restored: list[Restored]) -> str:
    return "; ".join(f"{item.path} is {item.reason}" for item in restored[:5])


def is_no_op(base_text: str, head_text: str) -> bool:
    """Whether two Python sources are the same program: equal syntax trees, so only comments, spacing or
    spelling differ.

    A changed docstring is a change: the program can read it (`__doc__`, doctest, argparse descriptions). A
    source this interpreter cannot parse is never called a no-op.
    """
    try:
        return ast.dump(ast.parse(base_text)) == ast.dump(ast.parse(head_text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return base_text == head_text


def changes_nothing(base: Path, head: Path, summary: PatchSummary) -> bool:
    """Whether a patch changes no program: every file it touches is Python before and after, with an equal
    syntax tree.
    """
    return all(
        file.kind == "modified" and _equal_programs(base / file.path, head / file.path) for file in summary.files
    )


def _equal_programs(one: Path, other: Path) -> bool:
    if one.suffix != ".py":
        return False
    texts = [path.read_bytes() for path in (one, other)]
    try:
        return is_no_op(*(text.decode("utf-8") for text in texts))
    except UnicodeDecodeError:
        return False
