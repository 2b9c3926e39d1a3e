"""Archives of released projects, unpacked."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path


def unpack_archive(archive: Path, folder: Path) -> None:
    """Unpack a zip or tar file into a folder.

    Python before 3.11.4 has no filter for links and paths that lead out of the folder; the archives here are named
    releases of known projects.

    Raises:
        shutil.ReadError: it is no archive.
    """
    if archive.suffix != ".zip" and hasattr(tarfile, "data_filter"):
        shutil.unpack_archive(archive, folder, filter="data")
    else:
        shutil.unpack_archive(archive, folder)
