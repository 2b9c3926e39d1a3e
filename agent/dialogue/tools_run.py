"""Tools that run code: tests, measurements, profiles and a shell, each only where the run offers it."""

from __future__ import annotations

from pydantic import Field

from perfagent.agent.dialogue.output import capped
from perfagent.agent.dialogue.toolbox import Arguments, Tool
from perfagent.agent.dialogue.workbench import Workbench

#: Pairs of a quick measurement that may be asked for; more is for the verdict itself.
MOST_PAIRS = 20

#: Seconds a command of the shell gets by itself, and may ask for.
SHELL_S, LONGEST_SHELL_S = 60, 300


class RunTests(Arguments):
    """Which tests."""

    tests: list[str] | None = Field(default=None, description="pytest node ids; the run's own selection when left out")


class QuickMeasure(Arguments):
    """How often."""

    pairs: int | None = Field(
        default=None, ge=6, le=MOST_PAIRS, description="pairs of runs, 6 to 20; 6 when left out, 20 see smaller gains"
    )


class Profile(Arguments):
    """Of what."""

    function: str | None = Field(
        default=None, description="path:qualname for the lines of one function; all hot functions when left out"
    )


class Shell(Arguments):
    """A command."""

    command: str = Field(min_length=1, description="what `bash -c` gets; several lines are fine")
    timeout_s: int = Field(
        default=SHELL_S, ge=1, le=LONGEST_SHELL_S, description="seconds until it is killed, at most 300"
    )


def running_tools(workbench: Workbench) -> list[Tool]:
    """Those of run_tests, quick_measure and profile that the workbench has."""
    actions, tools = workbench.actions, []
    run_tests, quick_measure = actions.run_tests, actions.quick_measure
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
                "Time your change against the code before it in a few interleaved pairs, and say what so few cannot "
                "see. It decides nothing.",
                QuickMeasure,
                lambda a: quick_measure(a.pairs),
                repeatable=True,
            )
        )
    return [*tools, *looking_tools(workbench)]


def looking_tools(workbench: Workbench) -> list[Tool]:
    """Those of profile and shell that the workbench has: they help to understand as well as to edit."""
    profile, shell, tools = workbench.actions.profile, workbench.actions.shell, []
    if profile is not None:
        tools.append(
            Tool(
                "profile",
                "Show where the time goes now, by function; with `function`, by the lines of that function.",
                Profile,
                lambda a: profile(a.function),
                repeatable=True,
            )
        )
    if shell is not None:
        tools.append(
            Tool(
                "shell",
                "Run a command with bash in a sandbox without network; it is ended after 60 s unless timeout_s says "
                "otherwise. The working folder holds old/ (the code before your change, read-only), new/ (your tree: "
                "what you change there by sed, python or a heredoc is your edit, protected files are put back) and "
                "scratch/ (yours, kept between calls: write profiles and differential tests of old against new "
                "there). There is no git history. PYTHONPATH points into new/; `PYTHONPATH=$OLD python ...` runs the "
                "old code.",
                Shell,
                lambda a: capped(shell(a.command, a.timeout_s), "send it to a file in scratch/ and read parts of that"),
            )
        )
    return tools
