"""Edits as a model or a rule writes them, and how they become a change of the tree or are refused."""

from perfagent.tools.patch.apply import (
    Protected,
    apply_edits,
    nothing_protected,
    plan_edits,
    read_text,
    resolve_inside,
    write_texts,
)
from perfagent.tools.patch.blocks import parse_blocks
from perfagent.tools.patch.match import apply_edit
from perfagent.tools.patch.nearest import numbered
from perfagent.tools.patch.records import Edit
from perfagent.tools.patch.syntax import syntax_errors

__all__ = [
    "Edit",
    "Protected",
    "apply_edit",
    "apply_edits",
    "nothing_protected",
    "numbered",
    "parse_blocks",
    "plan_edits",
    "read_text",
    "resolve_inside",
    "syntax_errors",
    "write_texts",
]
