"""Removing what code that ran may have left: folders nested deeper than Python's recursion goes, and closed ones."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path


def remove(path: Path | str) -> None:
    """Remove whatever is there, if anything is; links are not followed.

    No process may be alive that could put something else in its place.

    Raises:
        OSError: it cannot be removed.
    """
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISDIR(mode):
        Path(path).unlink()
        return
    try:
        shutil.rmtree(path)
    except (RecursionError, OSError):  # rmtree calls itself for every level until Python 3.13
        subprocess.run(["chmod", "-R", "u+rwX", "--", path], check=False, capture_output=True)
        done = subprocess.run(["rm", "-rf", "--", path], check=False, capture_output=True, text=True)
        if done.returncode:
            raise OSError(done.stderr.strip()) from None
