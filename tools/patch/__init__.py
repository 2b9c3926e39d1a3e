"""From edits to a checked unified diff."""

from perfagent.tools.patch.diff import (
    FileChange,
    PatchSummary,
    apply_patch,
    check_path,
    diff_trees,
    read_patch,
)
from perfagent.tools.patch.guard import GuardReport, Restored, changes_nothing, guard, is_no_op
from perfagent.tools.patch.policy import Policy

__all__ = [
    "FileChange",
    "GuardReport",
    "PatchSummary",
    "Policy",
    "Restored",
    "apply_patch",
    "changes_nothing",
    "check_path",
    "diff_trees",
    "guard",
    "is_no_op",
    "read_patch",
]
