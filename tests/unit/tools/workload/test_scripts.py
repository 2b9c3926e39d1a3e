"""What a script says of itself without being run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.tools.workload import script_kind, takes_size

Write = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("text", "sized"),
    [
        ("def setup(size=1000): ...\ndef workload(data): ...", True),
        ("def workload(size=1): ...", True),
        ("def workload(data, *, size=1): ...", True),
        ("def setup(): ...\ndef workload(size): ...", False),  # the data, which happens to be called so
        ("def workload(data): ...", False),
        ("def setup(size=1): ...", False),  # nothing to run
        ("import timeit\ndef workload(size=1): ...\ntimeit.timeit(workload)", False),
    ],
)
def test_a_size_is_a_parameter_with_a_default(text: str, sized: bool, write: Write) -> None:
    assert takes_size(write("x.py", text)) is sized


def test_a_file_that_cannot_be_read_is_of_no_kind(write: Write, tmp_path: Path) -> None:
    broken = write("x.py", "def (")
    assert [script_kind(file) for file in (broken, tmp_path / "none.py")] == ["", ""]
    assert not takes_size(broken)
