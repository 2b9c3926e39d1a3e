"""Which paths are protected, and where new files may stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.patch import Policy

FILES = (
    "src/pkg/__init__.py",
    "src/pkg/core.py",
    "src/pkg/_fast.c",
    "src/pkg/hooks.py",
    "src/space/mod.py",
    "scripts/run.py",
    "perf/case.py",
    "setup.py",
)


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "src/pkg/hooks.py").write_text("import x\ndef pytest_configure(config): ...\n")
    return Policy.of(tmp_path, ["perf/case.py", "data/"], ["secret/*", "*.lic"])


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("tests/helpers/x.py", "a test"),
        ("pkg/test_a.py", "a test"),
        ("pkg/Tests/x.py", "a test"),
        ("src/pkg/conftest.py", "a test"),
        ("pkg/heap_test.go", "a test"),
        ("lib/csv.spec.ts", "a test"),
        ("lib/csv.test.mjs", "a test"),
        ("src/bench.rs", "a benchmark"),
        ("asv_bench/benchmarks/x.py", "a benchmark"),
        ("perf/case.py", "a workload"),
        ("data/big.csv", "a workload"),
        (".github/workflows/ci.yml", "continuous integration"),
        ("tox.ini", "test configuration"),
        ("sub/pyproject.toml", "build or packaging"),
        ("requirements-dev.txt", "build or packaging"),
        ("poetry.lock", "build or packaging"),
        ("Makefile", "build or packaging"),
        ("docker/Dockerfile.dev", "build or packaging"),
        (".gitattributes", "git's own file"),
        ("src/pkg/sitecustomize.py", "runs when Python starts"),
        ("x/evil.pth", "runs when Python starts"),
        ("src/pkg/hooks.py", "a pytest plugin"),
        ("secret/key.py", "protected by the settings"),
        ("deep/x.lic", "protected by the settings"),
    ],
)
def test_protected(policy: Policy, path: str, reason: str) -> None:
    assert policy.protection(path) == reason


@pytest.mark.parametrize(
    "path",
    [
        "src/pkg/core.py",
        "src/pkg/build.py",
        "README.md",
        "src/pkg/testimony.py",
        "src/contest.py",
        "latest.py",
        "src/latest.c",
        "lib/workbench.js",
    ],
)
def test_free(policy: Policy, path: str) -> None:
    assert policy.protection(path) is None


def test_paths_narrow_what_may_change(tmp_path: Path) -> None:
    narrow = Policy.of(tmp_path, paths=["src/pkg/*", "one.py"])
    assert narrow.protection("src/pkg/deep/core.py") is None
    assert narrow.protection("one.py") is None
    assert narrow.protection("src/other.py") == "outside the paths that may change"
    assert narrow.protection("src/pkg/test_a.py") == "a test"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("src/pkg/_speed.py", None),
        ("src/pkg/_more.c", None),
        ("src/space/new.py", None),
        ("src/pkg/notes.md", "a new file that is no source"),
        ("src/pkg/new/__init__.py", "a new file outside the existing packages"),
        ("src/pkg/_tables.rs", "a new file outside the existing packages"),
        ("scripts/try.py", "a new file outside the existing packages"),
        ("try_it.py", "a new file outside the existing packages"),
        ("src/random.py", "a new module that would hide the standard random"),
        ("json.py", "a new module that would hide the standard json"),
        ("src/space/new.c", "a new file outside the existing packages"),
    ],
)
def test_new_files(policy: Policy, path: str, reason: str | None) -> None:
    assert policy.creation(path) == reason
