"""`reference/settings.md`: every setting, with each place it can be given in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from perfagent.agent.settings import ENVIRONMENT_PREFIX, ENVIRONMENT_SETTINGS, USER_ONLY, Settings
from perfagent.reference.commands import flags_by_parameter
from perfagent.reference.markdown import attributes, code, sentence

INTRODUCTION = """\
# Settings

A setting is looked for on the command line first, then in the environment, then in the target's `pyproject.toml` under
`[tool.perfagent]`; else the default holds.
An unknown name or a value out of range ends the command with one line that says where it came from.

A list in the environment is separated by `;`, or stands one entry a line.
In `pyproject.toml` names may be written with `-` or `_`.

A repository may be anybody's, so it cannot decide how it is contained, which model sees its code, or who pays: those
settings are marked *user only*, and naming one in a repository's `pyproject.toml` is an error.
"""

#: The settings by what they are about, in the order a reader meets them.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "What is measured": ("workload", "metric", "min_speedup", "paths", "focus", "seed", "core"),
    "The environment": ("python", "image", "setup", "build", "packages", "extras", "test"),
    "Models": (
        "model", "planner_model", "critic_model", "fallback_model", "api_base", "no_model", "replay",
        "reasoning_effort", "prompt_cache", "model_timeout", "attempt_timeout", "profile_facts", "memory",
    ),
    "The search": ("strategy", "parallel", "fresh_starts", "review", "max_candidates", "max_time"),
    "What models may cost": ("max_cost", "max_tokens", "max_calls", "allow_unknown_cost"),
    "The sandbox": ("sandbox", "memory_limit", "disk_limit", "process_limit", "time_limit"),
    "What is reported": ("published_pairs", "no_instructions"),
    "Pull requests": ("pull_max_open", "pull_labels", "pull_ready"),
}  # fmt: skip

#: Flags that are not called as their settings are, as one command alone has them.
FLAGS = {"pull_max_open": "--max-open", "pull_labels": "--label", "pull_ready": "--ready"}

#: The heading of settings that no group names.
OTHERS = "Others"


def groups() -> dict[str, tuple[str, ...]]:
    """The headings with their settings; those that no group names come last, so that none is left out."""
    named = {name for names in GROUPS.values() for name in names}
    rest = tuple(name for name in Settings.model_fields if name not in named)
    known = {title: tuple(n for n in names if n in Settings.model_fields) for title, names in GROUPS.items()}
    return {**known, **({OTHERS: rest} if rest else {})}


def page() -> str:
    """The whole page."""
    flags = flags_by_parameter() | FLAGS
    meanings = attributes(Settings.__doc__ or "")
    parts = [INTRODUCTION]
    for title, names in groups().items():
        parts += [f"## {title}\n", *(_setting(name, flags.get(name), meanings[name]) for name in names)]
    return "\n".join(parts)


def _setting(name: str, flag: str | None, meaning: str) -> str:
    """A setting's heading, meaning, places and values."""
    field = Settings.model_fields[name]
    places = [code(flag)] if flag else []
    places.append(code(f"{ENVIRONMENT_PREFIX}{name.upper()}"))
    if name in USER_ONLY:
        places.append("*user only*")
    else:
        table = "tool.perfagent.environment" if name in ENVIRONMENT_SETTINGS else "tool.perfagent"
        places.append(f"{code(name)} in {code(f'[{table}]')}")
    given = ", ".join(places)
    values = f"{sentence(_range(field)).rstrip('.')}; {_default(field.default)}."
    return f"### {name}\n\n{sentence(meaning)}\n\n- Given by {given}\n- {values}\n"


def _default(value: Any) -> str:
    if value is None or value == ():
        return "not set unless given"
    return "by default " + code(
        str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else value
    )


def _range(field: FieldInfo) -> str:
    """What values a setting takes, in words."""
    choices = _choices(field.annotation)
    if choices:
        return "one of " + ", ".join(code(choice) for choice in choices)
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    bounds = [f"{words[key]} {getattr(each, key):g}" for each in field.metadata for key in words if hasattr(each, key)]
    return f"{_kind(field.annotation)}{': ' if bounds else ''}{', '.join(bounds)}"


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(str(value) for value in get_args(annotation))
    return next((found for part in get_args(annotation) if (found := _choices(part))), ())


def _kind(annotation: Any) -> str:
    """A field's type for someone who writes TOML."""
    parts = [part for part in (get_args(annotation) or (annotation,)) if part not in (type(None), Ellipsis)]
    if get_origin(annotation) is tuple or any(get_origin(part) is tuple for part in parts):
        return "list of texts"
    kinds = {int: "whole number", float: "number", bool: "`true` or `false`", str: "text"}
    return kinds[parts[0]]
