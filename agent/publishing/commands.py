"""The commands that let a reader of a pull request repeat its verdict."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perfagent.agent.settings import Settings

#: Settings that decide what is measured, and the flags they are given by.
FLAGS = ("workload", "test", "setup", "build", "python", "image", "min_speedup", "metric", "no_instructions", "seed")


def repeating(asked: Mapping[str, Any], branch: str, base: str, commit: str) -> tuple[str, ...]:
    """Shell commands for a clone of the repository: fetch the branch, compare it with what it stands on.

    Args:
        asked: the run's run.json.
        base, commit: full ids of the two sides.
    """
    words = ["perfagent", "compare", ".", base[:12], commit[:12]]
    defaults = Settings()
    for name in FLAGS:
        value = asked["settings"].get(name)
        if value is None or value == getattr(defaults, name) or value == []:
            continue
        for each in value if isinstance(value, list) else [value]:
            flag = f"--{name.replace('_', '-')}"
            words += [flag] if each is True else [flag, _public(name, str(each))]
    return (f"git fetch origin {shlex.quote(branch)}", shlex.join(words))


def _public(name: str, value: str) -> str:
    """A setting without this machine's folders: a script or interpreter outside the repository by its name."""
    if name == "python":
        return Path(value).name if value.startswith("/") else value
    kind, colon, place = value.partition(":")
    if name == "workload" and place.startswith(("/", "~")):
        return f"{kind}{colon}{Path(place).name}"
    return value
