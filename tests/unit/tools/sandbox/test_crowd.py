from __future__ import annotations

import os

from perfagent.tools.sandbox import Completed
from perfagent.tools.sandbox.crowd import counters_of, refusals
from perfagent.tools.sandbox.protocol import Usage


def test_refusals_of_both_versions_are_added_and_missing_counters_are_none(tmp_path):
    (tmp_path / "one").write_text("max 3\n")
    (tmp_path / "two").write_text("other 9\nmax 4\n")
    (tmp_path / "three").write_text("")
    assert refusals([tmp_path / name for name in ("one", "two", "three", "missing")]) == 7
    assert refusals([]) == 0


def test_a_process_of_another_group_is_not_believed():
    assert counters_of(os.getpid(), "no-such-container") == [] == counters_of(2**30, "")


def test_the_limit_is_named_when_it_stopped_the_command():
    def told(exit_code, *, timed_out=False, processes=32):
        usage = Usage(2.0, 0.0, 0.0, 0, 0)
        return Completed(exit_code, "", "", timed_out, False, False, usage, over_processes=processes).stopped_by

    assert told(-9) == "reached the limit of 32 processes"
    assert told(-9, timed_out=True).startswith("reached the limit of 32 processes and did not end within 2 s")
    assert told(1) == "" and told(-9, processes=0) == "was killed by signal 9"
