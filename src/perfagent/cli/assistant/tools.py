"""The tools an assistant may call; none changes the user's working tree or branches.

A tool's docstring and its arguments' descriptions are what the assistant's model reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import Context, ListRoots, Resolve
from mcp.types import CallToolResult, ListRootsResult, TextContent
from pydantic import BaseModel, Field, TypeAdapter

from perfagent.agent.opening import RESUMABLE
from perfagent.agent.report_sources import sources
from perfagent.agent.run_folder import list_runs
from perfagent.cli.assistant.calls import CallFailed, Calls, Say
from perfagent.cli.assistant.folders import Folders
from perfagent.cli.assistant.telling import Hotspots, RunEntry, Runs, hotspots_told, told
from perfagent.cli.explain import page_text
from perfagent.tools.errors import PerfagentError, SandboxUnavailable, UsageError
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import Result
from perfagent.tools.sandbox import choose

#: Where a tool's error has its code, for programs.
CODE_KEY = "perfagent/code"
ALLOW_LOCAL = "perfagent doctor; or, for code that you trust, `perfagent mcp --sandbox local`"


def client_folders(ctx: Context) -> ListRoots | ListRootsResult:
    """Ask the assistant's program which folders it works in, if it can tell."""
    capabilities = ctx.client_capabilities
    return ListRoots() if capabilities and capabilities.roots else ListRootsResult(roots=[])


Opened = Annotated[ListRootsResult, Resolve(client_folders)]
Repo = Annotated[str, Field(description="folder of the git repository")]
Workload = Annotated[
    list[str] | None,
    Field(
        description="what to measure, each KIND:TARGET: pytest-benchmark:PATH[::TEST], script:FILE (any script, or one "
        "that defines workload()), pytest:NODE, command:CMD; benchmarks are looked for when left out"
    ),
]
Test = Annotated[str | None, Field(description="command that runs the unit tests; pytest when left out")]
Paths = Annotated[list[str] | None, Field(description="globs; only files that match may be edited")]
MinSpeedup = Annotated[
    float | None, Field(ge=1.01, le=10, description="smallest speedup worth having; 1.03 when left out")
]
MaxMinutes = Annotated[
    float | None, Field(gt=0, description="for the search alone, without the first and the last measurements")
]
MaxCandidates = Annotated[int | None, Field(ge=1, description="candidates to verify at most; 40 when left out")]
RunId = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]+$", description="a run's id, or the beginning of one")]


@dataclass(frozen=True, slots=True)
class Asked:
    """A command for a repository.

    Attributes:
        command: its word.
        repo: the repository as the assistant names it.
        flags: by their names without the dashes; None for what was left out, lists for what may be repeated.
        commits: what stands after the repository.
        stdin: what the command reads.
    """

    command: str
    repo: str
    flags: Mapping[str, Any]
    commits: tuple[str, ...] = ()
    stdin: str = ""


class Tools:
    """The tools, for repositories in some folders.

    Args:
        folders: those opened to the assistant.
        calls: where its calls run.
        sandbox: kind of the sandbox, or `auto` for one that contains.
    """

    def __init__(self, folders: Folders, calls: Calls, sandbox: str) -> None:
        self._folders, self._calls, self._sandbox = folders, calls, sandbox

    async def hotspots(
        self, ctx: Context, opened: Opened, repo: Repo, workload: Workload = None, paths: Paths = None,
        top: Annotated[int, Field(ge=1, le=100, description="how many functions")] = 15,
    ) -> Annotated[CallToolResult, Hotspots]:  # fmt: skip
        """Profile the repository's workloads: which functions their time goes to, most first."""
        try:
            text = await self._measured(ctx, opened, Asked("hotspots", repo, {"workload": workload, "paths": paths}))
        except (PerfagentError, CallFailed) as error:
            return failed(error)
        found = Hotspots(hotspots=tuple(TypeAdapter(list[Hotspot]).validate_json(text)[:top]))
        return answer(hotspots_told(found), found)

    async def verify(
        self, ctx: Context, opened: Opened, repo: Repo,
        patch: Annotated[str, Field(description="unified diff against HEAD, as `git diff` makes it")],
        workload: Workload = None, test: Test = None, min_speedup: MinSpeedup = None,
    ) -> Annotated[CallToolResult, Result]:  # fmt: skip
        """Judge a patch: does it apply, keep all values and unit tests, and is it proved faster? Changes nothing."""
        flags = {"patch": "-", "workload": workload, "test": test, "min-speedup": min_speedup}
        return await self._result(ctx, opened, Asked("verify", repo, flags, stdin=patch))

    async def compare(
        self, ctx: Context, opened: Opened, repo: Repo,
        base: Annotated[str, Field(description="commit, branch or tag to compare with")],
        head: Annotated[str, Field(description="commit, branch or tag to judge")],
        workload: Workload = None, test: Test = None, min_speedup: MinSpeedup = None,
    ) -> Annotated[CallToolResult, Result]:  # fmt: skip
        """Compare two commits: is the second one faster or slower, and is it still right? Changes nothing."""
        flags = {"workload": workload, "test": test, "min-speedup": min_speedup}
        return await self._result(ctx, opened, Asked("compare", repo, flags, (base, head)))

    async def run(
        self, ctx: Context, opened: Opened, repo: Repo, workload: Workload = None, test: Test = None,
        paths: Paths = None, min_speedup: MinSpeedup = None,
        max_minutes: MaxMinutes = None, max_candidates: MaxCandidates = None,
    ) -> Annotated[CallToolResult, Result]:  # fmt: skip
        """Search for speedups and prove them: one commit a proved patch, in a branch of the run's own clone.

        Takes minutes to an hour. When the call is cancelled the run is interrupted, and `resume` goes on with it.
        """
        flags = {
            "workload": workload, "test": test, "paths": paths, "min-speedup": min_speedup, "max-time": max_minutes,
            "max-candidates": max_candidates,
        }  # fmt: skip
        return await self._result(ctx, opened, Asked("run", repo, flags))

    async def resume(self, ctx: Context, opened: Opened, run: RunId) -> Annotated[CallToolResult, Result]:
        """Go on with a run, verification or comparison that was interrupted; nothing that finished is repeated."""
        try:
            folder, repository = self._run_folder(self._allowed(opened), run)
            await self._check_containment(folder)
            text = await self._calls.call(["resume", "--json", "--", str(folder)], repository, _progress(ctx))
        except (PerfagentError, CallFailed) as error:
            return failed(error)
        result = Result.model_validate_json(text)
        return answer(told(result), result)

    async def show(self, opened: Opened, run: RunId) -> Annotated[CallToolResult, Result]:
        """Show a finished run's result: verdict, figures with intervals, patches with their diffs."""
        try:
            folder, _ = self._run_folder(self._allowed(opened), run)
            result = (await anyio.to_thread.run_sync(sources, folder)).result
        except PerfagentError as error:
            return failed(error)
        return answer(told(result), result)

    async def runs(self, opened: Opened) -> Annotated[CallToolResult, Runs]:
        """List the runs on the repositories that are open to you, newest first, unfinished ones too."""
        found = Runs(runs=tuple(RunEntry(**entry) for entry in self._entries(self._allowed(opened))))
        lines = [f"{each.id}  {each.command}  {each.status}  {each.verdict}  {each.repository}" for each in found.runs]
        return answer("\n".join(lines) or "There are no runs yet.", found)

    async def explain(self, code: Annotated[str, Field(description="such as PA401")]) -> CallToolResult:
        """Say what an error's code means, why it happens and what to do about it."""
        try:
            return answer(page_text(code))
        except PerfagentError as error:
            return failed(error)

    def _allowed(self, opened: ListRootsResult) -> Folders:
        return self._folders.narrowed(str(root.uri) for root in opened.roots)

    async def _result(self, ctx: Context, opened: ListRootsResult, asked: Asked) -> CallToolResult:
        try:
            text = await self._measured(ctx, opened, asked)
        except (PerfagentError, CallFailed) as error:
            return failed(error)
        result = Result.model_validate_json(text)
        return answer(told(result), result)

    async def _measured(self, ctx: Context, opened: ListRootsResult, asked: Asked) -> str:
        """The document that a command prints.

        Raises:
            UsageError: the repository or a workload's file is outside of the folders.
            SandboxUnavailable: nothing here contains the code, and nobody said that it may run uncontained.
            CallFailed: the command ended with an error.
        """
        allowed = self._allowed(opened)
        repository = allowed.repository(asked.repo)
        for spec in asked.flags.get("workload") or ():
            allowed.workload(spec, repository)
        flags = [*_flags(asked.flags), f"--sandbox={await self._contained()}"]
        words = [asked.command, "--json", *flags, "--", str(repository), *asked.commits]
        return await self._calls.call(words, repository, _progress(ctx), asked.stdin)

    async def _contained(self) -> str:
        """The sandbox's kind; found out once, and never `local` unless that was asked for.

        Raises:
            SandboxUnavailable: no kind that contains works here.
        """
        if self._sandbox == "auto":
            kind, why = await anyio.to_thread.run_sync(choose)
            if kind == "local":
                raise SandboxUnavailable(f"no sandbox works: {why}", ALLOW_LOCAL)
            self._sandbox = kind
        return self._sandbox

    async def _check_containment(self, folder: Path) -> None:
        """Hold a run that goes on to what a new one is held to.

        Raises:
            SandboxUnavailable: the user began it uncontained, and did not say so of the assistant.
        """
        begun = json.loads((folder / "run.json").read_text("utf-8"))["settings"]["sandbox"]
        if begun == "local" and await self._contained() != "local":
            raise SandboxUnavailable(f"the run {folder.name} was begun without containment", ALLOW_LOCAL)

    def _entries(self, allowed: Folders) -> list[dict[str, str]]:
        """The runs that have or will have a result, on repositories that are open; a URL never is."""
        named = ((Path(entry["repository"]), entry) for entry in list_runs() if entry["command"] in RESUMABLE)
        return [entry for path, entry in named if path.is_absolute() and allowed.hold(path)]

    def _run_folder(self, allowed: Folders, run: str) -> tuple[Path, Path]:
        """A run's folder and its repository; runs on what is not open are as if they were not there.

        Raises:
            PerfagentError: no run begins so, or several do.
        """
        found = [entry for entry in self._entries(allowed) if entry["id"].startswith(run)]
        if len(found) > 1:
            ids = ", ".join(entry["id"] for entry in found[:5])
            raise UsageError(f"several runs begin with {run!r}", f"give more of the id: {ids}", code="PA005")
        if not found:
            raise PerfagentError(f"there is no run {run!r}", "`runs` lists them", code="PA005")
        return Path(found[0]["folder"]), Path(found[0]["repository"])


def answer(text: str, document: BaseModel | None = None) -> CallToolResult:
    """What a model reads, and the document it is about."""
    structured = None if document is None else document.model_dump(mode="json", by_alias=True)
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=structured)


def failed(error: PerfagentError | CallFailed) -> CallToolResult:
    """A tool's error: the line with its code, what its page says, and the run that can be resumed."""
    line, run = (error.told, error.run) if isinstance(error, CallFailed) else (str(error), "")
    lines = [f"{line} [{error.code}]" if error.code else line]
    if error.code:
        _, _, sections = page_text(error.code).partition("\n## ")
        lines.append(f"## {sections}".rstrip())
    if run and any(entry["id"] == run and entry["command"] in RESUMABLE for entry in list_runs()):
        lines.append(f"`resume` goes on with run {run}")
    meta = {CODE_KEY: error.code} if error.code else None
    return CallToolResult(content=[TextContent(type="text", text="\n\n".join(lines))], is_error=True, _meta=meta)


def _flags(given: Mapping[str, Any]) -> Iterator[str]:
    """The flags as words; a value that begins with a dash stays a value."""
    for name, value in given.items():
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                yield f"--{name}={each}"


def _progress(ctx: Context) -> Say:
    """Tells the assistant's program each line, under a number that grows."""
    steps = count(1)

    async def say(line: str) -> None:
        await ctx.report_progress(next(steps), None, line)

    return say
