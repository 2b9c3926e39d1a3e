from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from perfagent.benchmarks.gso_swe_perf.leaderboard import Price, Scored, board_page, rank

Make = Callable[..., Scored]

EVIL = "\"'><script>alert(1)</script><img src=https://example.org/x onerror=alert(2)>&amp;"
#: Elements without an end.
VOID = {"meta"}


class Read(HTMLParser):
    """Every element with its attributes, the texts of some, and whether all are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def page(scored: Make) -> str:
    failed = scored("inner", (5.0, True)).scores[0].rows[0].model_copy(
        update={"instance_id": EVIL, "status": "tests_failed", "solved": False, "detail": EVIL}
    )  # fmt: skip
    price = Price(usd=None, input_tokens=5, seconds=1.0, rollouts=1)
    first = scored(EVIL, (5.0, True), failed, paired=[(2.0, False)], source=EVIL, task_0=price)
    return board_page(rank("gso", [first, scored("other", (0.5, False), (None, False))]))


def test_texts_of_others_make_no_elements_and_no_attributes(page: str) -> None:
    read = Read(page)
    assert read.open == []
    assert len(read.named("script")) == 1
    assert not read.named("img")
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]
    assert [text for tag, text in read.texts if tag == "small"] == [EVIL]


def test_nothing_is_fetched(page: str) -> None:
    read = Read(page)
    addresses = [
        each[name] for _, each in read.elements for name in ("src", "href", "srcset", "action") if name in each
    ]
    assert addresses
    assert all(re.fullmatch(r"#entry-\d", address or "") for address in addresses)
    style = next(text for tag, text in read.texts if tag == "style")
    assert "url(" not in style
    assert "@import" not in style
    assert not read.named("link")


def test_the_policy_allows_the_pages_own_style_and_script_alone(page: str) -> None:
    read = Read(page)
    (policy,) = [meta["content"] for meta in read.named("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (content,) = [text for name, text in read.texts if name == tag]
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert not [attributes for _, attributes in read.elements if "style" in attributes]


def test_tables_tell_what_their_cells_are(page: str) -> None:
    read = Read(page)
    tables, rows = page.count("<table"), page.count("<tr")
    assert len(read.named("caption")) == tables == 5
    scopes = [head.get("scope") for head in read.named("th")]
    assert scopes.count("row") == rows - tables
    assert set(scopes) == {"row", "col"}
    for table in page.split("<table")[1:]:
        widths = {len(re.findall(r"<t[hd]\b", row)) for row in table.split("</table>")[0].split("<tr")[1:]}
        assert len(widths) == 1


def test_every_bar_is_said_in_words(page: str) -> None:
    drawings = Read(page).named("svg")
    assert len(drawings) == 4
    assert {drawing["role"] for drawing in drawings} == {"img"}
    said = [(drawing["aria-label"] or "").removesuffix(", expert's 4x") for drawing in drawings]
    assert said == ["speedup 5x", "speedup 5x", "speedup 0.500x", "speedup unknown"]


def test_rows_carry_the_words_they_are_chosen_by(page: str) -> None:
    rows = [row["data-words"] for row in Read(page).named("tr") if "data-words" in row]
    assert rows == ["solved|overturned", "tests failed", "not solved", "not solved"]


def test_a_board_gives_the_same_page_again(scored: Make) -> None:
    board = rank("gso", [scored("m", (5.0, True))])
    assert board_page(board) == board_page(board)
