"""A server is started once and forked for every child, each of which is timed and ended like a command."""

from __future__ import annotations

import time

import pytest

from perfagent.tools.sandbox import Command, Fork

SERVER = """
import os, signal, sys, time
reader, writer = map(int, os.environ["PERFAGENT_MARKS"].split(","))
def mark(text):
    os.write(writer, text.encode() + b"\\n")
    os.read(reader, 1)
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
SERVER = os.getpid()
burn(0.2)
while True:
    line = os.read(0, 4096).decode()
    ours, theirs = os.pipe()
    middle = os.fork()
    if not middle:
        child = os.fork()
        if child:
            os.write(theirs, b"%d" % child)
            os._exit(0)
        break
    child = os.read(ours, 100)
    os.waitpid(middle, 0)
    os.write(writer, b"C %s\\n" % child)
os.read(reader, 1)
exec(eval(line))
"""


@pytest.fixture
def forked(box):
    """Start the server and have each child run a script."""

    def forked(*scripts, server=SERVER, timeout_s=20.0, collect=()):
        command = Command((box.python, "-I", "-c", server), box.sandbox.inside(box.tree), marks=True, timeout_s=20.0)
        return box.sandbox.fork(command, [Fork(repr(text).encode(), timeout_s, collect) for text in scripts])

    return forked


def test_each_child_is_measured_by_itself(forked):
    scripts = ("mark('S x'); burn(0.05); mark('E 1 x'); print('one')", "mark('S x'); mark('E 2 x'); print('two')")
    first, second = forked(*scripts)

    assert (first.stdout, second.stdout) == ("one\n", "two\n")
    assert [span.loops for span in (*first.spans, *second.spans)] == [1, 2]
    assert 0.05 <= first.spans[0].cpu_s < 0.1 and second.spans[0].cpu_s < 0.04
    # What the server burned before is no child's.
    assert first.usage.cpu_s < 0.18 and second.usage.cpu_s < 0.1


def test_a_child_finds_nothing_that_another_one_left(forked):
    hide = "[open(os.environ[name] + '/x', 'w').close() for name in ('TMPDIR', 'HOME')]"
    look = "print([os.path.exists(os.environ[name] + '/x') for name in ('TMPDIR', 'HOME')])"

    assert [ended.stdout for ended in forked(look, f"{hide}; {look}", look)] == [
        "[False, False]\n",
        "[True, True]\n",
        "[False, False]\n",
    ]


def test_memory_and_files_are_the_childs(forked, box):
    kept = f"{box.sandbox.inside(box.tree)}/kept"
    first, second = forked("x = b'x' * 60_000_000; open('kept', 'w').write('1')", "pass", collect=(kept,))

    assert first.usage.peak_rss_bytes > 60_000_000 > second.usage.peak_rss_bytes
    assert first.files == {kept: b"1"} and second.files == {}


@pytest.mark.parametrize(
    ("script", "status"),
    [("sys.exit(3)", 3), ("os._exit(4)", 4), ("os.abort()", -6), ("raise ValueError('why')", 1)],
)
def test_a_child_that_dies_is_told_so_and_the_next_one_runs(forked, script, status):
    first, second = forked(script, "print('well')")

    assert first.exit_code == status
    assert second.ok and second.stdout == "well\n"


def test_a_child_that_hangs_is_stopped_alone(forked):
    first, second = forked("time.sleep(60)", "print('well')", timeout_s=1.0)

    assert first.timed_out and first.exit_code == -9
    assert second.ok and not second.timed_out


def test_what_a_child_starts_ends_with_it(forked):
    daemon = "p = os.fork()\nif not p:\n    os.setsid()\n    time.sleep(60)\n"
    daemon += "open('daemon', 'w').write(str(p))"
    look = "print(os.path.exists('/proc/' + open('daemon').read()))"
    first, second = forked(daemon, look.replace("\n", ";"))

    assert first.ok
    assert second.stdout == "False\n"


def test_a_fork_bomb_hurts_only_its_own_side(forked):
    bomb = "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    replies = forked(bomb, "print('well')", timeout_s=1.0)

    assert replies[0].timed_out
    assert [reply.stdout for reply in replies[1:]] in ([], ["well\n"])


def test_unread_answers_and_lines_cut_short_do_not_reach_the_next_child(forked):
    flood = "[os.write(writer, b'S a\\n') for _ in range(500)]; os.write(writer, b'S cut')"
    slow = "mark('S x'); burn(0.05); mark('E 1 x')"
    first, second = forked(flood, slow)

    assert first.spans == ()
    assert [span.name for span in second.spans] == ["x"] and second.spans[0].cpu_s >= 0.05
    assert second.notes == ()


def test_a_stream_that_one_child_made_non_blocking_blocks_for_the_next(forked):
    first, second = forked("os.set_blocking(1, False)", "print(os.get_blocking(1))")

    assert first.ok and second.stdout == "True\n"


def test_where_memory_runs_out_the_child_dies_and_not_the_server(contained):
    hungry = "x = bytearray(10**9); x[::4096] = b'x' * len(x[::4096])"
    command = Command((contained.python, "-I", "-c", SERVER), "/", marks=True, timeout_s=20.0)
    forks = [Fork(repr(text).encode(), 20.0) for text in (hungry, "print('well')")]
    first, second = contained.sandbox.fork(command, forks)

    assert first.out_of_memory and not first.ok
    assert second.stdout == "well\n" and not second.out_of_memory


def test_no_child_is_followed_but_the_one_announced(forked):
    (ended,) = forked("p = os.fork()\nif not p: time.sleep(60)\nmark('C %d' % p); mark('S x'); mark('E 1 x')")

    assert len(ended.spans) == 1 and "no new child" in ended.notes[0]


@pytest.mark.parametrize("pid", ["SERVER", "1", "0", "-1", "os.getppid()"])
def test_a_server_cannot_have_another_process_followed(forked, pid):
    server = SERVER.replace("while True:", f"os.write(writer, b'C %d\\n' % {pid}); os.read(reader, 1)\nwhile True:")
    (ended,) = forked("mark('S x'); mark('E 1 x')", server=server)

    assert len(ended.spans) == 1 and "no new child" in ended.notes[0]


def test_a_dead_server_has_no_more_children(forked):
    began = time.monotonic()

    assert forked("pass", server="raise SystemExit(1)") == []
    assert len(forked("os.kill(SERVER, 9); print('first')", "print('second')")) == 1
    assert time.monotonic() - began < 20


def test_a_program_that_is_missing_has_no_children(box):
    assert box.sandbox.fork(Command(("/nowhere",), "/"), [Fork(b"x")]) == []


def test_a_command_runs_as_ever_after_a_server(forked, box):
    assert len(forked("pass")) == 1
    assert box.sh("echo well").stdout == "well\n"
