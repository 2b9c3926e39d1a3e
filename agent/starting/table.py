"""[tool.perfagent] as text at the end of a pyproject.toml, whose other lines stay as they are."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from perfagent.agent.settings import ENVIRONMENT_SETTINGS
from perfagent.agent.starting.files import Change
from perfagent.tools.errors import UsageError

PYPROJECT = "pyproject.toml"


def table_text(settings: Mapping[str, object], newline: str = "\n") -> str:
    """The tables that say some settings; empty when there are none.

    Args:
        settings: strings and lists of strings by the settings' names.
    """
    own = {name: value for name, value in settings.items() if name not in ENVIRONMENT_SETTINGS}
    environment = {name: value for name, value in settings.items() if name in ENVIRONMENT_SETTINGS}
    parts = [("tool.perfagent", own), ("tool.perfagent.environment", environment)]
    blocks = [[f"[{head}]", *(f"{name} = {_value(value)}" for name, value in held.items())] for head, held in parts]
    return (newline * 2).join(newline.join(block) for block in blocks if len(block) > 1)


def settings_change(root: Path, settings: Mapping[str, object]) -> tuple[Change | None, str]:
    """The pyproject.toml with the table added, or None; and what the reader should know of why not.

    An existing [tool.perfagent] is a person's word and never changed.

    Raises:
        UsageError: the file cannot be read as TOML.
    """
    if not settings:
        return None, ""
    place = root / PYPROJECT
    if not place.is_file():
        return None, f"there is no {PYPROJECT} to keep this in; make an empty one, or give it as flags:"
    with place.open(encoding="utf-8", newline="") as stream:
        text = stream.read()
    try:
        known = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"the repository's {PYPROJECT} cannot be read ({error})", "mend it", code="PA106") from error
    if "perfagent" in known.get("tool", {}):
        return None, f"{PYPROJECT} has a [tool.perfagent], which is left as it is; what could be added:"
    newline = "\r\n" if "\r\n" in text else "\n"
    ended = text.rstrip("\r\n") + newline if text.strip() else ""
    between = newline if ended else ""
    added = f"{ended}{between}{table_text(settings, newline)}{newline}"
    try:
        tomllib.loads(added.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:  # `tool` is written in one line, which no table can follow
        return None, f"{PYPROJECT} has a form that no table can be added to; what could be:"
    return Change(PYPROJECT, added, "what a run could not find out for sure"), ""


def _value(value: object) -> str:
    """A string or a list of strings as TOML, whose basic strings escape as JSON's do."""
    return json.dumps(value, ensure_ascii=False)
