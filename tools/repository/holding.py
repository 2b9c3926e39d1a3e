"""A plain tree put under git, so that what an editor changes in it can be shown as a diff."""

from __future__ import annotations

from pathlib import Path

from perfagent.tools.repository.git import Git
from perfagent.tools.repository.target import Author, install_policies


def hold_tree(tree: Path) -> None:
    """Make `tree` a repository of its own with one commit of all its files; hooks and attributes off.

    Raises:
        RepositoryError: git refuses.
    """
    git = Git(tree.resolve())
    git.run("init", "--quiet", "--template=", "--initial-branch=held")
    install_policies(tree / ".git")
    git.run("add", "--all", "--force", ".")
    git.run("commit", "--quiet", "--allow-empty", "-m", "The baseline", env=Author().variables())
