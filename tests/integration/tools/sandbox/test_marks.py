"""Spans are timed from outside of the process that is measured."""

from __future__ import annotations

CLIENT = """
import os, time
reader, writer = map(int, os.environ["PERFAGENT_MARKS"].split(","))
def mark(text):
    os.write(writer, text.encode() + b"\\n")
    os.read(reader, 1)
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
"""


def measure(box, script):
    return box.py(CLIENT + script, marks=True)


def test_only_what_lies_between_marks_is_counted(box):
    ended = measure(box, "burn(0.3); mark('S body'); burn(0.1); mark('E 7 body'); burn(0.3)")

    (span,) = ended.spans
    assert (span.name, span.loops) == ("body", 7)
    assert 0.1 <= span.cpu_s < 0.15
    assert span.wall_s >= span.cpu_s - 0.001 and ended.usage.cpu_s >= 0.7


def test_spans_of_one_name_add_up_and_names_may_nest(box):
    ended = measure(box, "mark('S all')\nfor i in 1, 2: mark('S it'); burn(.02); mark(f'E {i} it')\nmark('E 1 all')")

    spans = {span.name: span for span in ended.spans}
    assert spans["it"].loops == 3 and spans["it"].cpu_s >= 0.04
    assert spans["all"].cpu_s >= spans["it"].cpu_s


def test_threads_count_and_sleep_does_not(box):
    script = """
import threading
work = [threading.Thread(target=burn, args=(0.1,)) for _ in range(2)]
mark("S threads"); [w.start() for w in work]; [w.join() for w in work]; mark("E 1 threads")
mark("S sleep"); time.sleep(0.1); mark("E 1 sleep")
"""
    spans = {span.name: span for span in measure(box, script).spans}

    assert spans["threads"].cpu_s >= 0.1
    assert spans["sleep"].cpu_s < 0.05 and spans["sleep"].wall_s >= 0.1


def test_names_may_hold_anything_but_a_newline(box):
    name = "test_x[a b-\u00fc] E 3 S"
    (span,) = measure(box, f"mark('S ' + {name!r}); mark('E 1 ' + {name!r})").spans

    assert span.name == name


def test_faulty_marks_drop_their_span_and_are_reported(box):
    ended = measure(
        box,
        "mark('S good'); mark('E 1 good'); mark('S twice'); os.write(writer, b'S twice\\n'); mark('E 1 never')\n"
        "mark('S zero'); mark('E 0 zero'); mark('S open')\n"
        "os.write(writer, b'nonsense\\nE x good2\\n')",
    )

    assert ended.ok and [span.name for span in ended.spans] == ["good"]
    assert len(ended.notes) >= 6 and all("mark" in note for note in ended.notes)


def test_a_flood_without_newline_neither_hangs_nor_stops_the_command(box):
    ended = measure(box, "[os.write(writer, b'x' * 60_000) for _ in range(50)]; print('through')")

    assert ended.stdout == "through\n" and ended.spans == ()


def test_a_command_without_marks_finds_no_pipes(box):
    assert box.sh("echo ${PERFAGENT_MARKS:-none}; ls /proc/self/fd | wc -l").stdout.split() == ["none", "4"]
