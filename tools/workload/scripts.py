"""What a script workload's source says of it, read on the host without running anything."""

from __future__ import annotations

import ast
from pathlib import Path

from perfagent.tools.workload.harness import perfagent_record as record


def script_kind(file: Path) -> str:
    """`gso`, `timeit`, `workload` or `plain`, see perfagent_record.py; empty for a file that cannot be read."""
    module = _module(file)
    return "" if module is None else record.classify(module)


def takes_size(file: Path) -> bool:
    """Whether a script can be run at multiples of its size: a `setup` or `workload` with a parameter `size` and a
    default, which is the size that is judged."""
    module = _module(file)
    return module is not None and record.takes_size(module)


def _module(file: Path) -> ast.Module | None:
    try:
        return ast.parse(file.read_bytes(), str(file))
    except (OSError, SyntaxError, ValueError):
        return None
