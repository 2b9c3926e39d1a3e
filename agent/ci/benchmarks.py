"""The same benchmarks on both sides: a change that edits them is judged by those of its base.

Otherwise a benchmark that is given more work would be a slowdown, and one that is given less would hide one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from perfagent.agent.ci.checkout import Sides
from perfagent.agent.settings import load_settings
from perfagent.tools.patch import Policy
from perfagent.tools.repository import Author, Git

#: What the guard calls the files that decide what is measured.
_BENCHMARKS = ("a workload", "a benchmark")


def workloads(sides: Sides, flags: Mapping[str, Any]) -> tuple[str, ...]:
    """What is measured at the base: as the settings say, else all that is found; empty when there is nothing."""
    from perfagent.tools.workload import discover

    given = load_settings(flags, os.environ, sides.root).workload
    if given:
        return given
    files = [path.relative_to(sides.root) for path in sides.root.rglob("*.py") if ".git" not in path.parts]
    return tuple(found.workload.spec for found in discover(sides.root, [file.as_posix() for file in files]))


def with_same_benchmarks(sides: Sides, specs: Sequence[str]) -> tuple[Sides, tuple[str, ...]]:
    """The sides with the head's benchmarks replaced by the base's, and which files that were.

    Args:
        specs: what is measured, as `KIND:TARGET`.
    """
    own = [spec.partition(":")[2].split("::")[0] for spec in specs if not spec.startswith("command:")]
    policy = Policy(workload_paths=tuple(own))
    edited = tuple(name for name in sides.files if policy.protection(name) in _BENCHMARKS)
    if not edited:
        return sides, ()
    rest = tuple(name for name in sides.files if name not in edited)
    return replace(sides, head=_head_with(sides, edited), files=rest), edited


def _head_with(sides: Sides, names: Sequence[str]) -> str:
    """A commit of the head's files but for these, which are as at the base."""
    git = Git(sides.root, git_dir=sides.root / ".git", index=sides.root / ".git" / "index-same-benchmarks")
    git.run("read-tree", sides.head)
    listed = git.run("ls-tree", "-r", "-z", "--full-tree", sides.base).stdout
    there = dict(entry.split(b"\t", 1)[::-1] for entry in listed.split(b"\0") if entry)
    nothing = b"0 none " + b"0" * len(sides.base)
    entries = []
    for name in map(os.fsencode, names):
        mode, _, blob = there.get(name, nothing).split(b" ")
        entries.append(mode + b" " + blob + b"\t" + name)
    # Removals, whose mode is 0, come first: a folder may stand where the base has a file.
    git.run("update-index", "-z", "--index-info", stdin=b"\0".join([*sorted(entries), b""]))
    tree = git.run("write-tree").text
    message = "The change, with the benchmarks of its base"
    made = git.run("commit-tree", tree, "-p", sides.head, "-m", message, env=Author().variables()).text
    # Clones of the clone take what a branch names.
    git.run("update-ref", "refs/heads/perfagent-judged", made)
    return made
