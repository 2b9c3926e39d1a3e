"""Find a repository's workloads by reading it, never by running it."""

from __future__ import annotations

import ast
import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from perfagent.tools.workload.harness.perfagent_record import classify, functions
from perfagent.tools.workload.site import pytest_setting
from perfagent.tools.workload.spec import Workload

SCRIPT_NAMES = ("perf*.py", "bench*.py", "*_perf.py", "*_bench.py", "*_benchmark.py", "*_benchmarks.py")
BENCHMARK_FOLDERS = frozenset({"bench", "benches", "benchmark", "benchmarks", "perf", "performance"})
FIXTURES = frozenset({"benchmark", "benchmark_weave"})
LARGEST_FILE = 1_000_000
"""Bytes; a larger Python file is generated data."""


Sureness = Literal["certain", "likely", "guess"]


@dataclass(frozen=True, slots=True)
class Found:
    """A workload, why it was taken for one, and how sure that is: a file's name alone is a guess."""

    workload: Workload
    reason: str
    sure: Sureness = "certain"


def _parse(path: Path, words: tuple[str, ...]) -> ast.Module | None:
    """The file's syntax tree, when it holds one of the words and can be read."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            return None
        text = path.read_text(encoding="utf-8", errors="replace")
        return ast.parse(text) if any(word in text for word in words) else None
    except (OSError, SyntaxError, ValueError):
        return None


def _benchmark_tests(module: ast.Module) -> int:
    """How many functions ask for pytest-benchmark's fixture by name."""
    count = 0
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            count += bool(FIXTURES & {arg.arg for arg in node.args.args}) and node.name.startswith(("test", "bench"))
    return count


def _dedicated(path: PurePosixPath) -> bool:
    return bool(BENCHMARK_FOLDERS & set(path.parts[:-1])) or path.name.startswith(("test_bench", "test_perf"))


def _is_test_file(path: PurePosixPath, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)


def _pytest_benchmarks(tree: Path, files: list[PurePosixPath], patterns: tuple[str, ...]) -> dict[PurePosixPath, int]:
    counts = {}
    for path in files:
        if _is_test_file(path, patterns) or _dedicated(path):
            module = _parse(tree / path, ("benchmark",))
            if module is not None and (count := _benchmark_tests(module)):
                counts[path] = count
    return counts


def _grouped(counts: dict[PurePosixPath, int], tests: list[PurePosixPath], patterns: tuple[str, ...]) -> list[Found]:
    """One workload for a folder that is mostly benchmarks, one a file elsewhere: a sample imports all it collects."""
    found = []
    for folder in dict.fromkeys(path.parent for path in counts):
        files = [path for path in counts if path.parent == folder]
        below = [path for path in tests if folder in path.parents]
        collected = all(_is_test_file(path, patterns) for path in files)
        if len(files) > 1 and collected and 2 * len(files) >= len(below) and folder != PurePosixPath("."):
            total = sum(counts[path] for path in files)
            reason = f"{total} tests in {len(files)} files use the benchmark fixture"
            found.append(Found(Workload("pytest-benchmark", str(folder)), reason))
            continue
        for path in files:
            reason = f"{counts[path]} of its tests use the benchmark fixture"
            found.append(Found(Workload("pytest-benchmark", str(path)), reason))
    return found


def _script(tree: Path, path: PurePosixPath) -> tuple[int, Found] | None:
    """A script workload with its rank: the clearer the file says what its body is, the earlier."""
    named = any(fnmatch.fnmatch(path.name, pattern) for pattern in SCRIPT_NAMES)
    module = _parse(tree / path, ("",) if named else ("def run_test(", "def workload("))
    if module is None:
        return None
    kind, defined = classify(module), functions(module)
    workload = Workload("script", str(path))
    if kind == "gso" and "experiment" in defined:
        return 0, Found(workload, "it has a run_test and an experiment, as GSO's scripts do")
    if "workload" in defined:
        return 1, Found(workload, "it defines workload()")
    if named and kind == "timeit":
        return 2, Found(workload, "it is named like a benchmark and uses timeit", "likely")
    if named and not defined.keys() & {"test"}:
        return 3, Found(workload, "it is named like a benchmark", "guess")
    return None


def discover(tree: Path, files: Iterable[str]) -> list[Found]:
    """The workloads of a repository, best first.

    Benchmarks for pytest-benchmark come first (files that are nothing but benchmarks before test files that
    hold a few), then scripts. Unit tests are never taken for workloads: their time is mostly set-up.

    Args:
        tree: root of a checkout.
        files: the tracked files, relative to the tree.
    """
    paths = sorted(PurePosixPath(name) for name in files if name.endswith(".py"))
    patterns = pytest_setting(tree, "python_files") or ("test_*.py", "*_test.py")
    counts = _pytest_benchmarks(tree, paths, patterns)
    tests = [path for path in paths if _is_test_file(path, patterns)]
    benchmarks = _grouped(counts, tests, patterns)
    benchmarks.sort(key=lambda found: not _dedicated(PurePosixPath(found.workload.target) / "x"))
    aside = {"__init__.py", "conftest.py", "setup.py"}
    candidates = [path for path in paths if path not in counts and path not in tests and path.name not in aside]
    scripts = [ranked for path in candidates if (ranked := _script(tree, path)) is not None]
    scripts.sort(key=lambda ranked: ranked[0])
    return benchmarks + [found for _, found in scripts]
