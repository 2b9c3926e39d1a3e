"""Tells built files from sources, inside a freshly built environment (Python 3.7 on, standard library only).

A project was installed from a copy of its tree. Later its code must come from other trees, by PYTHONPATH, so
here (1) files the build made in the copy, such as extension modules and version files, are put aside as an
overlay for those trees; (2) of a project installed as plain files those without a source go to the overlay as
well and the others are deleted, lest the copy be run instead of a tree (its metadata and scripts stay); (3)
links back to the copy are removed. Writes one JSON line: `roots`, the folders of a tree that belong on
PYTHONPATH.

Usage: harvest.py COPY SOURCES OVERLAY, SOURCES being a JSON list of the paths the copy had before the build.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

SKIPPED = {
    "build",
    "dist",
    "__pycache__",
    ".git",
    ".eggs",
    ".pytest_cache",
    ".mesonpy",
    "node_modules",
    "target",
}
LEFTOVERS = {".pyc", ".pyo", ".o", ".obj", ".a", ".d", ".log", ".tmp"}
LAYOUTS = ("src", "lib", "python", ".")


def keep(source: Path, target: Path) -> None:
    """Copy a built file to its place in the overlay."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(str(source), str(target))


def generated(copy: Path, sources: set[str], overlay: Path, metadata: bool) -> None:
    """Put the files that the build made inside the copy into the overlay.

    The metadata (.egg-info) belongs there only when the environment has none of its own.
    """
    for here, folders, files in os.walk(str(copy)):
        folders[:] = [name for name in folders if name not in SKIPPED and (metadata or ".egg-info" not in name)]
        for path in (Path(here, name) for name in files):
            relative = path.relative_to(copy)
            if str(relative) not in sources and path.suffix not in LEFTOVERS and not path.is_symlink():
                keep(path, overlay / relative)


def links(site: Path, copy: Path) -> Iterator[Path]:
    """Folders of the copy that an editable install put on the import path; the links are deleted."""
    for path in sorted(site.iterdir()):
        own = path.name.startswith("__editable__")
        if not path.is_file() or not (own or path.suffix in {".pth", ".egg-link"}):
            continue
        found = list(mentioned(path, str(copy)))
        yield from found
        # The .pth file that starts a finder names no folder: it goes by its name.
        if found or own:
            path.unlink()


def mentioned(path: Path, copy: str) -> Iterator[Path]:
    """Folders of the copy in a .pth file, or above the packages that a finder module maps."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".py":
        for match in re.findall(rf"['\"]({re.escape(copy)}/[^'\"]*)['\"]", text):
            yield Path(match).parent
        return
    for line in text.splitlines():
        if line == copy or line.startswith(copy + "/"):
            yield Path(line)


def installed_from(site: Path, copy: Path) -> Iterator[Path]:
    """The .dist-info folders of what was installed from the copy as plain files (PEP 610)."""
    for origin in site.glob("*.dist-info/direct_url.json"):
        data = json.loads(origin.read_text(encoding="utf-8"))
        editable = data.get("dir_info", {}).get("editable", False)
        if data.get("url", "").rstrip("/") == f"file://{copy}" and not editable:
            yield origin.parent


def record(info: Path) -> list[str]:
    """Paths of a distribution's installed modules and data, relative to site-packages."""
    lines = (info / "RECORD").read_text(encoding="utf-8").splitlines()
    paths = [line.rsplit(",", 2)[0].strip('"') for line in lines if line]
    outside = ("../", "/", f"{info.name}/")
    return [path for path in paths if not path.startswith(outside) and "__pycache__" not in path]


def layout(paths: list[str], sources: set[str]) -> str:
    """The folder of the tree that holds what is installed; empty when its layout is another."""
    fits = {root: sum(os.path.normpath(f"{root}/{path}") in sources for path in paths) for root in LAYOUTS}
    best = max(LAYOUTS, key=lambda root: fits[root])
    return best if fits[best] else ""


def take_out(site: Path, info: Path, sources: set[str], overlay: Path) -> Iterator[Path]:
    """Take a plainly installed project's files out; yields its root, relative to the tree."""
    paths = record(info)
    root = layout(paths, sources)
    if not root:
        return
    for path in paths:
        relative = os.path.normpath(f"{root}/{path}")
        if relative not in sources and not (overlay / relative).exists():
            keep(site / path, overlay / relative)
        (site / path).unlink()
    for top in {path.split("/")[0] for path in paths if "/" in path}:
        for here, _, files in os.walk(str(site / top), topdown=False):
            if not files or here.endswith("__pycache__"):
                shutil.rmtree(here, ignore_errors=True)
    yield Path(root)


def main() -> None:
    """See the module's text."""
    copy, listing, overlay = (Path(path).resolve() for path in sys.argv[1:4])
    sources = set(json.loads(listing.read_text(encoding="utf-8")))
    site = Path(sysconfig.get_paths()["purelib"])
    generated(copy, sources, overlay, metadata=any(site.glob("*.egg-link")))
    roots = [path.relative_to(copy) for path in links(site, copy)]
    for info in list(installed_from(site, copy)):
        roots += take_out(site, info, sources, overlay)
    in_src = any(re.match(r"src/[^/]+(?:/__init__)?\.py$", path) for path in sources)
    real = {str(root) for root in roots if any(Path(path).parts[: len(root.parts)] == root.parts for path in sources)}
    found = sorted(real) or ["src" if in_src else "."]
    sys.stdout.write(json.dumps({"roots": found}) + "\n")


if __name__ == "__main__":
    main()
