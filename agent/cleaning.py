"""What perfagent takes up on the disk, and what of it may go: `perfagent clean`.

Three locks keep what is in use: a run folder's event log (one run), `cache/in-use` (every run of this home shares it),
and an environment's own lock (who builds it). Whoever is killed lets go of his, so nothing needs a clean end.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from perfagent.agent.claims import claimed, hold_cache, locked
from perfagent.agent.run_folder import leftovers, runs_home, state_home
from perfagent.tools.environment.images import (
    EnvironmentImage,
    bare,
    environment_images,
    package_volumes,
    remove_image,
    remove_volume,
)
from perfagent.tools.sandbox import remove
from perfagent.tools.sandbox.disk import folder_bytes

DAY_S = 86400.0
#: Days after which `--runs` takes a run away: its report has been read by then.
OLD_RUN_DAYS = 30.0
#: Why an item stays that is kept for the next run.
KEPT = "kept: --all removes it"


class Wish(NamedTuple):
    """What the user wants gone beside what is of no use to anybody.

    Attributes:
        environments: every environment, image, build, finding and package cache, not only leftovers.
        runs: whole runs.
        days: what was not touched for so long; the default when None is 0 for environments, OLD_RUN_DAYS for runs.
    """

    environments: bool = False
    runs: bool = False
    days: float | None = None

    def takes(self, days: float) -> bool:
        """Whether something of environments goes that was not touched for so many days."""
        return self.environments and days >= (self.days or 0.0)


class Item(NamedTuple):
    """Something on the disk.

    Attributes:
        kind: `run`, `leftover`, `environment`, `image`, `packages`, `build` (of a commit's compiled parts), `tree` (a
            commit's files), `findings` (what runs found out about unchanged targets) or `sandbox`.
        name: of the run, the environment or the build, or a path.
        bytes: what it takes up; an image's shared layers are not counted.
        days: since it was last touched.
        why: why it goes, or why it stays.
        goes: whether it is to be removed.
        remove: removes it; False when it turned out to be in use.
    """

    kind: str
    name: str
    bytes: int
    days: float
    why: str
    goes: bool
    remove: Callable[[], bool]

    def document(self) -> dict[str, Any]:
        """The item as JSON."""
        return {name: getattr(self, name) for name in ("kind", "name", "bytes", "days", "why", "goes")}


def used_bytes() -> int:
    """Bytes below the state folder; Docker's images are not among them."""
    return folder_bytes(state_home())


def clean(wish: Wish, *, dry_run: bool) -> list[Item]:
    """Find everything and remove what goes.

    Args:
        wish: what goes.
        dry_run: remove nothing.

    Returns:
        Every item; `goes` is what went, or would go.

    Raises:
        SandboxError: the Docker engine failed half way.
    """
    held = hold_cache(state_home() / "cache", exclusively=True)
    try:
        free = held is not None
        found = [*_runs(wish), *_environments(wish, free=free), *_packages(wish, free=free), *_kept(wish, free=free)]
        if not dry_run:
            found = [item._replace(goes=item.goes and item.remove()) for item in found]
        return found if dry_run else [*_sandboxes(), *found]
    finally:
        if held is not None:
            held.close()


def _sandboxes() -> Iterator[Item]:
    """Containers and processes whose perfagent is gone."""
    from perfagent.tools.sandbox import reap

    for name in reap():
        yield Item("sandbox", name, 0, 0.0, "its perfagent is gone", True, lambda: True)


def _runs(wish: Wish) -> Iterator[Item]:
    """Runs, and what is of no use in those that stay."""
    limit = OLD_RUN_DAYS if wish.days is None else wish.days
    for folder in sorted(path for path in runs_home().glob("*") if path.is_dir()):
        days = _days(folder / "events.jsonl")
        if claimed(folder):
            yield Item("run", folder.name, folder_bytes(folder), days, "under way", False, _stays)
            continue
        if wish.runs and days >= limit:
            why = f"older than {limit:g} days"
            yield Item("run", folder.name, folder_bytes(folder), days, why, True, _removing(folder))
            continue
        useless = _useless(folder)
        size = sum(map(_size, useless))
        if useless:
            why = "trees of a finished run" if (folder / "result.json").exists() else "left half done"
            yield Item("leftover", folder.name, size, days, why, True, _removing(*useless))
        yield Item(
            "run", folder.name, folder_bytes(folder) - size, days, "kept: --runs removes old ones", False, _stays
        )


def _useless(folder: Path) -> list[Path]:
    """What nothing will read again in a run nobody works in: a finished one needs its trees no more."""
    finished = (folder / "result.json").exists()
    trees = [path for path in (folder / "trees").glob("*") if finished or path.name.endswith(".part")]
    return [*trees, *(path for path in leftovers(folder) if path.parent.name != "trees")]


def _environments(wish: Wish, *, free: bool) -> Iterator[Item]:
    """Environments with their images, half-built ones, and images nobody's record names."""
    folder = state_home() / "cache" / "environments"
    images = environment_images()
    named = set()
    for record in sorted(folder.glob("*.json")):
        image = _image_of(record)
        named.add(image)
        own = [each for each in images if each.id == image]
        size = sum(map(_size, _parts(folder, record.stem))) + sum(each.own_bytes for each in own)
        days = _days(record)
        old = wish.takes(days)
        why = "unused" if old and free else "a run is under way" if old else KEPT
        remove = _removing_environment(folder, record.stem, own)
        yield Item("environment", record.stem, size, days, why, old and free, remove)
    for key in sorted({path.name.split(".")[0] for path in folder.glob("*")} - {p.stem for p in folder.glob("*.json")}):
        parts = _parts(folder, key)
        if any(not part.name.endswith(".lock") for part in parts) and not locked(folder / f"{key}.lock"):
            remove = _removing_environment(folder, key, [])
            yield Item("leftover", key, sum(map(_size, parts)), _days(parts[0]), "built half way", free, remove)
    for each in images:
        if each.id not in named:
            yield _image_item(each, folder.parent, wish, free=free)


def _image_item(image: EnvironmentImage, cache: Path, wish: Wish, *, free: bool) -> Item:
    """An image that no record of this cache names: another's, a layer that builds stand on, or one left over."""
    days = (time.time() - image.created) / DAY_S
    ours = image.cache is not None and image.cache == cache.resolve()
    if not ours and not image.orphaned:
        goes, why = False, "of another PERFAGENT_HOME"
    elif image.layer and not wish.takes(days):
        goes, why = False, KEPT
    elif image.orphaned:
        goes, why = True, "its cache is gone"
    else:
        goes, why = free, "no environment needs it" if free else "a run is under way"
    return Item("image", image.key, image.own_bytes, days, why, goes, lambda: remove_image(image))


def _packages(wish: Wish, *, free: bool) -> Iterator[Item]:
    """What package managers keep for the next build."""
    for folder in (state_home() / "cache" / name for name in ("pip", "uv")):
        if folder.is_dir():
            days = _days(folder)
            goes = free and wish.takes(days)
            why = "asked for" if goes else KEPT
            yield Item("packages", folder.name, folder_bytes(folder), days, why, goes, _removing(folder))
    for name, size in package_volumes():
        goes = free and wish.takes(0.0)
        why = "asked for" if goes else KEPT
        yield Item("packages", name, size, 0.0, why, goes, partial(remove_volume, name))


def _kept(wish: Wish, *, free: bool) -> Iterator[Item]:
    """What runs built of whole commits and found out about them, for the next run to take over."""
    cache = state_home() / "cache"
    findings = [cache / "findings"] if (cache / "findings").is_dir() else []
    trees = sorted((cache / "trees").glob("*"))
    for path in (*sorted((cache / "built").glob("*")), *trees, *findings):
        days, half = _days(path), path.name.endswith(".part")
        goes = free and (half or wish.takes(days))
        kind = "leftover" if half else "findings" if path in findings else "tree" if path in trees else "build"
        why = "a run is under way" if not free else "built half way" if half else KEPT
        yield Item(kind, path.name, _size(path), days, "asked for" if goes and not half else why, goes, _removing(path))


def _parts(folder: Path, key: str) -> list[Path]:
    """The files and folders of an environment."""
    return [path for path in folder.glob(f"{key}*") if path.name == key or path.name.startswith(f"{key}.")]


def _image_of(record: Path) -> str:
    try:
        return bare(str(json.loads(record.read_text("utf-8")).get("image", "")))
    except (OSError, ValueError, AttributeError):
        return ""


def _days(path: Path) -> float:
    """Days since a file was last written to."""
    try:
        return max(time.time() - path.stat().st_mtime, 0.0) / DAY_S
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    if path.is_dir() and not path.is_symlink():
        return folder_bytes(path)
    return path.lstat().st_blocks * 512


def _stays() -> bool:
    return False


def _removing(*paths: Path) -> Callable[[], bool]:
    def removed() -> bool:
        for path in paths:
            with suppress(OSError):
                remove(path)
        return True

    return removed


def _removing_environment(folder: Path, key: str, images: list[EnvironmentImage]) -> Callable[[], bool]:
    """Removes the record first, so that no run finds an environment of which a part is gone."""

    def remove() -> bool:
        (folder / f"{key}.json").unlink(missing_ok=True)
        gone = [remove_image(image) for image in images]
        return _removing(*_parts(folder, key))() and all(gone)

    return remove
