"""What a project's tests use without saying so: well-known packages for testing, read from tests and their settings.

Only names of the tables below are ever suggested. To install whatever a file imports would let a misspelt or hostile
import choose a package from the index.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from perfagent.tools.environment.reading import SKIPPED, ini, table, toml

#: Files read at most, and bytes of one: the first tests already show what a project uses.
MOST_FILES, MOST_BYTES = 400, 400_000

#: Option of pytest, or the beginning of one -> the plugin that knows it.
OPTIONS = {
    "--cov": "pytest-cov",
    "--no-cov": "pytest-cov",
    "-n": "pytest-xdist",
    "--numprocesses": "pytest-xdist",
    "--dist": "pytest-xdist",
    "--timeout": "pytest-timeout",
    "--benchmark-": "pytest-benchmark",
    "--codspeed": "pytest-codspeed",
    "--asyncio-": "pytest-asyncio",
    "--reruns": "pytest-rerunfailures",
    "--randomly-": "pytest-randomly",
    "--hypothesis-": "hypothesis",
    "--doctest-plus": "pytest-doctestplus",
    "--doctest-cython": "pytest-cython",
    "--mpl": "pytest-mpl",
    "--mypy": "pytest-mypy",
    "--flake8": "pytest-flake8",
    "--black": "pytest-black",
    "--ds": "pytest-django",
    "--strict-data-files": "pytest-data-files",
    "--block-network": "pytest-recording",
    "--disable-socket": "pytest-socket",
}
#: Setting in pytest's configuration -> the plugin that knows it.
SETTINGS = {
    "asyncio_mode": "pytest-asyncio",
    "asyncio_default_fixture_loop_scope": "pytest-asyncio",
    "timeout": "pytest-timeout",
    "timeout_method": "pytest-timeout",
    "env": "pytest-env",
    "django_settings_module": "pytest-django",
    "mock_use_standalone_module": "pytest-mock",
    "doctest_plus": "pytest-doctestplus",
    "remote_data_strict": "pytest-remotedata",
    "mypy_ini_file": "pytest-mypy-plugins",
    "trio_mode": "pytest-trio",
}
#: Fixture -> the plugin that provides it.
FIXTURES = {
    "mocker": "pytest-mock",
    "benchmark": "pytest-benchmark",
    "requests_mock": "requests-mock",
    "httpx_mock": "pytest-httpx",
    "httpserver": "pytest-httpserver",
    "aiohttp_client": "pytest-aiohttp",
    "time_machine": "time-machine",
    "freezer": "pytest-freezer",
    "snapshot": "syrupy",
    "datadir": "pytest-datadir",
    "data_regression": "pytest-regressions",
    "image_regression": "pytest-regressions",
    "virtualenv": "pytest-virtualenv",
    "fs": "pyfakefs",
}
#: Mark -> the plugin that gives it its meaning.
MARKS = {
    "asyncio": "pytest-asyncio",
    "trio": "pytest-trio",
    "anyio": "anyio",
    "django_db": "pytest-django",
    "flaky": "flaky",
    "timeout": "pytest-timeout",
    "datafiles": "pytest-datafiles",
    "vcr": "pytest-recording",
}
#: Module -> the package that has it.
MODULES = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cloudpickle": "cloudpickle",
    "coverage": "coverage",
    "dateutil": "python-dateutil",
    "ddt": "ddt",
    "faker": "Faker",
    "flaky": "flaky",
    "freezegun": "freezegun",
    "hamcrest": "PyHamcrest",
    "httpretty": "httpretty",
    "hypothesis": "hypothesis",
    "mock": "mock",
    "moto": "moto",
    "numpy": "numpy",
    "objgraph": "objgraph",
    "packaging": "packaging",
    "parameterized": "parameterized",
    "pexpect": "pexpect",
    "pretend": "pretend",
    "psutil": "psutil",
    "pympler": "Pympler",
    "pytest_benchmark": "pytest-benchmark",
    "pytest_codspeed": "pytest-codspeed",
    "pytest_httpserver": "pytest-httpserver",
    "pytest_lazyfixture": "pytest-lazy-fixture",
    "pytest_mock": "pytest-mock",
    "pytz": "pytz",
    "requests_mock": "requests-mock",
    "responses": "responses",
    "respx": "respx",
    "simplejson": "simplejson",
    "six": "six",
    "sybil": "sybil",
    "syrupy": "syrupy",
    "testfixtures": "testfixtures",
    "time_machine": "time-machine",
    "toml": "toml",
    "trustme": "trustme",
    "typing_extensions": "typing_extensions",
    "vcr": "vcrpy",
    "yaml": "PyYAML",
}
#: The mark `flaky` is of two plugins, and each fails on the other's arguments.
RERUNS, RERUN_MARK = "pytest-rerunfailures", re.compile(r"\bmark\.flaky\((?:(?!\bdef\b).)*?\breruns", re.DOTALL)
IMPORTS = re.compile(r"^[ \t]*(?:import[ \t]+(\w+)|from[ \t]+(\w+)[\w.]*[ \t]+import)", re.MULTILINE)
TESTS = re.compile(r"\bdef[ \t]+\w+\(([^()]*)\)")
TEST_FILE = re.compile(r"(?:^|/)(?:tests?|testing)/(?:.*/)?[^/]*\.py$|(?:^|/)(?:test_[^/]*|[^/]*_tests?|conftest)\.py$")


def needs_of_tests(tree: Path) -> tuple[str, ...]:
    """The packages that the tests of a tree use, as far as the tables know them, sorted.

    A module that the tree itself has is nobody else's.
    """
    found = set(_from_settings(tree))
    own = {path.stem for folder in (tree, tree / "src") for path in folder.glob("*") if folder.is_dir()}
    for path in _test_files(tree):
        found.update(_from_code(path.read_text(encoding="utf-8", errors="replace"), own))
    if RERUNS in found:
        found.discard(MARKS["flaky"])
    return tuple(sorted(found, key=str.lower))


def pytest_settings(tree: Path) -> Mapping[str, Any]:
    """The settings of the configuration file that pytest would take (its documentation, "Configuration")."""
    for name, section in (("pytest.ini", "pytest"), (".pytest.ini", "pytest")):
        if (tree / name).is_file():
            parser = ini(tree / name)
            return dict(parser[section]) if parser.has_section(section) else {}
    tables = table(table(toml(tree / "pyproject.toml"), "tool"), "pytest")
    if tables:
        return table(tables, "ini_options") or tables
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        parser = ini(tree / name)
        if parser.has_section(section):
            return dict(parser[section])
    return {}


def _from_settings(tree: Path) -> Iterator[str]:
    """The plugins that pytest's settings speak of."""
    settings = pytest_settings(tree)
    yield from (SETTINGS[name.lower()] for name in settings if name.lower() in SETTINGS)
    options = settings.get("addopts", "")
    for word in _words(options) if isinstance(options, str) else map(str, options):
        for option, plugin in OPTIONS.items():
            if word == option or (option.startswith("--") and word.startswith(option)) or _short(word, option):
                yield plugin


def _short(word: str, option: str) -> bool:
    """Whether a word is a short option with its value glued on, as in `-n4`."""
    return not option.startswith("--") and word.startswith(option) and word[2:].isalnum() and word[2:] != ""


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _test_files(tree: Path) -> Iterator[Path]:
    """The first files of tests."""
    count = 0
    for folder, folders, files in os.walk(tree):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for path in (Path(folder, name) for name in sorted(files) if name.endswith(".py")):
            if TEST_FILE.search(path.relative_to(tree).as_posix()) and path.stat().st_size <= MOST_BYTES:
                yield path
                count += 1
                if count == MOST_FILES:
                    return


def _from_code(text: str, own: set[str]) -> Iterator[str]:
    """What one file of tests uses; a word in a string or comment may count too, which costs a package and no more."""
    modules = {name for match in IMPORTS.finditer(text) for name in match.group(1, 2) if name} - own
    fixtures = {word for match in TESTS.finditer(text) for word in re.findall(r"\w+", match[1])}
    marks = set(re.findall(r"\bmark\.(\w+)", text))
    if RERUN_MARK.search(text):
        yield RERUNS
    for names, known in ((modules, MODULES), (fixtures, FIXTURES), (marks, MARKS)):
        yield from (known[name] for name in names & set(known))
