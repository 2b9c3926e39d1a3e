"""Rows from the Hugging Face hub: the files of a data set, fetched by huggingface_hub and kept in its cache.

The package `datasets` does the same and more, but is large and its newest releases want another huggingface_hub than
litellm.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from perfagent.benchmarks.gso_swe_perf.datasets.reading import EXTRA, read_file
from perfagent.tools.errors import DataError

#: Elsewhere in perfagent nothing may ask the hub (litellm would); here a person named a data set to be fetched.
_ONLINE = {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1"}

#: Forms of a split's files, the hub's own first; of a data set that has it in several, one is read.
_SUFFIXES = (".parquet", ".jsonl")


_ELSEWHERE = "download the data set where there is a network, as .parquet or .jsonl, and give that file to --dataset"


def hub_rows(name: str, split: str) -> list[Any]:
    """The rows of a hub's data set.

    Args:
        name: `owner/name`. A name with a hyphen is looked up with an underscore too, and the other way round:
            SWE-fficiency's harness and its uploader spell the lite set differently.
        split: such as `test`.

    Raises:
        DataError: the hub cannot be reached and nothing was fetched before, there is no such data set or split, or
            huggingface_hub is not installed.
    """
    if not find_spec("huggingface_hub"):
        raise DataError(f"{name} cannot be fetched without huggingface_hub", EXTRA, code="PA109")
    with _online():
        folders = (_fetched(spelling) for spelling in _spellings(name))
        folder = next((folder for folder in folders if folder), None)
    if folder:
        return [row.fields for file in _files(name, folder, split) for row in read_file(file)]
    raise DataError(
        f"the hub has no public data set {name}", "check the name; a private one needs HF_TOKEN", code="PA901"
    )


def _spellings(name: str) -> list[str]:
    owner, _, last = name.partition("/")
    others = [last, last.replace("-", "_"), last.replace("_", "-")]
    return [f"{owner}/{spelling}" for spelling in dict.fromkeys(others)]


def _fetched(name: str) -> Path | None:
    """The folder of a data set's files, those of an earlier time without a network; None when there is no such set.

    Raises:
        DataError: the hub could not be reached, or refused.
    """
    from httpx import HTTPError
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    patterns = [f"*{suffix}" for suffix in _SUFFIXES]
    try:
        return Path(snapshot_download(name, repo_type="dataset", allow_patterns=patterns))
    except RepositoryNotFoundError:
        return None
    except LocalEntryNotFoundError as error:
        raise DataError(f"the Hugging Face hub cannot be reached for {name}", _ELSEWHERE, code="PA901") from error
    except HfHubHTTPError as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"the Hugging Face hub refused {name} ({reason})", _ELSEWHERE, code="PA901") from error
    except (HTTPError, ConnectionError) as error:
        raise DataError(f"the Hugging Face hub cannot be reached for {name}", _ELSEWHERE, code="PA901") from error


def _files(name: str, folder: Path, split: str) -> list[Path]:
    """The files of a split, in order."""
    there = sorted(path for suffix in _SUFFIXES for path in folder.rglob(f"*{suffix}"))
    for suffix in _SUFFIXES:
        found = [path for path in there if path.suffix == suffix and _is_of(path, split)]
        if found:
            return found
    names = ", ".join(path.relative_to(folder).as_posix() for path in there)
    raise DataError(
        f"{name} has no file of the split {split!r}", f"it has {names or 'no .parquet and no .jsonl'}", code="PA901"
    )


def _is_of(path: Path, split: str) -> bool:
    """Whether a file belongs to a split by the hub's naming: `test-00000-of-00001`, `test.parquet`, `test/`."""
    return path.stem == split or path.stem.startswith(f"{split}-") or split in path.parts[-3:-1]


@contextmanager
def _online() -> Iterator[None]:
    """Within, the hub's packages may use the network; they read the environment when they are imported."""
    before = {name: os.environ.get(name) for name in _ONLINE}
    os.environ.update(_ONLINE)
    from huggingface_hub import constants

    offline, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, False
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = offline
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
