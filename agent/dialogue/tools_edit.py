"""The tools that edit."""

from __future__ import annotations

from pydantic import Field

from perfagent.agent.dialogue.toolbox import Arguments, Tool
from perfagent.agent.dialogue.workbench import Workbench
from perfagent.tools.patch import AnyEdit, Edit, FunctionEdit

_Path = Field(description="path relative to the repository's root")


class EditFile(Arguments):
    """An edit."""

    path: str = _Path
    old: str = Field(min_length=1, description="exact lines to replace, without line numbers; must occur once")
    new: str = Field(description="what takes their place; empty deletes")


class ReplaceFunction(Arguments):
    """A whole definition."""

    path: str = _Path
    qualname: str = Field(
        min_length=1, description="the function, method, class or plainly assigned name: unique or Report.render"
    )
    code: str = Field(min_length=1, description="the whole new definition with its decorators, and nothing else")


class CreateFile(Arguments):
    """A new file."""

    path: str = _Path
    content: str = Field(min_length=1, description="the whole text")


def editing_tools(workbench: Workbench) -> list[Tool]:
    """The tools that change files of the workbench."""
    return [
        Tool(
            "edit",
            "Replace one place of a file: `old` must be quoted exactly and occur once.",
            EditFile,
            lambda a: _edited(workbench, Edit(a.path, a.old, a.new)),
        ),
        Tool(
            "replace_function",
            "Replace a whole function, method or class of a Python file by its name; comments above it stay.",
            ReplaceFunction,
            lambda a: _edited(workbench, FunctionEdit(a.path, a.qualname, a.code)),
        ),
        Tool(
            "create_file",
            "Create a new file.",
            CreateFile,
            lambda a: _edited(workbench, Edit(a.path, "", a.content)),
        ),
    ]


def _edited(workbench: Workbench, edit: AnyEdit) -> str:
    paths = ", ".join(workbench.edit([edit]))
    problems = workbench.problems()
    return f"edited {paths}" + (f"\nnote: {problems}" if problems else "")
