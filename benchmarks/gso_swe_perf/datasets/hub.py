"""Rows from the Hugging Face hub: by `datasets` where it is installed, else its parquet files by huggingface_hub."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from perfagent.benchmarks.gso_swe_perf.datasets.reading import ARROW, parquet_rows
from perfagent.tools.errors import DataError

#: Elsewhere in perfagent nothing may ask the hub (litellm would); here a person named a data set to be fetched.
_ONLINE = {"HF_HUB_OFFLINE": "0", "HF_DATASETS_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1"}

_ELSEWHERE = "download the data set where there is a network, as .parquet or .jsonl, and give that file to --dataset"


def hub_rows(name: str, split: str) -> list[Any]:
    """The rows of a hub's data set.

    Args:
        name: `owner/name`. A name with a hyphen is looked up with an underscore too, and the other way round:
            SWE-fficiency's harness and its uploader spell the lite set differently.
        split: such as `test`.

    Raises:
        DataError: the hub cannot be reached and nothing was fetched before, there is no such data set or split, or no
            package is here that can read it.
    """
    if not find_spec("datasets") and not find_spec("pyarrow"):
        raise DataError(f"{name} cannot be read without pyarrow", ARROW)
    fetch = _by_datasets if find_spec("datasets") else _by_files
    with _online():
        for spelling in _spellings(name):
            rows = fetch(spelling, split)
            if rows is not None:
                return rows
    raise DataError(f"the hub has no public data set {name}", "check the name; a private one needs HF_TOKEN")


def _spellings(name: str) -> list[str]:
    owner, _, last = name.partition("/")
    others = [last, last.replace("-", "_"), last.replace("_", "-")]
    return [f"{owner}/{spelling}" for spelling in dict.fromkeys(others)]


def _by_files(name: str, split: str) -> list[Any] | None:
    """The rows by downloading the split's parquet files; None when there is no such data set."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        folder = _reached(name, lambda: snapshot_download(name, repo_type="dataset", allow_patterns=["*.parquet"]))
    except RepositoryNotFoundError:
        return None
    files = sorted(path for path in Path(folder).rglob("*.parquet") if _is_of(path, split))
    if not files:
        there = sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*.parquet"))
        raise DataError(f"{name} has no parquet file of the split {split!r}", f"it has {', '.join(there) or 'none'}")
    return [row for file in files for row in parquet_rows(file)]


def _by_datasets(name: str, split: str) -> list[Any] | None:
    """The rows by the package `datasets`; None when there is no such data set."""
    from datasets import load_dataset
    from datasets.exceptions import DatasetNotFoundError

    try:
        return list(_reached(name, lambda: load_dataset(name, split=split)))
    except DatasetNotFoundError:
        return None
    except ValueError as error:
        raise DataError(f"{name} cannot be read", str(error)) from error


def _reached(name: str, fetch: Callable[[], Any]) -> Any:
    """What was fetched.

    Raises:
        DataError: the hub could not be reached, or refused.
    """
    from httpx import HTTPError
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        return fetch()
    except RepositoryNotFoundError:
        raise
    except LocalEntryNotFoundError as error:
        raise DataError(f"the Hugging Face hub cannot be reached for {name}", _ELSEWHERE) from error
    except HfHubHTTPError as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"the Hugging Face hub refused {name} ({reason})", _ELSEWHERE) from error
    except (HTTPError, ConnectionError) as error:
        raise DataError(f"the Hugging Face hub cannot be reached for {name}", _ELSEWHERE) from error


def _is_of(path: Path, split: str) -> bool:
    """Whether a parquet file belongs to a split by the hub's naming: `test-00000-of-00001`, `test.parquet`, `test/`."""
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
