"""The shell in real sandboxes, alone and as a tool: what it sees, what it leaves, and that a resumed run finds it."""

from __future__ import annotations

import dataclasses
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.acting.actions import Known, actions_for
from perfagent.agent.acting.looking import looking_bench
from perfagent.agent.dialogue import FileWorkbench, LoopResult, editor_toolbox, run_loop
from perfagent.agent.lab.shell import Shell
from perfagent.agent.model import Message, Model, RecordedModel, Reply, Request, ToolCall, Transcript
from perfagent.tools.errors import EditError
from perfagent.tools.patch import Edit, Policy
from perfagent.tools.profile import Hotspot
from perfagent.tools.sandbox import SandboxKind, reap
from perfagent.tools.sandbox.owners import read_records

HOURS = f"7654.{os.getpid()}"  # seconds that nobody else sleeps, in another process of the tests neither
KINDS = [
    pytest.param("docker", marks=pytest.mark.docker),
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    "local",
]
CONTAINED = KINDS[:2]


@pytest.fixture
def opened(make_run: Callable[..., Any]) -> Iterator[Callable[[SandboxKind], tuple[Shell, Path]]]:
    """Opens a shell of a kind; gives it and the edited tree."""
    shells: list[Shell] = []

    def open_(kind: SandboxKind) -> tuple[Shell, Path]:
        run = make_run(kind)
        shells.append(run.services.lab.shell(run.parent, run.tree, Policy.of(run.parent, ("perf.py",))))
        return shells[-1], run.tree

    yield open_
    for shell in shells:
        shell.close()


@pytest.fixture
def acting(make_run: Callable[..., Any]) -> Callable[..., Any]:
    """The actions of a run's conversation, to be closed, and the run; again for the run resumed."""

    def make(kind: SandboxKind = "local", **options: Any) -> Any:
        run = make_run(kind)
        return closing(actions_for(run.services, run.parent, run.tree, "edit-1", **options)), run

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_it_edits_compares_and_keeps_notes(opened: Callable[..., Any], kind: SandboxKind) -> None:
    shell, tree = opened(kind)
    test = "import pkg.words as w\nprint(w.__file__.split('/')[-3], w.unique('aba'))\n"
    assert shell.run(f"cat > scratch/d.py <<'E'\n{test}E", 20).scratch == {"d.py": test.encode()}
    ran = shell.run("sed -i 's/out = \\[\\]/out = [0]/' new/pkg/words.py; echo x > new/perf.py", 20)
    assert list(ran.changes.kept) == ["pkg/words.py"] and ran.changes.undone == ("perf.py (a workload)",)
    assert "out = [0]" in (tree / "pkg/words.py").read_text()
    both = shell.run("PYTHONPATH=$OLD python3 scratch/d.py; PYTHONPATH=$NEW python3 scratch/d.py", 20)
    assert both.done.stdout.splitlines() == ["old ['a', 'b']", "new [0, 'a', 'b']"]
    (tree / "pkg/words.py").write_text("def unique(words): return 7\n")
    assert shell.run("python3 scratch/d.py", 20).done.stdout == "new 7\n"


@pytest.mark.parametrize("kind", KINDS)
def test_a_timeout_kills_all_and_what_was_said_before_is_seen(opened: Callable[..., Any], kind: SandboxKind) -> None:
    shell, _ = opened(kind)
    ran = shell.run(f"echo begun; (setsid sleep {HOURS} &) ; sleep {HOURS}", 1)
    assert ran.done.timed_out and ran.done.stdout == "begun\n"
    assert HOURS not in shell.run("ps -eo args 2>/dev/null || cat /proc/[0-9]*/cmdline | tr '\\0' ' '", 20).done.stdout


@pytest.mark.parametrize("kind", CONTAINED)
def test_it_is_contained(opened: Callable[..., Any], kind: SandboxKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-host")
    shell, _ = opened(kind)
    said = shell.run("env; touch old/x; touch x; id -u; cat /proc/1/environ | tr '\\0' '\\n'", 20).done.stdout
    assert "sk-secret" not in said and "Read-only file system" in said
    connect = "import socket\ntry:\n socket.create_connection(('1.1.1.1', 53), 3)\nexcept OSError as e: print('no', e)"
    assert shell.run(f'python3 -c "{connect}"', 20).done.stdout.startswith("no ")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_when_it_is_closed(make_run: Callable[..., Any], kind: SandboxKind) -> None:
    run = make_run(kind)
    shell = run.services.lab.shell(run.parent, run.tree, Policy.of(run.parent))
    shell.run("mkdir -p scratch/a; cd scratch/a; for i in $(seq 300); do mkdir d && cd d; done; chmod 0 .", 20)
    shell.close()
    assert [path.name for path in (run.services.folder.path / "work").iterdir()] == [run.tree.name]
    assert reap(run.services.folder.id) == []


def test_the_reaper_finds_one_that_was_left(make_run: Callable[..., Any]) -> None:
    run = make_run("local")
    shell = run.services.lab.shell(run.parent, run.tree, Policy.of(run.parent))
    shell.run("true", 20)
    assert len(reap(run.services.folder.id)) == 1
    shell.close()


def test_its_results_tell_status_time_and_what_was_put_back(acting: Callable[..., Any]) -> None:
    with acting()[0] as actions:
        text = actions.shell("echo hello >&2; rm new/tests/test_words.py; exit 3", 20)
        assert text.splitlines()[0].startswith("exit status 3, ")
        assert "put back in new/, as it may not change: tests/test_words.py (a test)" in text
        assert text.endswith("hello")
        killed = actions.shell("sleep 9", 1)
        assert killed.startswith("the command did not end within 1 s and was killed with all it had started, 1.")


def test_a_resumed_conversation_finds_texts_tree_and_notes_again(acting: Callable[..., Any]) -> None:
    commands = [
        "echo 'print(1)' > scratch/t.py; head -c 2000000 /dev/zero > scratch/big; echo 'x = 1' > new/pkg/new.py",
        "python3 scratch/t.py; date +%N; rm new/pkg/new.py; sed -i 's/out/res/' new/pkg/words.py",
    ]
    closed, run = acting()
    with closed as actions:
        told = [actions.shell(command, 20) for command in commands]
        spent, evidence = actions.seconds(), actions.evidence()
    edited = (run.tree / "pkg/words.py").read_text()
    run.services.folder.close()
    closed, resumed = acting()
    assert (resumed.tree / "pkg/words.py").read_text() != edited
    with closed as actions:
        assert [actions.shell(command, 20) for command in commands] == told
        assert (actions.seconds(), actions.evidence()) == (spent, evidence)
        assert (resumed.tree / "pkg/words.py").read_text() == edited
        assert not (resumed.tree / "pkg/new.py").exists()
        fresh = actions.shell("cat scratch/t.py new/pkg/words.py", 20)
    assert "1 files of scratch/ and your edits are back; lost are big" in fresh
    assert fresh.endswith(f"print(1)\n{edited.rstrip()}")


SCRIPT = [
    ("shell", {"command": "date +%N; echo 'print(1)' > scratch/t.py; sed -i 's/= .. *$/= list()/' new/pkg/words.py"}),
    ("run_tests", {}),
    ("shell", {"command": "date +%N; cat scratch/t.py"}),
    ("submit", {"summary": "a list"}),
]


class Stopping:
    """Makes the script's calls, and is stopped at one of them, as by a kill."""

    name = "stopping"

    def __init__(self, stops_at: int) -> None:
        self.stops_at, self.asked = stops_at, 0

    def complete(self, request: Request) -> Reply:
        self.asked += 1
        turn = sum(message.role == "assistant" for message in request.messages)
        if turn == self.stops_at:
            raise KeyboardInterrupt
        name, arguments = SCRIPT[turn]
        call = ToolCall(id=f"c{turn}", name=name, arguments=json.dumps(arguments))
        return Reply(text="", tool_calls=(call,), finish_reason="tool_calls", latency_s=1.5)


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_a_killed_conversation_is_resumed_without_asking_again(
    acting: Callable[..., Any], tmp_path: Path, stop: int
) -> None:
    model, resumed = Stopping(stop), Stopping(-1)
    with pytest.raises(KeyboardInterrupt):
        converse(acting, RecordedModel(model, Transcript(tmp_path / "t.jsonl")))
    result, run = converse(acting, RecordedModel(resumed, Transcript(tmp_path / "t.jsonl")))
    assert (result.end, resumed.asked) == ("submitted", len(SCRIPT) - stop)
    assert "out = list()" in (run.tree / "pkg/words.py").read_text()
    assert "print(1)" in result.messages[-3].content


def converse(acting: Callable[..., Any], model: Model) -> tuple[LoopResult, Any]:
    closed, run = acting()
    beginning = [Message(role="system", content="s"), Message(role="user", content="task")]
    with closed as actions:
        try:
            result = run_loop(model, beginning, editor_toolbox(FileWorkbench(run.tree, actions=actions)))
        finally:
            run.services.folder.close()
    return result, run


def test_a_conversation_that_goes_another_way_is_not_told_of_the_first(acting: Callable[..., Any]) -> None:
    closed, run = acting()
    with closed as actions:
        actions.shell("echo one", 20)
        actions.shell("echo two", 20)
    run.services.folder.close()
    with acting()[0] as actions:
        assert actions.shell("echo one", 20).endswith("one")
        assert actions.shell("echo three", 20).endswith("three")


def test_what_was_written_beside_the_change_is_kept_as_evidence(acting: Callable[..., Any]) -> None:
    closed, run = acting()
    with closed as actions:
        actions.shell("echo 'print(\"400 equal\")' > scratch/diff_test.py; echo > scratch/core.bin", 20)
        actions.shell("python3 scratch/diff_test.py", 20)
        (found,) = actions.evidence()
    assert (found.name, found.size, found.last_line) == ("diff_test.py", 19, "400 equal")
    assert run.services.folder.get(found.digest) == 'print("400 equal")\n'
    assert FileWorkbench(run.tree).diff() == ""


def test_what_an_editor_left_in_scratch_is_there_for_the_next_one(acting: Callable[..., Any]) -> None:
    closed, run = acting()
    with closed as actions:
        actions.shell("echo 'print(\"400 equal\")' > scratch/differ.py && python3 scratch/differ.py", 20)
        (left,) = actions.evidence()
    known = Known(scratch={left.name: left.digest})
    second: Any = actions_for(run.services, run.parent, run.tree, "edit-2", known)
    with closing(second) as actions:
        assert actions.shell("ls scratch", 20).endswith("differ.py")
        assert actions.evidence() == (), "nobody has used it for this change"
        assert actions.shell("python3 scratch/differ.py", 20).endswith("400 equal")
        assert [(file.name, file.last_line) for file in actions.evidence()] == [("differ.py", "400 equal")]


def test_a_planner_s_shell_changes_nothing(acting: Callable[..., Any]) -> None:
    closed, run = acting(edits=False)
    with closed as actions:
        assert "put back in new/" in actions.shell("echo > new/pkg/words.py", 20)
    assert FileWorkbench(run.tree).diff() == ""


def test_a_planner_looks_at_the_baseline_and_leaves_nothing(make_run: Callable[..., Any]) -> None:
    run = make_run()
    spot = Hotspot(
        path="pkg/words.py", qualname="unique", start=1, end=6, self_share=0.9, charged_share=0.9,
        cumulative_share=0.9, calls=7, callers=("perf.py:workload",),
    )  # fmt: skip
    with looking_bench(run.services, run.services.target.head, "plan-1", [spot]) as bench:
        assert "in count: return len(unique(words))" in bench.callers("unique")
        actions: Any = bench.actions
        assert actions.callers("unique").endswith("was called 7 times, by perf.py:workload.")
        assert "pkg/words.py:1 unique" in actions.profile(None)
        assert actions.shell("ls old new", 20).count("perf.py") == 2
        with pytest.raises(EditError, match="a planner changes nothing"):
            bench.edit([Edit("pkg/words.py", "out = []", "out = list()")])
    run.services.bin.empty()
    assert [path.name for path in (run.services.folder.path / "work").iterdir()] == [run.tree.name]


def test_lines_of_a_function_are_profiled_by_path_or_by_a_known_name(acting: Callable[..., Any]) -> None:
    closed, _ = acting()
    with closed as actions:
        assert "if word not in out" in actions.profile("pkg/words.py:unique")
        assert actions.profile("unique") == "Name it as path:qualname."
        assert "could not be done" in actions.profile("pkg/words.py:nobody")


def test_a_sandbox_that_does_not_start_is_text_and_the_next_command_gets_another(acting: Callable[..., Any]) -> None:
    closed, run = acting()
    lab = run.services.lab
    works = lab.environment
    lab.environment = dataclasses.replace(works, python="/nowhere/python")
    with closed as actions:
        assert actions.shell("echo 1 > scratch/note.txt", 20).startswith("That could not be done: the local sandbox")
        lab.environment = works
        assert actions.shell("echo 1 > scratch/note.txt", 20).startswith("(The sandbox was started anew.")
        assert actions.shell("cat scratch/note.txt", 20).endswith("1")


def test_a_user_who_interrupts_need_not_wait_for_the_command(acting: Callable[..., Any]) -> None:
    closed, run = acting()
    interrupt = threading.Timer(1.0, run.services.interrupted.set)
    interrupt.start()
    with closed as actions, pytest.raises(KeyboardInterrupt):
        actions.shell(f"sleep {HOURS}", 300)
    interrupt.join()
    assert [path.name for path in (run.services.folder.path / "work").iterdir()] == [run.tree.name]


def test_a_runner_that_is_killed_is_told_and_notes_stay(acting: Callable[..., Any]) -> None:
    closed, run = acting()
    with closed as actions:
        actions.shell("echo 1 > scratch/note.txt", 20)
        (runner,) = [record.runner.pid for _, record in read_records() if record.run_id == run.services.folder.id]
        killer = threading.Timer(1.0, os.kill, (runner, 9))
        killer.start()
        assert actions.shell("sleep 30", 60).startswith("the command was killed by signal 9")
        killer.join()
        assert actions.shell("cat scratch/note.txt", 20).endswith("1")


def test_measuring_profiling_and_testing_see_the_change_and_say_what_they_cannot(acting: Callable[..., Any]) -> None:
    closed, run = acting()
    with closed as actions:
        assert actions.quick_measure(None) == "Nothing is changed yet, so there is nothing to measure."
        words = run.tree / "pkg/words.py"
        words.write_text(words.read_text().replace("if word not in out", "if True"))
        said = actions.quick_measure(8)
        assert said.startswith("Speedup over the code before your change (above 1 is faster), 8 pairs")
        assert "faster; changes below about" in said and "(20 pairs: about" in said
        assert "pkg/words.py:1 unique" in actions.profile(None)
        assert "first tests/test_words.py::test_words" in actions.run_tests(())
        assert not list((run.tree / "pkg").glob("__pycache__"))
    run.services.bin.empty()
    assert [path.name for path in (run.services.folder.path / "work").iterdir()] == [run.tree.name]


def test_several_editors_at_once(make_run: Callable[..., Any]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    run = make_run("local")
    lab, services = run.services.lab, run.services

    def work(number: int) -> tuple[str, str, str]:
        from perfagent.tools.repository import hold_tree

        tree = lab.writable_copy(run.parent, "edit")
        hold_tree(tree)
        words = tree / "pkg/words.py"
        words.write_text(words.read_text() + f"\n# {number % 2}\n")
        opened: Any = actions_for(services, run.parent, tree, f"edit-{number}")
        with closing(opened) as actions:
            told = actions.shell(f"tail -n 1 new/pkg/words.py; echo {number} > scratch/n.txt", 60)
            services.folder.event("tool", number=number, text=told)
            return told, actions.run_tests(()), actions.quick_measure(6)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, range(4)))
    for number, (told, tests, measured) in enumerate(results):
        assert told.endswith(f"# {number % 2}")
        assert tests == "1 tests pass."
        assert "perf: " in measured
    lines = (services.folder.path / "events.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["number"] for line in lines) == [0, 1, 2, 3]
