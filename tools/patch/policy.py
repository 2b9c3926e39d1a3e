"""Which paths a patch may change: the table behind the guard."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

_SUFFIXES = ".py .pyi .pyx .pxd .pxi .c .h .cc .cpp .cxx .hh .hpp .rs .f .f90 .js .ts .go .java .rb"
SOURCE_SUFFIXES = frozenset(_SUFFIXES.split())

# What decides a verdict or runs by itself, and the reason shown to the user. Patterns are in lower case and
# match a file's name, with a slash at the end a folder's name anywhere, with a slash at the front only at the
# root.
_PROTECTED_TEXT = {
    "a test": """
        test_*.py *_test.py tests.py test.py conftest.py
        *_test.[cgjrt]* test_*.[cgjrt]* *.test.[cm][jt]s *.test.[jt]s* *.spec.[jt]s*
        tests/ test/ testing/ *_tests/ __tests__/ /spec/""",
    "a benchmark": """
        bench_*.py *_bench.py /benchmark*.py asv*.json bench.[cgjrt]* bench_*.[cgjrt]* *_bench.[cgjrt]*
        benchmarks/ benchmark/ bench/ asv_bench/ .benchmarks/""",
    "continuous integration": """
        .github/ .gitlab/ .circleci/ .buildkite/ .gitlab-ci.yml .travis.yml appveyor.yml
        azure-pipelines.yml jenkinsfile action.yml""",
    "test configuration": """
        tox.ini noxfile.py pytest.ini .pytest.ini pytest.toml .coveragerc .pre-commit-config.yaml""",
    "build or packaging": """
        pyproject.toml setup.py setup.cfg manifest.in *requirements*.txt requirements/ constraints*.txt
        *.lock pipfile /environment*.yml /*.toml package.json package-lock.json build.gradle pom.xml
        makefile gnumakefile *.mk justfile cmakelists.txt *.cmake meson.build meson_options.txt meson.options
        build.rs /build.py /_build.py hatch_build.py build_ext.py dockerfile* *.dockerfile docker-compose*""",
    "git's own file": ".git/ .gitattributes .gitmodules .gitignore .mailmap",
    "runs when Python starts": """
        sitecustomize.py usercustomize.py *.pth *.egg-link *.egg-info/ *.dist-info/ site-packages/""",
    "a pytest plugin": "pytest_*.py *_pytest.py",
    "tool configuration": ".envrc .env .python-version .vscode/",
}
PROTECTED = {reason: tuple(patterns.split()) for reason, patterns in _PROTECTED_TEXT.items()}

# Code that asks whether it is being tested or measured, or that touches the clocks, is made for the verdict
# and not for speed. Matched against each added line.
_ASKS = "asks whether it is being tested or measured"
_HARNESS = r"perfagent|PYTEST_(CURRENT_TEST|VERSION)|\b_pytest\b|pytest_benchmark|asv_runner"
_TOOL = r"[\"'](pytest|unittest|timeit|asv)[\"'.]"
_CLOCK = r"\btime\.(time|perf_counter|process_time|thread_time|monotonic)(_ns)?"
TELLTALES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(_HARNESS, re.IGNORECASE), _ASKS),
    (re.compile(rf"sys\.modules\b.{{0,20}}{_TOOL}|{_TOOL}.{{0,20}}sys\.modules\b"), _ASKS),
    (re.compile(rf"{_CLOCK}\s*=[^=]|setattr\(\s*time\b"), "replaces a clock"),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What is protected in one target.

    Attributes:
        workload_paths: the workloads' own files and folders, relative.
        extra_globs: what the user protects besides.
        paths: when not empty, the only globs that may change (`--paths`).
        packages: folders with an `__init__.py`, relative, "" for the root.
        source_folders: each folder that holds sources with each suffix they have.
        plugins: files that are pytest plugins by their contents.
    """

    workload_paths: tuple[str, ...] = ()
    extra_globs: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    packages: frozenset[str] = frozenset()
    source_folders: frozenset[tuple[str, str]] = frozenset()
    plugins: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        tree: Path,
        workload_paths: Iterable[str] = (),
        extra_globs: Iterable[str] = (),
        paths: Sequence[str] = (),
    ) -> Policy:
        """The policy for an exported baseline tree."""
        files = [path.relative_to(tree) for path in tree.rglob("*") if path.is_file() and ".git" not in path.parts]
        sources = [path for path in files if path.suffix in SOURCE_SUFFIXES]
        return cls(
            workload_paths=tuple(path.rstrip("/") for path in workload_paths),
            extra_globs=tuple(extra_globs),
            paths=tuple(paths),
            packages=frozenset(folder_of(path) for path in sources if path.name == "__init__.py"),
            source_folders=frozenset((folder_of(path), path.suffix) for path in sources),
            plugins=frozenset(path.as_posix() for path in sources if _is_plugin(tree / path)),
        )

    def protection(self, path: str) -> str | None:
        """Why a path may not change, or None."""
        if any(path == own or path.startswith(f"{own}/") for own in self.workload_paths):
            return "a workload"
        if path in self.plugins:
            return "a pytest plugin"
        if any(_glob(path, pattern) for pattern in self.extra_globs):
            return "protected by the settings"
        if self.paths and not any(_glob(path, pattern) for pattern in self.paths):
            return "outside the paths that may change"
        lowered = path.lower()
        hits = (reason for reason, patterns in PROTECTED.items() if any(_matches(lowered, p) for p in patterns))
        return next(hits, None)

    def creation(self, path: str) -> str | None:
        """Why a file may not be created at a path that does not exist yet, or None."""
        place = PurePosixPath(path)
        folder = folder_of(place)
        if place.suffix not in SOURCE_SUFFIXES:
            return "a new file that is no source"
        top_level = folder in ("", "src") and folder not in self.packages
        if top_level and place.stem in sys.stdlib_module_names:
            return f"a new module that would hide the standard {place.stem}"
        if place.suffix in (".py", ".pyi"):
            at_home = folder in self.packages or self._namespace(folder)
        else:
            at_home = (folder, place.suffix) in self.source_folders
        return None if at_home else "a new file outside the existing packages"

    def _namespace(self, folder: str) -> bool:
        """Whether a folder below src/ holds modules without an `__init__.py` (a namespace package)."""
        return folder.startswith("src/") and (folder, ".py") in self.source_folders


def folder_of(path: Path | PurePosixPath) -> str:
    """The folder of a relative path, "" for the root."""
    parent = path.parent.as_posix()
    return "" if parent == "." else parent


def _is_plugin(path: Path) -> bool:
    """Whether a module hooks into pytest by its contents (`def pytest_...` at the top level)."""
    if path.suffix != ".py":
        return False
    data = path.read_bytes()
    return b"\ndef pytest_" in data or data.startswith(b"def pytest_") or b"\npytest_plugins" in data


def _matches(path: str, pattern: str) -> bool:
    *folders, name = path.split("/")
    candidates = folders if pattern.endswith("/") else [name]
    if pattern.startswith("/"):
        candidates = candidates[:1] if pattern.endswith("/") or not folders else []
    return any(fnmatchcase(candidate, pattern.strip("/")) for candidate in candidates)


def _glob(path: str, pattern: str) -> bool:
    """Whether a user's glob names a path, the path's name, or a folder it lies in."""
    pattern = pattern.rstrip("/")
    folders = [parent.as_posix() for parent in PurePosixPath(path).parents]
    names = [path, *folders, *([PurePosixPath(path).name] if "/" not in pattern else [])]
    return any(fnmatchcase(name, pattern) for name in names)
