"""Branches and pull requests on GitHub and GitLab, or as a folder of patches, behind one protocol."""

from perfagent.tools.forge.protocol import Describing, Forge
from perfagent.tools.forge.records import (
    BranchUpdate,
    Comment,
    Label,
    NewPull,
    PullChange,
    PullRequest,
    PullState,
    Repository,
    Sending,
)

__all__ = [
    "BranchUpdate",
    "Comment",
    "Describing",
    "Forge",
    "Label",
    "NewPull",
    "PullChange",
    "PullRequest",
    "PullState",
    "Repository",
    "Sending",
]
