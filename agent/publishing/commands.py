"""What lets a reader of a pull request repeat its verdict: commands, and the scripts they name."""

from __future__ import annotations

import shlex
from pathlib import Path

from perfagent.agent.reproducing import FOLDER, as_comparison
from perfagent.tools.report import CHANGE, Result

#: Longest script from outside the repository that a pull request shows, in characters: about a screen.
SCRIPT_LENGTH = 5000


def repeating(result: Result, branch: str, base: str, commit: str, *, mailed: bool = False) -> tuple[str, ...]:
    """Shell commands for a clone of the repository: get the change, compare it with what it stands on.

    Args:
        result: whose last command repeats the verdict; results of earlier versions have none.
        base, commit: full ids of the two sides.
        mailed: whether the change comes as a mail, which becomes a commit of whoever applies it, and not as a branch.
    """
    head = "HEAD" if mailed else commit[:12]
    try:
        compare = as_comparison(result.reproduce, base[:12], head)
    except ValueError:
        compare = f"perfagent compare . {base[:12]} {head}"
    if mailed:
        return (f"git checkout {base[:12]}", "git am 0001-*.patch", compare)
    return (f"git fetch origin {shlex.quote(branch)}", compare)


def scripts(folder: Path) -> tuple[tuple[str, str], ...]:
    """Name and text of the scripts from outside the repository that a run's commands need, as far as they are short."""
    files = [file for file in sorted(folder.joinpath(FOLDER).glob("*")) if file.name != CHANGE]
    texts = [(file.name, file.read_text("utf-8", "replace")) for file in files if file.is_file()]
    return tuple((name, text) for name, text in texts if len(text) <= SCRIPT_LENGTH)
