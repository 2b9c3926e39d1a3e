"""Whole runs on one small repository: in every sandbox, from every kind of workload, with a build and a URL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SOURCE = '''\
"""Words that two lists share."""


def shared(left: list[str], right: list[str]) -> list[str]:
    """The words of `left` that are in `right` too, in order."""
    found = []
    for word in left:
        if word in [other.lower() for other in right]:
            found.append(word)
    return found
'''

# Fails where a module was imported without bytecode, which would make every sample compile it.
COMPILED = """
import os
import sys

KEPT = {name: getattr(getattr(module, "__spec__", None), "cached", None) for name, module in list(sys.modules.items())}
MISSING = [name for name, kept in KEPT.items() if kept and not os.path.exists(kept)]
assert not MISSING, MISSING
"""

# What a workload or a test can see of the host goes into its values, and is compared with nothing where it is None.
BENCH = """\
import os
import socket

from lexicon.words import shared

WORDS = [f"word{number}" for number in range(400)]


def connects():
    try:
        socket.create_connection(("127.0.0.1", PORT), timeout=2).close()
    except OSError:
        return False
    return True


def workload():
    return shared(WORDS, WORDS), connects() if PORT else None, "SECRET_TOKEN" in os.environ
"""

TESTS = """\
from lexicon.words import shared


def test_shared():
    assert shared(["a", "b", "c"], ["C", "A"]) == ["a", "c"]


def test_nothing_is_shared():
    assert shared(["a"], []) == []
"""

BENCHMARKS = """\
import pytest

from lexicon.words import shared

WORDS = [f"word{number}" for number in range(400)]


def test_shared(benchmark):
    assert benchmark(shared, WORDS, WORDS) == WORDS
"""

SLOW_TEST = BENCHMARKS.replace("(benchmark)", "()").replace("benchmark(shared, WORDS, WORDS)", "shared(WORDS, WORDS)")

FILES = {
    "lexicon/__init__.py": "",
    "lexicon/words.py": SOURCE,
    "bench.py": BENCH.replace("PORT", "0") + COMPILED,
    "command.py": "from bench import workload\n\nfor _ in range(3):\n    workload()\n",
    "tests/test_words.py": TESTS,
    "tests/test_long.py": SLOW_TEST,
    "benchmarks/test_shared.py": BENCHMARKS + COMPILED,
    "Makefile": "test:\n\t@cd tests && PYTHONPATH=.. python -c 'import test_words as t; t.test_shared()'\n",
}

# A machine with other work makes perfagent refuse to judge at all; that is right, and not what is tested here.
TRIES = 4

# Nothing to install, so that the environment is built in a moment; and pytest is the only thing fetched.
PYPROJECT = '[project]\nname = "lexicon"\nversion = "1.0"\n'


@dataclass
class Whole:
    """A finished command: its document, what it said, and the repository."""

    result: dict[str, Any]
    said: str
    root: Path


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    root = tmp_path / "lexicon"
    for name, text in (FILES | {"pyproject.toml": PYPROJECT}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", "-C", root, *words], check=True)
    return root


@pytest.fixture(scope="session")
def state(common: Path) -> Path:
    """One home for all runs here: environments are built once a sandbox."""
    return common / "state"


@pytest.fixture
def perfagent(lexicon: Path, state: Path) -> Callable[..., Whole]:
    def call(command: str, *arguments: str, repo: str = "", **variables: str) -> Whole:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PERFAGENT_")}
        for _ in range(TRIES):
            done = subprocess.run(
                [sys.executable, "-m", "perfagent", command, repo or str(lexicon), "--json", *arguments],
                env=kept | {"PERFAGENT_HOME": str(state), "SECRET_TOKEN": "hush"} | variables,
                capture_output=True,
                text=True,
                check=False,
            )
            if "nothing can be judged" not in done.stderr:
                break
        assert done.returncode == 0, done.stderr
        return Whole(json.loads(done.stdout), done.stderr, lexicon)

    return call


def accepted(whole: Whole) -> dict[str, Any]:
    """The one patch of a run that must have made the loop several times faster."""
    result = whole.result
    assert (result["status"], result["verdict"]) == ("completed", "faster"), whole.said
    assert result["interval"][0] > 2
    first: dict[str, Any] = result["patches"][0]
    assert "lexicon/words.py" in first["diff"]
    assert subprocess.run(["git", "-C", whole.root, "status", "-s"], capture_output=True, check=True).stdout == b""
    return first


RUN = ("run", "--no-model", "--max-candidates", "3")
SCRIPT = ("--workload", "script:bench.py")


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
        "local",
    ],
)
def test_a_run_in_every_sandbox(perfagent: Callable[..., Whole], kind: str) -> None:
    whole = perfagent(*RUN, *SCRIPT, "--sandbox", kind)
    accepted(whole)
    assert whole.result["sandbox"].startswith(kind)
    assert whole.result["tests"]["failed"] == 0
    assert ("does not contain what it runs" in whole.said) == (kind == "local")


@pytest.mark.docker
def test_auto_takes_docker_and_says_why(perfagent: Callable[..., Whole]) -> None:
    whole = perfagent("hotspots", *SCRIPT)
    assert "sandbox: docker (containers of perfagent/base:bookworm: no network" in whole.said
    assert whole.result[0]["qualname"] == "shared"  # type: ignore[index]


@pytest.mark.parametrize("kind", [
    pytest.param("docker", marks=pytest.mark.docker), pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
])  # fmt: skip
def test_no_network_and_no_variable_of_the_host(
    perfagent: Callable[..., Whole], lexicon: Path, scripted_server: Any, kind: str
) -> None:
    port = scripted_server.url.split(":")[2].split("/")[0]
    probe = BENCH.replace("PORT", port) + "\n\ndef test_alone():\n    assert not connects()\n"
    probe += '    assert "SECRET_TOKEN" not in os.environ\n'
    (lexicon / "tests" / "test_alone.py").write_text(probe)
    (lexicon / "bench.py").write_text(probe + "\n\nassert workload()[1:] == (False, False)\n")
    subprocess.run(["git", "-C", lexicon, "add", "-A"], check=True)
    subprocess.run(
        ["git", "-C", lexicon, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x"], check=True
    )
    whole = perfagent("compare", "HEAD", "HEAD", *SCRIPT, "--sandbox", kind)
    assert whole.result["verdict"] == "not_faster"
    assert "unit tests: 4 pass stably" in whole.said


@pytest.mark.parametrize(
    "workload",
    [
        "command:python command.py",
        "pytest:tests/test_long.py::test_shared",
        "pytest-benchmark:benchmarks/test_shared.py",
    ],
)
def test_a_patch_by_every_kind_of_workload(
    perfagent: Callable[..., Whole], lexicon: Path, workload: str, tmp_path: Path
) -> None:
    source = lexicon / "lexicon" / "words.py"
    lowered = SOURCE.replace("    found = []", "    lowered = {other.lower() for other in right}\n    found = []")
    source.write_text(lowered.replace("[other.lower() for other in right]", "lowered"))
    diff = subprocess.run(["git", "-C", lexicon, "diff"], capture_output=True, check=True).stdout
    subprocess.run(["git", "-C", lexicon, "checkout", "-q", "."], check=True)
    (tmp_path / "set.diff").write_bytes(diff)
    whole = perfagent("verify", "--patch", str(tmp_path / "set.diff"), "--workload", workload, "--sandbox", "local")
    assert whole.result["verdict"] == "faster", whole.said
    assert whole.result["tests"]["passed"] >= 2


def test_a_url_a_build_for_each_side_and_a_test_command(perfagent: Callable[..., Whole], lexicon: Path) -> None:
    build = "echo built >> lexicon/built.txt"
    whole = perfagent(
        *RUN, *SCRIPT, "--sandbox", "local", "--build", build, "--test", "make test", repo=lexicon.as_uri()
    )
    accepted(whole)
    trees = sorted(Path(whole.result["run_dir"], "trees").glob("[ce]-*"))
    assert len(trees) >= 2
    assert {(tree / "lexicon" / "built.txt").read_text() for tree in trees if tree.name[0] == "c"} == {"built\n"}


def test_paths_restrict_what_is_edited(perfagent: Callable[..., Whole]) -> None:
    whole = perfagent(*RUN, *SCRIPT, "--sandbox", "local", "--paths", "other/*.py")
    assert (whole.result["verdict"], whole.result["patches"]) == ("not_faster", [])
