"""The catalogue is whole, and the patterns chosen are those the code and the profile speak for."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.agent.telling.notes import Note
from perfagent.agent.telling.patterns import MOST_PATTERNS, catalogue, patterns_for, read_pattern
from perfagent.tools.profile import Hotspot

SCANS = """\
def unique(words):
    out = []
    for word in words:
        if word not in out:
            out.append(word)
    return out


def small(x):
    return x + 1


def driver(xs):
    queue = list(xs)
    while queue:
        small(queue.pop(0))
"""


def spot(qualname: str, lines: tuple[int, int], share: float, calls: int = 1, **more: object) -> Hotspot:
    start, end = lines
    values = {"path": "pkg/words.py", "self_share": share, "charged_share": share, "cumulative_share": share}
    return Hotspot.model_validate(values | {"qualname": qualname, "start": start, "end": end, "calls": calls} | more)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/words.py").write_text(SCANS)
    return tmp_path


def test_every_pattern_is_short_and_speaks_against_itself() -> None:
    assert 25 <= len(catalogue()) <= 35
    for pattern in catalogue():
        assert len(pattern.text.splitlines()) <= 25
        for part in ("- Looks like: ", "- Instead: ", "- Only if: ", "- Not when: ", "- Check: "):
            assert part in pattern.text, pattern.id


def test_every_kind_of_saving_has_a_pattern() -> None:
    assert {pattern.category for pattern in catalogue()} == {
        "algorithm", "data structure", "redundant work", "laziness and early exit", "batching and builtins",
        "allocation and copies", "string building", "regular expressions", "I/O", "caching",
        "attribute and global look-up", "exceptions as control flow", "sorting", "recursion to iteration",
        "import cost", "native code", "concurrency", "numpy and pandas",
    }  # fmt: skip


def test_the_list_that_is_searched_comes_first_with_its_line(tree: Path) -> None:
    hint = patterns_for(tree, [spot("unique", (1, 6), 0.7)])[0]
    assert hint.id == "membership-in-set"
    assert hint.reasons == ("`pkg/words.py` unique, line 4, tests membership in `out`, a list, inside a loop",)


def test_the_caller_of_a_hot_leaf_is_looked_at(tree: Path) -> None:
    leaf = spot("small", (9, 10), 0.7, 90_000, callers=("pkg/words.py:driver",))
    found = {hint.id: hint.reasons for hint in patterns_for(tree, [leaf])}
    assert found["fewer-calls"] == ("`pkg/words.py` small is called 90,000 times in one execution",)
    assert found["front-of-list"] == ("`pkg/words.py` driver, line 16, calls `queue.pop(0)` inside a loop",)


def test_no_more_than_a_reader_keeps_in_mind_and_always_the_same(tree: Path) -> None:
    spots = [spot("driver", (13, 16), 0.9), spot("unique", (1, 6), 0.8), spot("<module>", (1, 16), 0.5)]
    found = patterns_for(tree, spots)
    assert len(found) <= MOST_PATTERNS
    assert found == patterns_for(tree, spots)
    assert any(hint.id == "lazy-import" for hint in patterns_for(tree, spots[2:]))


def test_repeated_arguments_speak_for_a_memo_with_its_dangers(tree: Path) -> None:
    notes = {"pkg/words.py:small": Note("", 0.9)}
    hint = next(hint for hint in patterns_for(tree, [spot("small", (9, 10), 0.7)], notes))
    assert hint.id == "memo-with-care"
    assert hint.reasons == ("`pkg/words.py` small gets arguments it has seen before in 90% of calls",)
    assert "remembering answers between calls is refused" in hint.text


def test_native_code_gets_what_holds_for_any_language(tree: Path) -> None:
    (tree / "fast.c").write_text("int f(int x) { return x; }\n")
    found = patterns_for(tree, [spot("f", (1, 1), 0.9, 10_000, path="fast.c")])
    assert {hint.id for hint in found} == {"native-loop", "fewer-calls", "fast-path"}


def test_a_file_that_is_gone_is_passed_over(tree: Path) -> None:
    assert patterns_for(tree, [spot("f", (1, 3), 0.9, path="gone.py")]) == ()


def test_a_pattern_s_head_must_be_whole() -> None:
    with pytest.raises(ValueError, match="front matter of the pattern x"):
        read_pattern("x", "---\nid: x\ncategory: algorithm\n---\ntext\n")


def test_every_feature_a_pattern_names_can_be_found() -> None:
    import perfagent.agent.telling.features as package
    import perfagent.agent.telling.patterns as chooser

    folder = Path(package.__file__).parent
    code = Path(chooser.__file__).read_text() + "".join(file.read_text() for file in folder.glob("*.py"))
    named = {feature for pattern in catalogue() for feature in pattern.features}
    assert [feature for feature in sorted(named) if f'"{feature}"' not in code] == []
