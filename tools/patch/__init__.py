"""From edits, as a model or a rule writes them, to a checked unified diff; what may be edited, and what is refused."""

from perfagent.tools.patch.apply import (
    Protected,
    apply_edits,
    nothing_protected,
    plan_edits,
    read_text,
    resolve_inside,
    write_texts,
)
from perfagent.tools.patch.diff import (
    FileChange,
    PatchSummary,
    apply_patch,
    check_path,
    diff_trees,
    is_leftover,
    read_patch,
)
from perfagent.tools.patch.guard import GuardReport, Restored, changes_nothing, guard, is_no_op
from perfagent.tools.patch.match import apply_edit
from perfagent.tools.patch.nearest import numbered
from perfagent.tools.patch.parsing import parse_edits
from perfagent.tools.patch.policy import Policy
from perfagent.tools.patch.records import AnyEdit, Deletion, Edit, FunctionEdit
from perfagent.tools.patch.syntax import is_checked, syntax_errors

__all__ = [
    "AnyEdit",
    "Deletion",
    "Edit",
    "FileChange",
    "FunctionEdit",
    "GuardReport",
    "PatchSummary",
    "Policy",
    "Protected",
    "Restored",
    "apply_edit",
    "apply_edits",
    "apply_patch",
    "changes_nothing",
    "check_path",
    "diff_trees",
    "guard",
    "is_checked",
    "is_leftover",
    "is_no_op",
    "nothing_protected",
    "numbered",
    "parse_edits",
    "plan_edits",
    "read_patch",
    "read_text",
    "resolve_inside",
    "syntax_errors",
    "write_texts",
]
