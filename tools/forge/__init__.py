"""Branches and pull requests on GitHub and GitLab, or as a folder of patches, behind one protocol."""

from perfagent.tools.forge.access import Access, ForgeName, Place, api_url, find_token, read_remote
from perfagent.tools.forge.clock import Clock, SystemClock
from perfagent.tools.forge.dry_run import DryRun
from perfagent.tools.forge.folder import PatchFolder
from perfagent.tools.forge.github import GitHub
from perfagent.tools.forge.gitlab import GitLab
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
    "Access",
    "BranchUpdate",
    "Clock",
    "Comment",
    "Describing",
    "DryRun",
    "Forge",
    "ForgeName",
    "GitHub",
    "GitLab",
    "Label",
    "NewPull",
    "PatchFolder",
    "Place",
    "PullChange",
    "PullRequest",
    "PullState",
    "Repository",
    "Sending",
    "SystemClock",
    "api_url",
    "find_token",
    "read_remote",
]
