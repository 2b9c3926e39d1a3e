"""The commands that repeat a verdict say all that decides it and nothing of this machine."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.agent.reproducing import as_comparison, reproduction
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings

Open = Callable[..., Services]

#: What the run found out by itself.
FOUND = "--workload script:bench.py --sandbox local --python 3.11 --metric cpu"


def test_a_change_is_verified_on_its_baseline(open_services: Open) -> None:
    found = reproduction(open_services(), "1" * 40, diff="the diff\n")
    checkout, verify = found.commands
    assert checkout == f"git checkout --detach {'1' * 40}"
    assert verify == f"perfagent verify . --patch change.diff {FOUND}"
    assert found.files == {"change.diff": b"the diff\n"}


def test_two_commits_are_compared(open_services: Open) -> None:
    found = reproduction(open_services(), "1" * 40, head="2" * 40)
    assert found.commands == (f"perfagent compare . {'1' * 40} {'2' * 40} {FOUND}",)
    assert not found.files


def test_settings_that_decide_are_given_and_others_are_not(open_services: Open) -> None:
    settings = Settings(
        test="pytest -k 'not slow'", metric="cpu", seed=7, no_instructions=True, published_pairs=30,
        paths=("src/*", "b"), model="openai/any", max_cost=3.0, memory="off", core=1, sandbox="auto",
    )  # fmt: skip
    words = shlex.split(reproduction(open_services(settings=settings), "1" * 40, diff="d").commands[-1])
    assert words[:2] == ["PERFAGENT_PATHS=src/*;b", "PERFAGENT_PUBLISHED_PAIRS=30"]
    assert words[words.index("--test") + 1] == "pytest -k 'not slow'"
    assert {"--no-instructions", "--seed", "--metric"} <= set(words)
    assert not {"openai/any", "--max-cost", "--memory", "PERFAGENT_CORE=1", "auto"} & set(words)


def test_an_images_own_python_is_left_to_it(open_services: Open) -> None:
    for python, told in ((None, False), ("3.9", True), ("/opt/bin/python", True)):
        services = open_services(f"run-{python}".replace("/", "-"), settings=Settings(image="a:1", python=python))
        verify = reproduction(services, "1" * 40, diff="d").commands[-1]
        assert (f"--python {python}" in verify, "--image a:1" in verify) == (told, True)


def test_scripts_from_outside_come_along(open_services: Open, tmp_path: Path) -> None:
    script = tmp_path / "my bench.py"
    script.write_text("def workload(): pass\n")
    services = open_services(workloads=(f"script:{script}", "command:wc -l a.txt"))
    found = reproduction(services, "1" * 40, diff="d")
    assert found.files.keys() == {"my bench.py", "change.diff"}
    assert """--workload "script:$PWD"/'my bench.py' --workload 'command:wc -l a.txt'""" in found.commands[-1]
    assert str(tmp_path) not in " ".join(found.commands)


@pytest.mark.parametrize(
    ("url", "clone"),
    [
        ("https://example.org/a/kit.git", "git clone https://example.org/a/kit.git kit"),
        ("https://someone:key@example.org/a/kit", "git clone https://example.org/a/kit kit"),
        ("https://key@example.org/a/kit", "git clone https://example.org/a/kit kit"),
        ("git@example.org:a/kit.git", "git clone git@example.org:a/kit.git kit"),
        ("ssh://git@example.org/a/kit.git/", "git clone ssh://git@example.org/a/kit.git/ kit"),
    ],
)
def test_an_address_is_cloned_without_its_key(open_services: Open, url: str, clone: str) -> None:
    services = open_services()
    services.asked = {"repository": url}
    assert reproduction(services, "1" * 40, diff="d").commands[:2] == (clone, "cd kit")


def test_a_repository_that_was_a_folder_is_the_readers_own_clone(open_services: Open) -> None:
    services = open_services()
    services.asked = {"repository": "/home/someone/kit"}
    assert reproduction(services, "1" * 40, diff="d").commands[0].startswith("git checkout")


def test_a_pull_requests_reader_compares_its_commits(open_services: Open) -> None:
    settings = Settings(published_pairs=30)
    commands = reproduction(open_services(settings=settings), "1" * 40, diff="d").commands
    compared = as_comparison(commands, "main", "FETCH_HEAD")
    assert compared.startswith(
        "PERFAGENT_PUBLISHED_PAIRS=30 perfagent compare . main FETCH_HEAD --workload script:bench"
    )
    with pytest.raises(ValueError, match="no verdict on a change"):
        as_comparison((compared,), "main", "FETCH_HEAD")


def test_a_clock_that_cannot_be_asked_for_is_left_to_the_probe(open_services: Open) -> None:
    services = open_services()
    (plan,) = services.lab.prepared.benchmarks
    mixed = open_services("mixed", benchmarks=(plan, plan.model_copy(update={"id": "b", "metric": "adjusted"})))
    assert "--metric" not in reproduction(mixed, "1" * 40, diff="d").commands[-1]
    memory = open_services("memory", settings=Settings(metric="memory"))
    assert reproduction(memory, "1" * 40, diff="d").commands[-1].endswith("--metric memory")
