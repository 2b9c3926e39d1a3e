"""The target repository: opening, trees, commits, outlines and text search."""

from perfagent.tools.repository.apply import apply_strictly, attempt_apply, touched_paths
from perfagent.tools.repository.git import EXACT_ATTRIBUTES, LEFTOVERS, Git, GitResult, git_version
from perfagent.tools.repository.holding import hold_tree
from perfagent.tools.repository.opening import disk_free, open_target, working_tree
from perfagent.tools.repository.reading import Match, Symbol, outline, search
from perfagent.tools.repository.target import Author, CommitInfo, Target

__all__ = [
    "EXACT_ATTRIBUTES",
    "LEFTOVERS",
    "Author",
    "CommitInfo",
    "Git",
    "GitResult",
    "Match",
    "Symbol",
    "Target",
    "apply_strictly",
    "attempt_apply",
    "disk_free",
    "git_version",
    "hold_tree",
    "open_target",
    "outline",
    "search",
    "touched_paths",
    "working_tree",
]
