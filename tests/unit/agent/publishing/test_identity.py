from pathlib import Path

from perfagent.agent.publishing.identity import (
    Mark,
    branch_name,
    changed_names,
    diff_key,
    idea_key,
    read_mark,
    replaced,
)
from perfagent.tools.repository import Git

MARK = Mark("001", "a" * 12, "b" * 12, "c" * 40)


def test_a_change_keeps_its_key_when_its_lines_move(diff: str) -> None:
    moved = diff.replace("@@ -5,3 +5,3 @@", "@@ -95,3 +97,3 @@").replace("1" * 40, "9" * 40).replace("2" * 40, "8" * 40)
    other = diff.replace("dict.fromkeys", "set")
    git = Git(Path.cwd())
    assert diff_key(git, moved) == diff_key(git, diff) != diff_key(git, other)
    assert len(diff_key(git, diff)) == 12


def test_an_idea_is_where_and_by_what_means(offer) -> None:
    one = offer(mechanism="data_structure").patch
    reworded = one.model_copy(update={"idea": "Use a dict", "diff": one.diff.replace("dict.fromkeys", "set")})
    other = one.model_copy(update={"mechanism": "caching"})
    assert idea_key(one, ["unique"]) == idea_key(reworded, ["unique"])
    assert len({idea_key(one, ["unique"]), idea_key(other, ["unique"]), idea_key(one, ["tally"])}) == 3


def test_a_rule_of_the_catalogue_is_named_by_its_title(offer) -> None:
    one = offer(origin="catalogue", idea="sum-of-lists in f", mechanism="sum-of-lists").patch
    assert idea_key(one, ["f"]) != idea_key(one.model_copy(update={"idea": "loop-to-any in f"}), ["f"])


def test_names_are_those_of_the_innermost_functions(diff: str) -> None:
    text = (
        "class A:\n    def unique(self):\n        x = 1\n        def inner():\n            out = []\n"
        + "            y\n" * 5
    )
    assert changed_names(diff, lambda _: text) == ("A.unique.<locals>.inner",)
    assert changed_names(diff, lambda _: "no python (") == ()


def test_a_branch_says_what_it_does() -> None:
    key = "0123456789ab"
    assert branch_name("Keep `seen` words: Ünïque!", key) == "perfagent/keep-seen-words-unique-01234567"
    assert branch_name("…", key) == "perfagent/patch-01234567"
    assert len(branch_name("word " * 40, key)) <= len("perfagent/") + 40 + 9


def test_a_mark_is_read_as_it_is_written() -> None:
    assert read_mark(f"Note of mine\r\n\r\n{MARK}\r\nours") == MARK
    assert read_mark(str(Mark("001", "a" * 12, "b" * 12))) == Mark("001", "a" * 12, "b" * 12)
    assert read_mark(f"text {MARK}") is None


def test_what_people_wrote_around_our_part_is_kept() -> None:
    ours = f"{MARK}\nnew\n<!-- /perfagent -->\n"
    there = f"Before.\r\n{MARK}\nold\n<!-- /perfagent -->\nAfter."
    assert replaced(there, ours) == f"Before.\n{MARK}\nnew\n<!-- /perfagent -->\nAfter."
    assert replaced("nothing of ours", ours) == ours
