"""What the commands do: open a run folder and its services, drive the graph or the verifier, hand back the result."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfagent.agent.opening import RESUMABLE, opened, reopened
from perfagent.agent.reviewing import Question, Reviewer
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, RunState, Verdict
from perfagent.tools.errors import EditError, PerfagentError, RepositoryError, ReviewPending, UsageError
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import Result

if TYPE_CHECKING:
    from langgraph.types import StateSnapshot

    from perfagent.tools.report import CalibrationReport

#: More steps of the graph mean a fault: each candidate takes at most four, each idea two.
STEPS_PER_CANDIDATE = 8


def run(repo: str, flags: Mapping[str, Any], out: Path | None, reviewer: Reviewer | None = None) -> Result:
    """`perfagent run`: the whole machine on a repository.

    Args:
        reviewer: asks a person about each accepted patch when `--review` is given.

    Raises:
        PerfagentError: the run could not be completed.
    """
    with opened("run", repo, flags, out) as services:
        base = services.target.commit("HEAD")
        start: RunState = {"run_id": services.folder.id, "base": base}
        return _drive(services, start, reviewer)


def resume(folder: Path, reviewer: Reviewer | None = None) -> Result:
    """`perfagent resume`: go on where a run was killed or interrupted, or waits for a review.

    Raises:
        PerfagentError: the command cannot be resumed.
    """
    finished = folder / "result.json"
    if finished.exists():
        return Result.model_validate_json(finished.read_text("utf-8"))
    asked = json.loads((folder / "run.json").read_text("utf-8"))
    with reopened(folder, asked) as services:
        if asked["command"] == "run":
            base = services.target.commit("HEAD")
            return _drive(services, {"run_id": services.folder.id, "base": base}, reviewer)
        if asked["command"] in RESUMABLE:
            return _judge(services, asked["command"], asked["arguments"])
        raise UsageError(f"{asked['command']} cannot be resumed", "start it again", code="PA009")


def verify(repo: str, patch: str, flags: Mapping[str, Any], out: Path | None) -> Result:
    """`perfagent verify`: the verifier alone.

    Raises:
        PerfagentError: the patch is empty or no diff, or the baseline does not work.
    """
    from perfagent.tools.patch import read_patch

    if not patch.strip():
        raise EditError("malformed", "the patch is empty", "give --patch a unified diff")
    try:
        read_patch(patch)
    except EditError as error:
        if error.reason == "malformed" and "no diff" in error.message:
            raise EditError("malformed", "the patch file holds no diff", "make one with `git diff`") from error
    with opened("verify", repo, flags, out, patch=patch) as services:
        return _judge(services, "verify", {"patch": patch})


def compare(repo: str, base: str, head: str, flags: Mapping[str, Any], out: Path | None) -> Result:
    """`perfagent compare`: two commits of one repository.

    Raises:
        PerfagentError: a commit does not exist, or the baseline does not work.
    """
    with opened("compare", repo, flags, out, base=base, head=head) as services:
        return _judge(services, "compare", {"base": base, "head": head})


def hotspots(repo: str, flags: Mapping[str, Any], out: Path | None, flamegraph: Path | None) -> list[Hotspot]:
    """`perfagent hotspots`: the localizer alone.

    Raises:
        PerfagentError: the baseline does not work.
    """
    from perfagent.agent.lab.laboratory import Laboratory
    from perfagent.agent.lab.preparing import Preparation, Wanted
    from perfagent.agent.nodes.localizer import editable

    with opened("hotspots", repo, flags, out) as services:
        base = services.target.commit("HEAD")
        prepared = Preparation(services, base, Wanted(tests=False, values=False, noise=False)).prepare()
        lab = Laboratory(services, prepared)
        tree = lab.tree(base)
        with lab.open({"baseline": tree}) as bench:
            spots = bench.hotspots("baseline", tree, flamegraph)
        return [spot for spot in spots if editable(spot.path, services.settings.paths)]


def calibrate(
    repo: str, flags: Mapping[str, Any], out: Path | None, pairs: int, plot: Path | None
) -> CalibrationReport:
    """`perfagent calibrate`: compare the baseline with itself.

    Args:
        pairs: how many to measure.
        plot: file to draw into; in the run folder, where charts can be drawn, when None.

    Raises:
        PerfagentError: the baseline does not work, or the plot cannot be drawn.
    """
    from perfagent.agent.lab.preparing import Preparation, Wanted
    from perfagent.agent.lab.probing import calibrations
    from perfagent.agent.outcome import calibration_report, write_calibration
    from perfagent.tools.report import check_chart

    if plot is not None:
        check_chart(plot)
    with opened("calibrate", repo, flags, out) as services:
        base = services.target.commit("HEAD")
        preparation = Preparation(services, base, Wanted(tests=False, values=False, noise=False))
        prepared = preparation.prepare()
        found = calibrations(services, prepared, pairs)
        report = calibration_report(services, prepared, found)
        write_calibration(services, report, plot)
        return report


def apply(folder: Path, repo: Path | None) -> tuple[str, Path]:
    """`perfagent apply`: bring a finished run's branch into the repository; returns branch and repository.

    Raises:
        PerfagentError: the run has no branch, or the repository refuses it.
    """
    from perfagent.tools.repository import Target

    file = folder / "result.json"
    if not file.exists():
        raise PerfagentError(
            f"the run {folder.name} has not ended", f"go on with `perfagent resume {folder.name}`", code="PA006"
        )
    result = Result.model_validate_json(file.read_text("utf-8"))
    if result.branch is None:
        raise PerfagentError(f"the run {folder.name} has no branch: nothing was proved faster", code="PA007")
    where = repo or Path(result.repository)
    if not (where / ".git").exists():
        raise RepositoryError(f"{where} is no repository here", "name one with --repo DIR", code="PA201")
    target = Target(str(where), where.resolve(), folder / "repo.git", result.head)
    target.fetch_into(where, result.branch)
    return result.branch, where


def _drive(services: Services, start: RunState, reviewer: Reviewer | None) -> Result:
    """Run the graph from its last checkpoint, or from the start when there is none; reviews are asked on the way."""
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.types import Command

    from perfagent.agent.graph import build_graph

    connection = sqlite3.connect(services.folder.path / "checkpoint.sqlite", check_same_thread=False)
    try:
        graph = build_graph(SqliteSaver(connection))
        settings = services.settings
        limit = STEPS_PER_CANDIDATE * (settings.max_candidates + 8)
        config: Any = {"configurable": {"thread_id": services.folder.id}, "recursion_limit": limit,
                       "max_concurrency": settings.parallel}  # fmt: skip
        state = graph.get_state(config)
        _reopen_laboratory(services, state)
        given: Any = None if state.values else start
        while True:
            if state.interrupts:
                given = Command(resume=_reviewed(services, reviewer, state.interrupts[0].value))
            for step in graph.stream(given, config, context=services, stream_mode="updates", durability="sync"):
                services.folder.event("step", nodes=sorted(step))
            state = graph.get_state(config)
            if not state.interrupts:
                return Result.model_validate_json(services.folder.get(state.values["result"]))
    finally:
        connection.close()


def _reopen_laboratory(services: Services, state: StateSnapshot) -> None:
    from perfagent.agent.lab.laboratory import Laboratory
    from perfagent.agent.lab.prepared import Prepared

    if state.values.get("prepared"):
        prepared = Prepared(**services.folder.get_json(state.values["prepared"]))
        services.laboratory = Laboratory(services, prepared)
        services.progress.note(f"resumed before {', '.join(state.next) or 'the end'}")


def _reviewed(services: Services, reviewer: Reviewer | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a person says of an accepted patch.

    Raises:
        ReviewPending: nobody is there to be asked.
    """
    question = Question(**asked)
    with services.progress.paused():
        answer = reviewer(question) if reviewer is not None else None
    if answer is None:
        handle = services.folder.handle
        raise ReviewPending(
            f"a patch waits for review ({question.title}): {services.folder.path / 'review.diff'}",
            f"`perfagent resume {handle} --accept`, `--reject` or `--hint TEXT` goes on",
        )
    return answer.model_dump()


def _judge(services: Services, command: str, arguments: Mapping[str, str]) -> Result:
    """The verifier alone, for a patch or for two commits."""
    from perfagent.agent.lab.laboratory import Laboratory
    from perfagent.agent.lab.prepared import Prepared
    from perfagent.agent.lab.preparing import Preparation
    from perfagent.agent.outcome import verdict_result, write_outcome
    from perfagent.agent.report_sources import keep_reproduction, keep_sources
    from perfagent.agent.reproducing import reproduction
    from perfagent.agent.verify.verification import Verifier

    target, folder = services.target, services.folder
    head = ""
    if command == "compare":
        base, head = target.commit(arguments["base"]), target.commit(arguments["head"])
    else:
        base = target.commit("HEAD")
    services.enter("prepare", base[:12])
    preparation = Preparation(services, base)
    prepared = Prepared(**folder.step("prepared", lambda: preparation.prepare().model_dump(mode="json")))
    services.laboratory = Laboratory(services, prepared)
    services.enter("verifier", "the patch" if command == "verify" else f"{head[:12]} against {base[:12]}")
    diff = arguments["patch"] if command == "verify" else target.diff(base, head)
    candidate = Candidate(
        id=folder.put(base + diff)[:12], idea="", title=command, parent=base, diff=folder.put(diff), origin="user"
    )
    verifier = Verifier(services)
    verdict = Verdict(
        **folder.step("verdict", lambda: verifier.judge(candidate, command, head).model_dump(mode="json"))
    )
    subject = "patch" if command == "verify" else "head"
    keep_sources(services, {subject: verdict}, base, verifier.measured(candidate, verdict, head))
    found = reproduction(services, base, diff="" if head else diff, head=head)
    keep_reproduction(services, found)
    result = verdict_result(command, services, candidate, verdict, head)
    result = result.model_copy(update={"reproduce": found.commands})
    write_outcome(services, result)
    return result
