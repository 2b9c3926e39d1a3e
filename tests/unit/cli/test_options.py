"""What becomes a setting of what a command is given."""

from __future__ import annotations

from pathlib import Path

from perfagent.cli import options


def test_flags_are_what_is_given_but_for_the_command_s_own() -> None:
    given = {"repo": ".", "out": Path("x"), "json": True, "workload": ["script:a.py"], "paths": None, "top": 3}
    assert options.flags(given, "top") == {"workload": ("script:a.py",), "paths": None}
