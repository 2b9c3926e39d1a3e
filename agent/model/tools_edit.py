"""The editor's tools, acting on a workbench."""

from __future__ import annotations

from pydantic import Field

from perfagent.agent.model.output import capped
from perfagent.agent.model.toolbox import Arguments, Tool, Toolbox
from perfagent.agent.model.workbench import Workbench
from perfagent.tools.errors import EditError
from perfagent.tools.patch import AnyEdit, Edit, FunctionEdit

_Path = Field(description="path relative to the repository's root")


class ReadFile(Arguments):
    """Lines of a file."""

    path: str = _Path
    start: int = Field(default=1, ge=1, description="first line, from 1")
    end: int | None = Field(default=None, ge=1, description="last line; to the end of the file when left out")


class Search(Arguments):
    """A search."""

    pattern: str = Field(min_length=1, description="Perl regular expression, matched within lines")
    glob: str | None = Field(default=None, description="only in files that match, such as *.py or src/*")


class OnePath(Arguments):
    """A file."""

    path: str = _Path


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


class Nothing(Arguments):
    """No arguments."""


class RunTests(Arguments):
    """Which tests."""

    tests: list[str] | None = Field(default=None, description="pytest node ids; the run's own selection when left out")


class Submit(Arguments):
    """The end of the work."""

    summary: str = Field(min_length=1, description="what you changed and why it is faster, one or two sentences")


class GiveUp(Arguments):
    """The end without a change."""

    reason: str = Field(min_length=1, description="why the idea does not work, one sentence")


def editor_toolbox(workbench: Workbench) -> Toolbox:
    """Everything the editor may do on the workbench."""
    submission = _Submission(workbench)
    reading = [
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
    ]
    editing = [
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
        Tool(
            "view_diff",
            "Show everything you have changed.",
            Nothing,
            lambda _: workbench.diff() or "nothing is changed",
        ),
    ]
    ending = [
        Tool(
            "submit",
            "Hand in the change; it is then tested and measured.",
            Submit,
            submission,
            ends="submitted",
        ),
        Tool("give_up", "Stop: the idea does not work.", GiveUp, lambda a: str(a.reason), ends="gave_up"),
    ]
    return Toolbox([*reading, *editing, *_action_tools(workbench), *ending], workbench)


class _Submission:
    """Refuses to submit nothing, and once for each state of the tree to submit what looks broken."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._warned = ""

    def __call__(self, arguments: Submit) -> str:
        if not self._workbench.diff():
            raise EditError("does_not_apply", "nothing is changed", "edit first, or call give_up")
        problems, digest = self._workbench.problems(), self._workbench.digest()
        if problems and digest != self._warned:
            self._warned = digest
            raise EditError("syntax", problems, "mend it, or submit again if it is right as it is")
        return arguments.summary


def _edited(workbench: Workbench, edit: AnyEdit) -> str:
    paths = ", ".join(workbench.edit([edit]))
    problems = workbench.problems()
    return f"edited {paths}" + (f"\nnote: {problems}" if problems else "")


def _action_tools(workbench: Workbench) -> list[Tool]:
    actions, tools = workbench.actions, []
    run_tests, quick_measure, profile = actions.run_tests, actions.quick_measure, actions.profile
    if run_tests is not None:
        tools.append(
            Tool(
                "run_tests",
                "Run the repository's tests on your change.",
                RunTests,
                lambda a: capped(run_tests(tuple(a.tests or ())), "name fewer tests"),
                repeatable=True,
            )
        )
    if quick_measure is not None:
        tools.append(
            Tool(
                "quick_measure",
                "Time your change against the baseline in a few pairs: shows large effects, decides nothing.",
                Nothing,
                lambda _: quick_measure(),
                repeatable=True,
            )
        )
    if profile is not None:
        tools.append(Tool("profile", "Show where the time goes now.", Nothing, lambda _: profile(), repeatable=True))
    return tools
