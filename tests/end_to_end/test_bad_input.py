"""A target that does not work at the baseline: one line, status 1, nothing left behind; and a disk that fills up."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BENCH = "def workload():\n    return sum(range(1000))\n"
FILES = {
    "tally.py": "def total(numbers):\n    return sum(numbers)\n",
    "bench.py": BENCH,
    "raises.py": "def workload():\n    raise ValueError('the data are missing')\n",
    "broken.py": "raise ValueError('the benchmark is broken')\n",
    "exits.py": "import sys\n\nsys.exit(3)\n",
    "no_benchmark/test_none.py": "def test_nothing_is_timed():\n    pass\n",
    "red/test_red.py": "def test_red():\n    assert False, 'always red'\n",
    "lost/test_lost.py": "import no_such_module\n\n\ndef test_lost():\n    pass\n",
}

Refused = Callable[..., str]


@pytest.fixture
def tally(tmp_path: Path) -> Path:
    root = tmp_path / "tally"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", "-C", root, *words], check=True)
    return root


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all of these: each environment is built once."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture
def refused(tally: Path, state: Path) -> Refused:
    """Runs perfagent in the local sandbox; it must end with status 1, one line, and a clean target."""

    def call(*arguments: str | Path) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PERFAGENT_")}
        done = subprocess.run(
            [sys.executable, "-m", "perfagent", "run", tally, "--no-model", "--sandbox", "local", *arguments],
            env=kept | {"PERFAGENT_HOME": str(state)},
            capture_output=True,
            text=True,
            check=False,
        )
        *earlier, last = done.stderr.splitlines()
        assert (done.returncode, done.stdout) == (1, ""), done.stderr
        assert all(line.startswith("[") for line in earlier), done.stderr
        status = subprocess.run(["git", "-C", tally, "status", "--short"], capture_output=True, check=True)
        assert status.stdout == b""
        return last.removeprefix("perfagent: ").rpartition(" [PA")[0]

    return call


@pytest.mark.parametrize(
    ("arguments", "said", "remedy"),
    [
        (["-w", "script:broken.py"], "the benchmark is broken", "mend it, or name another one"),
        (["-w", "script:raises.py"], "the data are missing", "mend it, or name another one"),
        (["-w", "script:exits.py"], "the workload fails at the baseline", "mend it, or name another one"),
        (["-w", "command:no-such-program"], "the workload fails at the baseline", "mend it, or name another one"),
        (["-w", "pytest-benchmark:no_benchmark"], "no benchmark found in", "name tests that use the benchmark fixture"),
    ],
)
def test_a_workload_that_does_not_work(refused: Refused, arguments: list[str], said: str, remedy: str) -> None:
    line = refused(*arguments, "--test", "true")
    assert said in line
    assert remedy in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--test", "exit 3"], "the test command fails at the baseline: "),
        (["--test", "no-such-program --all"], "no-such-program: not found: mend --test"),
        (["--test", "true", "--build", "echo no compiler >&2; exit 4"], "the build command fails: no compiler: mend"),
        (["--test", "true", "--setup", "echo no wheel; exit 4"], "the setup command fails: no wheel: say how"),
    ],
)
def test_a_command_that_fails(refused: Refused, tmp_path: Path, arguments: list[str], said: str) -> None:
    assert said in refused("-w", "script:bench.py", *arguments, "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("gone", "said"),
    [("lost", "none of the unit tests (1) passes at the baseline; red/test_red.py::test_red"),
     ("red", "the tests cannot be imported at the baseline: lost/test_lost.py cannot be collected")],
)  # fmt: skip
def test_unit_tests_that_do_not_work(refused: Refused, tally: Path, gone: str, said: str) -> None:
    commit = ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x"]
    for words in (["rm", "-rq", gone, "no_benchmark"], commit):
        subprocess.run(["git", "-C", tally, *words], check=True)
    line = refused("-w", "script:bench.py")
    assert said in line
    assert "with --setup, or name a test command with --test" in line


def test_a_dependency_that_does_not_exist(refused: Refused, tally: Path) -> None:
    text = '[project]\nname = "tally"\nversion = "1"\ndependencies = ["perfagent-no-such-package==9"]\n'
    (tally / "pyproject.toml").write_text(text)
    for words in (["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", tally, *words], check=True)
    line = refused("-w", "script:bench.py", "--test", "true")
    assert "the project's dependencies do not install: " in line
    assert "perfagent-no-such-package==9" in line


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_full_disk(refused: Refused, small_disk: Path) -> None:
    line = refused("-w", "script:bench.py", "--test", "true", "--out", small_disk / "run")
    assert "free" in line
    assert "--out" in line
    assert not (small_disk / "run").exists()
