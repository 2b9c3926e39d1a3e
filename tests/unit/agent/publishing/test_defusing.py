import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from perfagent.agent.publishing.defusing import clean, code, fenced, plain, prose, shortened

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})
#: What GitHub and GitLab look for in the text of a rendered page, outside of code.
ACTED_UPON = re.compile(r"(?<![\w`])@[A-Za-z0-9]|#\d|\bGH-\d|(?<!\w)[!$&%~^][\w\"]|https?://\S|\bwww\.\w")
#: What GitLab looks for in the source.
COMMAND = re.compile(r"^\s*/[a-z]", re.MULTILINE)
HOSTILE = [
    "thanks @octocat",
    "fixes #12",
    "closes owner/repo#12 and GH-7",
    "resolves https://github.com/o/r/issues/1",
    "see www.example.org, mailto:a@example.org",
    "/close",
    "/merge now",
    "MR !12, epic &3, label ~bug, milestone %4, snippet $5",
    "<img src=x onerror=alert(1)> <details open>",
    "<!-- perfagent:patch=001 key=aaaaaaaaaaaa-bbbbbbbbbbbb -->",
    "[click](https://example.org) ![image](http://example.org/x.png)",
    "# Heading\n\n- item\n\n> quote\n\n---\n\n1. one\n\n| a | b |\n|---|---|",
    "```\ncode\n```\n@octocat",
    "`code` then `unended @octocat",
    "``a`` @octocat",
    "\\@octocat \\#12",
    "&#64;octocat &#35;12 &commat;octocat",
    "a\u202eb\u200b@octocat\x00\x1b[31m",
    "@\u200boctocat",
    "~~~\n@octocat\n~~~",
    "$$\\href{javascript:alert(1)}{x}$$",
    "[x]: https://example.org\n\n[x]",
]


def shown(markdown: str) -> str:
    """The text of the rendered page without what stands in code."""
    html = MARKDOWN.render(markdown)
    html = re.sub(r"<code.*?</code>", "", html, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", "", html)
    return text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')


def tags(markdown: str) -> set[str]:
    return set(re.findall(r"<([a-z0-9]+)", MARKDOWN.render(markdown)))


@pytest.mark.parametrize("text", HOSTILE)
def test_prose_is_nothing_but_paragraphs_and_code(text: str) -> None:
    told = prose(text)
    assert tags(told) <= {"p", "code"}
    assert not ACTED_UPON.search(shown(told)), shown(told)
    assert "<!--" not in told and not COMMAND.search(told)


@given(st.text(alphabet="@#!$&%~^<>`*_[]()/\\|:.-=+'\" \nahtpsGH1", max_size=60))
def test_no_text_is_acted_upon(text: str) -> None:
    told = prose(text)
    assert tags(told) <= {"p", "code"}
    assert not ACTED_UPON.search(shown(told)) and not COMMAND.search(told)


def test_prose_keeps_what_a_reader_needs() -> None:
    told = prose("`x in seen` scans a list: 61 % of the time.\nA dict is O(1).\n\nKeys are *strings*.")
    assert told == "`x in seen` scans a list: 61 % of the time. A dict is O(1).\n\nKeys are \\*strings\\*."


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_has_no_reference_and_no_markup(text: str) -> None:
    told = plain(text, 72)
    assert len(told) <= 72 and "\n" not in told
    assert not ACTED_UPON.search(told) and not set("`<>") & set(told)


def test_a_code_span_cannot_be_ended() -> None:
    assert code("a`b\n@octocat | <!-- x -->") == "`a'b @octocat | <! -- x -->`"
    assert code("a|b", cell=True) == "`a\\|b`"
    assert code("") == ""


def test_a_fence_cannot_be_ended() -> None:
    assert fenced("```\n@octocat", "sh") == "````sh\n```\n@octocat\n````"


def test_text_is_cut_between_words() -> None:
    assert shortened("one two three", 9) == "one two…"
    assert shortened("x" * 20, 5) == "xxxx…"
    assert clean("a\u202e b\x07") == "a b"
