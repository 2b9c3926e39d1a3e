import os
import subprocess
import sys


def perfagent(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "perfagent", *arguments],
        capture_output=True, text=True, check=False, env=os.environ | environment, cwd="/",
    )  # fmt: skip


def test_help_names_every_command() -> None:
    done = perfagent("--help")
    assert done.returncode == 0
    for name in ("run", "verify", "compare", "hotspots", "doctor", "runs", "show", "resume", "apply"):
        assert f"\n  {name} " in done.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom perfagent.cli.main import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted(set(sys.modules) & {'litellm', 'langgraph', 'docker', 'libcst', 'git', 'pydantic', 'rich', 'jinja2'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_unknown_flag_is_wrong_usage() -> None:
    assert perfagent("run", ".", "--no-such-flag").returncode == 2


def test_unknown_workload_kind_is_wrong_usage_in_one_line(tmp_path: object) -> None:
    done = perfagent("show", "no-such-run", PERFAGENT_HOME=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "perfagent: there is no run 'no-such-run': `perfagent runs` lists them\n"


def test_json_goes_alone_to_standard_output(tmp_path: object) -> None:
    done = perfagent("runs", "--json", PERFAGENT_HOME=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
