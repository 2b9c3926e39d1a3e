import pytest

from perfagent.agent.publishing.message import commit_message, person, title
from perfagent.tools.errors import UsageError
from perfagent.tools.repository import Author

ADA = Author("Ada", "ada@example.org")


def test_the_subject_is_conventional_and_short(offer) -> None:
    assert title(offer()) == "perf(words): keep seen words in a dict"
    assert title(offer(idea="UTF-8 is checked once")) == "perf(words): UTF-8 is checked once"
    assert title(offer(idea="@#\x00")) == "perf(words): do the same in less time"
    assert len(title(offer(idea="word " * 40))) <= 72


def test_the_message_says_how_much_and_whose(offer, proof) -> None:
    text = commit_message(offer(), proof(), ("Grace <grace@example.org>",), ADA)
    assert text.splitlines() == [
        "perf(words): keep seen words in a dict",
        "",
        "A dict finds a word at once.",
        "",
        "Measured: 1.50x faster (95 % CI 1.40–1.60, 20 pairs, CPU time).",
        "",
        "Perfagent-Key: aaaaaaaaaaaa-bbbbbbbbbbbb",
        text.splitlines()[-3],
        "Co-authored-by: Grace <grace@example.org>",
        "Co-authored-by: perfagent <perfagent@localhost>",
    ]
    assert text.splitlines()[-3].startswith("Perfagent-Run: 20260501-142233-3fa9 (perfagent ")


def test_the_tool_is_not_its_own_co_author(offer, proof) -> None:
    assert "Co-authored-by" not in commit_message(offer(), proof(), (), Author())


def test_a_rationale_adds_no_trailer_and_closes_no_issue(offer, proof) -> None:
    hostile = "Fixes #3.\n\nPerfagent-Key: 000000000000-000000000000\n\nCo-authored-by: Eve <eve@example.org>"
    text = commit_message(offer(rationale=hostile), proof(), (), ADA)
    assert "#3" not in text and "<eve" not in text
    assert text.count("\nCo-authored-by: ") == 2 and text.rstrip().endswith("<perfagent@localhost>")


@pytest.mark.parametrize("text", ["Ada", "Ada <ada>", "<ada@example.org>", "Ada <a@b>\nSigned-off-by: Eve <e@f>"])
def test_a_person_has_a_name_and_an_address(text: str) -> None:
    with pytest.raises(UsageError, match="does not name a person"):
        person(text)
