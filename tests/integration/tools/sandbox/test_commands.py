"""What every kind of sandbox promises about one command."""

from __future__ import annotations

import os

import pytest

from perfagent.tools.errors import SandboxError
from perfagent.tools.sandbox import Limits

DETACHED = "(setsid sh -c 'echo $$ > pid; exec sleep 300' &) ; while [ ! -s pid ]; do sleep 0.01; done"


def test_output_exit_code_and_input_arrive(box):
    ended = box.sh("cat; echo wrong >&2; exit 3", stdin=b"right" * 50_000)

    assert ended.exit_code == 3 and not ended.ok
    assert ended.stdout.startswith("right") and ended.stderr == "wrong\n"


def test_a_signal_is_a_negative_exit_code(box):
    assert box.sh("kill -TERM $$").exit_code == -15


def test_a_missing_program_is_127_and_a_missing_folder_is_not_fatal(box):
    missing = box.run("no-such-program")

    assert missing.exit_code == 127 and "no-such-program" in missing.stderr
    assert box.run("true").ok


def test_no_input_is_the_end_of_input(box):
    assert box.sh("cat; echo done").stdout == "done\n"


def test_the_environment_holds_what_was_given_and_four_more(box, monkeypatch):
    monkeypatch.setenv("SECRET", "shh")
    ended = box.run("env", env={"GIVEN": "yes"})

    names = {line.split("=")[0] for line in ended.stdout.splitlines()}
    assert names == {"GIVEN", "PATH", "HOME", "LANG", "TMPDIR"}
    assert "LANG=C.UTF-8" in ended.stdout


def test_home_and_temporary_folder_are_writable_and_programs_there_run(box):
    ended = box.sh('for d in "$HOME" "$TMPDIR"; do printf "#!/bin/sh\\necho ran\\n" > $d/x; chmod +x $d/x; $d/x; done')

    assert ended.stdout == "ran\nran\n"


def test_the_writable_mount_is_shared_with_the_host(kind, opened):
    box = opened(kind)
    (box.tree / "from_host").write_text("hello")

    assert box.sh("cat from_host; echo hi > from_inside").stdout == "hello"
    box.sandbox.close()
    assert (box.tree / "from_inside").read_text() == "hi\n"
    assert (box.tree / "from_inside").stat().st_uid == os.getuid()


def test_a_timeout_kills_the_group_and_what_escaped_from_it(box):
    ended = box.sh(f"{DETACHED}; sleep 300", timeout_s=2)

    assert ended.timed_out and ended.exit_code == -9 and not ended.ok
    assert not box.sh("kill -0 $(cat pid)").ok


def test_nothing_a_command_started_outlives_it(box):
    assert box.sh(DETACHED).ok
    assert not box.sh("kill -0 $(cat pid)").ok


def test_a_child_that_holds_the_output_open_does_not_delay_the_end(box):
    assert box.sh("sleep 300 & echo done", timeout_s=20).stdout == "done\n"


def test_endless_output_is_cut_in_the_middle_and_never_blocks(box):
    ended = box.py("print('head'); print('x' * 3_000_000); print('tail')")

    assert ended.ok and ended.truncated
    assert ended.stdout.startswith("head") and ended.stdout.endswith("tail\n")
    assert "bytes left out" in ended.stdout and len(ended.stdout) < 11_000


def test_output_below_the_limit_is_whole(box):
    ended = box.py("print('x' * 9_998)")

    assert not ended.truncated and ended.stdout == "x" * 9_998 + "\n"


def test_too_much_memory_is_told_from_a_crash(box):
    ended = box.py("x = bytearray(2**30)")

    assert ended.out_of_memory and not ended.ok and not ended.timed_out
    assert not box.py("import sys; sys.exit(1)").out_of_memory


def test_a_file_beyond_the_size_limit_ends_the_command(kind, opened):
    box = opened(kind, Limits(file_bytes=10_000, timeout_s=30))

    assert box.sh("head -c 20000 /dev/zero > big").exit_code != 0
    assert (box.tree / "big").stat().st_size == 10_000


def test_usage_counts_processor_time_of_waited_for_children(box):
    burn = "import time\nwhile time.process_time() < 0.1: pass"
    ended = box.py(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}], check=True)")

    assert ended.usage.cpu_s >= 0.1 and ended.usage.wall_s >= 0.1
    assert ended.usage.peak_rss_bytes > 2**20


def test_a_command_is_pinned_to_its_core(box):
    core = max(os.sched_getaffinity(0))
    ended = box.py("import os; print(sorted(os.sched_getaffinity(0)))", cpu=core)

    assert ended.stdout == f"[{core}]\n"


def test_a_sandbox_keeps_to_its_cores(kind, opened):
    core = min(os.sched_getaffinity(0))
    box = opened(kind, cpus=(core,))

    assert box.py("import os; print(sorted(os.sched_getaffinity(0)))").stdout == f"[{core}]\n"


def test_a_sandbox_keeps_to_the_cores_that_we_were_told_to_keep_to(kind, opened):
    all_cores, core = os.sched_getaffinity(0), max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    try:
        ended = opened(kind).py("import os; print(sorted(os.sched_getaffinity(0)))")
    finally:
        os.sched_setaffinity(0, all_cores)

    assert ended.stdout == f"[{core}]\n"


def test_a_core_that_is_not_there_is_an_error_of_the_caller(box):
    with pytest.raises(SandboxError, match="core 900"):
        box.run("true", cpu=900)


def test_a_command_that_takes_the_runner_with_it_costs_one_sandbox(box):
    ended = box.sh("kill -9 $PPID; sleep 10")

    assert ended.exit_code == -9 and not ended.timed_out and "starts afresh" in ended.notes[0]
    assert box.run("true").ok


def test_a_closed_sandbox_runs_nothing(kind, opened):
    box = opened(kind)
    assert box.run("true").ok
    box.sandbox.close()
    box.sandbox.close()

    with pytest.raises(SandboxError, match="closed"):
        box.run("true")


def test_paths_inside_and_outside_of_the_mounts(box, tmp_path):
    (box.tree / "a").mkdir()

    assert box.run("test", "-d", box.sandbox.inside(box.tree / "a")).ok
    with pytest.raises(SandboxError, match="not mounted"):
        box.sandbox.inside(tmp_path)
