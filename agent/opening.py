"""Opening a run: its folder, its services and all that must be there and be closed again, whatever happens."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfagent import __version__
from perfagent.agent.accounting import Accounting
from perfagent.agent.interruption import interruptible
from perfagent.agent.journal import write_atomically
from perfagent.agent.run_folder import RunFolder, find_run, fresh_folder, new_run_id, runs_home
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings, load_settings
from perfagent.tools.errors import LimitExceeded, ModelError, UsageError
from perfagent.tools.report import open_progress

if TYPE_CHECKING:
    from perfagent.tools.repository import Target

#: Commands whose run folder can be gone on with.
RESUMABLE = ("run", "verify", "compare")


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
    if settings.replay is not None:
        settings = settings.model_copy(update={"replay": str(_recorded_run(settings.replay))})
    _check_models(settings)
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
def reopened(path: Path, asked: Mapping[str, Any]) -> Iterator[Services]:
    """The services of a run that was begun before."""
    from perfagent.tools.repository import Target

    folder = RunFolder(path)
    # The core is of the machine's present use, not of what was asked.
    core = load_settings({}, {k: v for k, v in os.environ.items() if k == "PERFAGENT_CORE"}, None).core
    settings = Settings(**asked["settings"] | {"core": core})
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
        services = Services(settings, folder, progress, target, asked, accounting=_accounting(folder))
        progress.note(f"run {folder.id}: {folder.path}")
        if settings.uses_model:
            from perfagent.agent.model_access import open_models

            services.models, services.ledger = open_models(services)
        try:
            with interruptible(services):
                yield services
        except (KeyboardInterrupt, ModelError, LimitExceeded) as error:
            folder.event("interrupted", by=type(error).__name__)
            if asked["command"] in RESUMABLE:
                progress.note(f"interrupted; nothing measured is lost: `perfagent resume {folder.handle}` goes on")
            raise
        finally:
            folder.event("accounted", **services.accounting.figures())
            services.copies.drop()
            services.bin.empty()
            folder.close()


def _accounting(folder: RunFolder) -> Accounting:
    """The account of the run's time, with that of its earlier sessions that were not killed."""
    events = (json.loads(line) for line in (folder.path / "events.jsonl").read_text("utf-8").splitlines())
    return Accounting([event for event in events if event["kind"] == "accounted"])


def _run_path(out: Path | None, repo: Path) -> Path:
    """Where the run's folder shall be.

    Raises:
        UsageError: it is inside the target repository, or is not empty.
    """
    where = (out.expanduser() if out else runs_home() / new_run_id()).resolve()
    if repo.is_dir() and where.is_relative_to(repo.resolve()):
        raise UsageError(
            f"the run folder {where} lies inside the repository", "give --out a folder outside it", code="PA105"
        )
    if where.exists() and (not where.is_dir() or any(where.iterdir())):
        raise UsageError(f"{where} exists already and is not an empty folder", "give --out a new folder", code="PA105")
    return where


def _recorded_run(name: str) -> Path:
    """The folder that `--replay` names: one with transcripts, or a run's by its id.

    Raises:
        PerfagentError: there is no such folder and no such run.
    """
    folder = Path(name).expanduser()
    return folder.resolve() if folder.is_dir() else find_run(name)


def _check_models(settings: Settings) -> None:
    """Notice before anything is built that a model cannot be used.

    Raises:
        ModelError: no key, or an unknown provider.
    """
    if settings.uses_model:
        from perfagent.agent.model_access import check_models

        check_models(settings)
