"""The canonical diff of one file's two texts."""

from __future__ import annotations

import tempfile
from pathlib import Path

from perfagent.tools.patch import diff_trees


def diff_of(path: str, before: str, after: str) -> str:
    """What turns `before` into `after` at `path`, as `git diff` would show it."""
    with tempfile.TemporaryDirectory(prefix="perfagent-") as folder:
        for side, text in (("before", before), ("after", after)):
            file = Path(folder, side, path)
            file.parent.mkdir(parents=True)
            file.write_bytes(text.encode("utf-8"))
        return diff_trees(Path(folder, "before"), Path(folder, "after"))
