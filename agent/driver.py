"""What the commands do: open a run folder and its services, drive the graph or the verifier, hand back the result."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfagent import __version__
from perfagent.agent.interruption import interruptible
from perfagent.agent.run_folder import RunFolder, fresh_folder, new_run_id, runs_home, write_atomically
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings, load_settings
from perfagent.agent.state import Candidate, RunState, Verdict
from perfagent.tools.errors import EditError, LimitExceeded, ModelError, PerfagentError, RepositoryError, UsageError
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import Result, open_progress

if TYPE_CHECKING:
    from perfagent.tools.report import CalibrationReport
    from perfagent.tools.repository import Target

#: Commands whose run folder can be gone on with.
RESUMABLE = ("run", "verify", "compare")

#: More steps of the graph mean a fault: each candidate takes at most three, each idea two.
STEPS_PER_CANDIDATE = 8


def run(repo: str, flags: Mapping[str, Any], out: Path | None) -> Result:
    """`perfagent run`: the whole machine on a repository.

    Raises:
        PerfagentError: the run could not be completed.
    """
    with opened("run", repo, flags, out) as services:
        base = services.target.commit("HEAD")
        start: RunState = {"run_id": services.folder.id, "base": base}
        return _drive(services, start)


def resume(folder: Path) -> Result:
    """`perfagent resume`: go on where a run was killed or interrupted.

    Raises:
        PerfagentError: the command cannot be resumed.
    """
    finished = folder / "result.json"
    if finished.exists():
        return Result.model_validate_json(finished.read_text("utf-8"))
    asked = json.loads((folder / "run.json").read_text("utf-8"))
    with _reopened(folder, asked) as services:
        if asked["command"] == "run":
            base = services.target.commit("HEAD")
            return _drive(services, {"run_id": services.folder.id, "base": base})
        if asked["command"] in RESUMABLE:
            return _judge(services, asked["command"], asked["arguments"])
        raise UsageError(f"{asked['command']} cannot be resumed", "start it again")


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
        plot: file to draw into; in the run folder, where matplotlib is installed, when None.

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
        raise PerfagentError(f"the run {folder.name} has not ended", f"go on with `perfagent resume {folder.name}`")
    result = Result.model_validate_json(file.read_text("utf-8"))
    if result.branch is None:
        raise PerfagentError(f"the run {folder.name} has no branch: nothing was proved faster")
    where = repo or Path(result.repository)
    if not (where / ".git").exists():
        raise RepositoryError(f"{where} is no repository here", "name one with --repo DIR")
    target = Target(str(where), where.resolve(), folder / "repo.git", result.head)
    target.fetch_into(where, result.branch)
    return result.branch, where


def _drive(services: Services, start: RunState) -> Result:
    """Run the graph from its last checkpoint, or from the start when there is none."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    from perfagent.agent.graph import build_graph
    from perfagent.agent.lab.laboratory import Laboratory
    from perfagent.agent.lab.prepared import Prepared

    connection = sqlite3.connect(services.folder.path / "checkpoint.sqlite", check_same_thread=False)
    try:
        graph = build_graph(SqliteSaver(connection))
        limit = STEPS_PER_CANDIDATE * (services.settings.max_candidates + 8)
        config: Any = {"configurable": {"thread_id": services.folder.id}, "recursion_limit": limit}
        state = graph.get_state(config)
        if state.values.get("prepared"):
            prepared = Prepared(**services.folder.get_json(state.values["prepared"]))
            services.laboratory = Laboratory(services, prepared)
            services.progress.note(f"resumed before {', '.join(state.next) or 'the end'}")
        for step in graph.stream(
            None if state.values else start, config, context=services, stream_mode="updates", durability="sync"
        ):
            services.folder.event("step", nodes=sorted(step))
        final = graph.get_state(config).values
    finally:
        connection.close()
    return Result.model_validate_json(services.folder.get(final["result"]))


def _judge(services: Services, command: str, arguments: Mapping[str, str]) -> Result:
    """The verifier alone, for a patch or for two commits."""
    from perfagent.agent.lab.laboratory import Laboratory
    from perfagent.agent.lab.prepared import Prepared
    from perfagent.agent.lab.preparing import Preparation
    from perfagent.agent.outcome import verdict_result, write_outcome
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
    verdict = Verdict(
        **folder.step("verdict", lambda: Verifier(services).judge(candidate, command, head).model_dump(mode="json"))
    )
    result = verdict_result(command, services, candidate, verdict, head)
    write_outcome(services, result)
    return result


@contextmanager
def opened(command: str, repo: str, flags: Mapping[str, Any], out: Path | None, **arguments: str) -> Iterator[Services]:
    """A new run folder with its services; the repository is cloned into it.

    Raises:
        PerfagentError: the repository, a setting or a workload is none.
    """
    from perfagent.tools.repository import open_target
    from perfagent.tools.workload import parse

    root = Path(repo).expanduser()
    settings = load_settings(flags, os.environ, root if root.is_dir() else None)
    for spec in settings.workload:
        parse(spec)
    where = _run_path(out, root)
    _check_model(settings)
    with fresh_folder(where) as folder:
        target = open_target(repo, folder.path)
        asked = _asked(command, repo, settings, target, arguments)
        write_atomically(folder.path / "run.json", json.dumps(asked, indent=1).encode())
        with _serving(folder, asked, settings, target) as services:
            for warning in target.warnings:
                services.progress.warn(warning)
            yield services


def _asked(command: str, repo: str, settings: Settings, target: Target, arguments: Mapping[str, str]) -> dict[str, Any]:
    """The content of run.json."""
    root = Path(repo).expanduser()
    return {
        "command": command,
        "repository": str(root.resolve()) if root.exists() else repo,
        "settings": settings.model_dump(mode="json"),
        "arguments": arguments,
        "head": target.head,
        "started": time.time(),
        "version": __version__,
        "python": sys.version.split()[0],
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores",
    }


@contextmanager
def _reopened(path: Path, asked: Mapping[str, Any]) -> Iterator[Services]:
    """The services of a run that was begun before."""
    from perfagent.tools.repository import Target

    folder = RunFolder(path)
    settings = Settings(**asked["settings"])
    root = Path(asked["repository"])
    target = Target(str(root), root if root.is_dir() else None, folder.path / "repo.git", asked["head"])
    with _serving(folder, asked, settings, target) as services:
        yield services


@contextmanager
def _serving(folder: RunFolder, asked: Mapping[str, Any], settings: Settings, target: Target) -> Iterator[Services]:
    from perfagent.tools.sandbox import reap

    folder.claim()
    for left in reap():
        folder.event("reaped", what=left)
    with open_progress() as progress:
        services = Services(settings, folder, progress, target, asked)
        progress.note(f"run {folder.id}: {folder.path}")
        if settings.uses_model:
            from perfagent.agent.ideas.model import open_model

            services.model, services.ledger = open_model(services)
        try:
            with interruptible(services):
                yield services
        except (KeyboardInterrupt, ModelError, LimitExceeded) as error:
            folder.event("interrupted", by=type(error).__name__)
            if asked["command"] in RESUMABLE:
                progress.note(f"interrupted; nothing measured is lost: `perfagent resume {folder.handle}` goes on")
            raise
        finally:
            folder.close()


def _run_path(out: Path | None, repo: Path) -> Path:
    """Where the run's folder shall be.

    Raises:
        UsageError: it is inside the target repository, or is not empty.
    """
    where = (out.expanduser() if out else runs_home() / new_run_id()).resolve()
    if repo.is_dir() and where.is_relative_to(repo.resolve()):
        raise UsageError(f"the run folder {where} lies inside the repository", "give --out a folder outside it")
    if where.exists() and (not where.is_dir() or any(where.iterdir())):
        raise UsageError(f"{where} exists already and is not an empty folder", "give --out a new folder")
    return where


def _check_model(settings: Settings) -> None:
    """Notice before anything is built that the model cannot be used.

    Raises:
        ModelError: no key, or an unknown provider.
    """
    if settings.uses_model:
        from perfagent.agent.ideas.model import check_model

        assert settings.model is not None
        check_model(settings.model, settings.api_base)
