"""What the shell is offered for a value, found out fast enough for a key press: nothing heavy is imported."""

from __future__ import annotations

from collections.abc import Callable

Offered = list[tuple[str, str]]


def one_of(choices: str) -> Callable[[str], list[str]]:
    """Offers the values that a flag takes.

    Args:
        choices: them, as the help shows them: `auto|docker`.
    """

    def offered(incomplete: str) -> list[str]:
        return [choice for choice in choices.split("|") if choice.startswith(incomplete)]

    return offered


def run_ids(incomplete: str) -> Offered:
    """Offers the ids of the runs kept here, newest first, each with its command and repository."""
    import json

    from perfagent.agent.run_folder import runs_home

    found: Offered = []
    for file in sorted(runs_home().glob(f"{_literally(incomplete)}*/run.json"), reverse=True):
        try:
            asked = json.loads(file.read_text("utf-8"))
            found.append((file.parent.name, f"{asked['command']} {asked['repository']}"))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a run that cannot be read cannot be shown either
    return found


def _literally(text: str) -> str:
    """Text for a pattern that stands for itself alone."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in text)
