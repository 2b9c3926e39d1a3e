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
from perfagent.agent.interruption import interruptible
from perfagent.agent.run_folder import RunFolder, fresh_folder, new_run_id, runs_home, write_atomically
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
def reopened(path: Path, asked: Mapping[str, Any]) -> Iterator[Services]:
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
            services.copies.drop()
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
