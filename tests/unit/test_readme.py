"""The README tells the truth about what can be checked."""

from pathlib import Path

from perfagent.agent.graph import mermaid
from perfagent.cli.main import COMMANDS

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_the_drawing_of_the_machine_is_the_machine() -> None:
    assert f"```mermaid\n{mermaid()}\n```" in README


def test_the_two_commands_exist() -> None:
    for script in ("scripts/demo", "scripts/test"):
        assert f"./{script}" in README
        assert (Path(__file__).parents[2] / script).stat().st_mode & 0o111


def test_every_command_named_is_a_command() -> None:
    for name in (
        "run",
        "verify",
        "compare",
        "hotspots",
        "rewrite",
        "runs",
        "show",
        "report",
        "resume",
        "apply",
        "doctor",
    ):
        assert name in COMMANDS
        assert f"`{name}" in README
