"""Tools that look and change nothing."""

from __future__ import annotations

from pydantic import Field

from perfagent.agent.dialogue.toolbox import Arguments, Tool
from perfagent.agent.dialogue.workbench import Workbench


class ReadFile(Arguments):
    """Lines of a file."""

    path: str = Field(description="path relative to the repository's root")
    start: int = Field(default=1, ge=1, description="first line, from 1")
    end: int | None = Field(default=None, ge=1, description="last line; to the end of the file when left out")


class Search(Arguments):
    """A search."""

    pattern: str = Field(min_length=1, description="Perl regular expression, matched within lines")
    glob: str | None = Field(default=None, description="only in files that match, such as *.py or src/*")


class OnePath(Arguments):
    """A file."""

    path: str = Field(description="path relative to the repository's root")


class OneName(Arguments):
    """A function or method."""

    name: str = Field(min_length=1, description="name of a function or method; of a dotted one the last part counts")


class Nothing(Arguments):
    """No arguments."""


def reading_tools(workbench: Workbench) -> list[Tool]:
    """read_file, search, outline and callers."""
    return [
        Tool(
            "read_file",
            "Read a file, with line numbers.",
            ReadFile,
            lambda a: workbench.read_file(a.path, a.start, a.end),
        ),
        Tool(
            "search",
            "Find lines by a regular expression.",
            Search,
            lambda a: workbench.search(a.pattern, a.glob),
        ),
        Tool("outline", "List a file's classes and functions.", OnePath, lambda a: workbench.outline(a.path)),
        Tool(
            "callers",
            "List where a function or method is called: file, line and the function around it.",
            OneName,
            lambda a: _callers(workbench, a.name),
        ),
    ]


def _callers(workbench: Workbench, name: str) -> str:
    measured = workbench.actions.callers(name) if workbench.actions.callers is not None else ""
    return "\n".join(filter(None, [workbench.callers(name), measured]))
