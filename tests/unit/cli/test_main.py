import os
import subprocess
import sys

import pytest


def perfagent(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "perfagent", *arguments],
        capture_output=True, text=True, check=False, env=os.environ | environment, cwd="/",
    )  # fmt: skip


def test_help_names_every_command() -> None:
    done = perfagent("--help")
    assert done.returncode == 0
    for name in (
        "init",
        "run",
        "verify",
        "compare",
        "hotspots",
        "calibrate",
        "doctor",
        "runs",
        "show",
        "resume",
        "apply",
    ):
        assert f"\n  {name} " in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["show", "-h"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom perfagent.cli.main import application\n"
        "try: application(sys.argv[1:])(sys.argv[1:])\nexcept SystemExit: pass\n"
        "heavy = {'litellm', 'langgraph', 'docker', 'libcst', 'git', 'pydantic', 'rich', 'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run", ".", "--no-such-flag"], "no such option: --no-such-flag: `perfagent run --help` tells the usage"),
        (["run"], "missing argument 'REPO': `perfagent run --help` tells the usage"),
        (["nonsense"], "no such command 'nonsense': `perfagent --help` tells the usage"),
        (["image"], "missing command: `perfagent image --help` tells the usage"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], line: str) -> None:
    done = perfagent(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"perfagent: {line} [PA101]\n")


def test_no_arguments_print_the_help_but_are_wrong_usage() -> None:
    done = perfagent()
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout == perfagent("--help").stdout


def test_a_command_is_completed() -> None:
    asked = {"_PERFAGENT_COMPLETE": "complete_bash", "COMP_WORDS": "perfagent run --wor", "COMP_CWORD": "2"}
    assert perfagent(**asked).stdout.split() == ["--workload"]


def test_a_closed_pipe_is_no_fault() -> None:
    command = [sys.executable, "-m", "perfagent", "rewrite", "--list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_an_unknown_run_is_one_line(tmp_path: object) -> None:
    done = perfagent("show", "no-such-run", PERFAGENT_HOME=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "perfagent: there is no run 'no-such-run': `perfagent runs` lists them [PA005]\n"


def test_json_goes_alone_to_standard_output(tmp_path: object) -> None:
    done = perfagent("runs", "--json", PERFAGENT_HOME=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
