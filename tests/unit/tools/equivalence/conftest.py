"""The encoder as the sandbox loads it: by its path."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from perfagent.tools.equivalence import VALUES_MODULE


@pytest.fixture(scope="session")
def values() -> ModuleType:
    """The encoder's module."""
    spec = importlib.util.spec_from_file_location("_perfagent_values", VALUES_MODULE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def encode(values: ModuleType) -> Callable[..., Any]:
    """The tree of a value after its way through JSON."""
    return lambda value, **options: json.loads(json.dumps(values.encode(value, **options)))
