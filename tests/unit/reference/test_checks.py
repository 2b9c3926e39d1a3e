"""The verdicts' page says something of every verdict and shows the guard's own tables."""

from typing import get_args

from perfagent.agent.state import VerdictName
from perfagent.reference.checks import VERDICTS, page
from perfagent.tools.patch.policy import PROTECTED, TELLTALES, Policy


def test_every_verdict_has_its_meaning() -> None:
    assert set(VERDICTS) == set(get_args(VerdictName))


def test_every_pattern_of_the_guard_is_shown() -> None:
    text = page()
    for patterns in PROTECTED.values():
        for pattern in patterns:
            assert f"`{pattern}`" in text
    assert text.count("`") % 2 == 0
    assert all(pattern.pattern.replace("|", "\\|") in text for pattern, _ in TELLTALES)


def test_the_findings_named_besides_are_the_guard_s_words() -> None:
    text = page()
    policy = Policy(workload_paths=("bench.py",), paths=("src/*",), plugins=frozenset({"hooks.py"}))
    for path in ("bench.py", "hooks.py", "lib/other.py"):
        assert f"**{policy.protection(path)}**" in text
    assert policy.creation("a/notes.txt") == "a new file that is no source"
    assert "**a new file that is no source**" in text
