"""What a repository is seen to have, how sure that is, and what of it is worth writing down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.agent.settings import Settings
from perfagent.agent.starting.detecting import Detected, Fact, detect
from perfagent.tools.errors import SandboxUnavailable
from perfagent.tools.sandbox import SandboxKind

See = Callable[..., Detected]


def bubblewrap(_: str) -> tuple[SandboxKind, str]:
    return "bubblewrap", "it works"


def none(_: str) -> tuple[SandboxKind, str]:
    raise SandboxUnavailable("no sandbox works", "perfagent doctor")


@pytest.fixture
def see(tmp_path: Path) -> See:
    """Detects in a tree of these files; settings and the environment may be given."""

    def look(
        files: dict[str, str], environ: dict[str, str] | None = None, sandbox: object = bubblewrap, **settings: object
    ) -> Detected:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return detect(tmp_path, sorted(files), Settings(**settings), environ or {}, sandbox)  # type: ignore[arg-type]

    return look


def facts(detected: Detected) -> dict[str, Fact]:
    return {fact.name: fact for fact in detected.facts}


def test_declarations_are_certain_and_names_are_not(see: See) -> None:
    project = '[project]\nname = "a"\nrequires-python = ">=3.8"\n'
    seen = facts(
        see(
            {
                "pyproject.toml": project + '[project.optional-dependencies]\ntest = ["pytest"]\n',
                "tests/test_a.py": "",
                "bench_a.py": "print(1)\n",
            }
        )
    )
    assert (seen["python"].sure, seen["python"].reason) == ("likely", "newest here that fits requires-python >=3.8")
    assert seen["installed"][1:] == ("the project, its extra test", "certain", "declared")
    assert seen["unit tests"][1:] == ("pytest, 1 file", "likely", "by the files' names")
    assert seen["benchmark"][1:] == ("script:bench_a.py", "guess", "it is named like a benchmark")
    assert "compiled parts" not in seen


def test_pytests_own_settings_say_which_files_are_tests(see: See) -> None:
    seen = facts(see({"pytest.ini": "[pytest]\npython_files = check_*.py\n", "check_a.py": "", "test_b.py": ""}))
    assert seen["unit tests"][1:] == ("pytest, 1 file", "certain", "pytest is set up")


def test_nothing_is_told_as_nothing(see: See) -> None:
    detected = see({"a.py": ""}, sandbox=none)
    seen = facts(detected)
    assert seen["installed"][1:3] == ("pytest alone", "guess")
    assert seen["unit tests"].value == "none found"
    assert seen["benchmark"][1:3] == ("none found", "certain")
    assert seen["sandbox"].value == "none works here"
    assert (detected.workloads, detected.settings) == ((), {})


def test_a_certain_benchmark_is_not_worth_writing_down(see: See) -> None:
    detected = see({"bench.py": "def workload():\n    return 1\n"})
    assert facts(detected)["benchmark"][2:] == ("certain", "it defines workload()")
    assert detected.settings == {}


def test_a_guess_is_worth_writing_down(see: See) -> None:
    assert see({"bench_a.py": "print(1)\n"}).settings == {"workload": ["script:bench_a.py"]}


def test_of_several_kinds_the_first_is_measured_and_the_rest_is_named(see: See) -> None:
    detected = see(
        {"bench/test_a.py": "def test_a(benchmark): benchmark(int)\n", "bench/b.py": "def workload(): return 1\n"}
    )
    seen = facts(detected)
    assert seen["benchmark"].value == "pytest-benchmark:bench/test_a.py"
    assert seen["not measured"].value == "script:bench/b.py"
    assert detected.settings == {"workload": ["pytest-benchmark:bench/test_a.py"]}


def test_what_is_set_is_certain_and_not_written_again(see: See) -> None:
    detected = see({"bench_a.py": "print(1)\n"}, workload=("script:bench_a.py",), test="make test", setup="make")
    seen = facts(detected)
    assert seen["benchmark"][2:] == ("certain", "it is set")
    assert seen["unit tests"][1:3] == ("make test", "certain")
    assert seen["installed by"].value == "make"
    assert detected.settings == {}


def test_the_repositorys_own_python_is_kept_where_another_would_be_taken(see: See) -> None:
    detected = see({".python-version": "3.5\n", "a.py": ""})
    assert facts(detected)["python"][1:3] == ("Python 3.5", "likely")
    assert detected.settings == {"python": "3.5"}


def test_compiled_parts_and_keys_are_seen(see: See) -> None:
    seen = facts(see({"a/b.c": "", "docs/c.c": "", "a/b.h": ""}, {"SOME_API_KEY": "x", "EMPTY_API_KEY": ""}))
    assert seen["compiled parts"].value == "1 source, built by setup.py"
    assert seen["model"].reason == "SOME_API_KEY is set: `--model NAME` would use it"


def test_a_model_that_is_asked_for(see: See) -> None:
    assert facts(see({"a.py": ""}, model="some-model"))["model"].value == "some-model"
