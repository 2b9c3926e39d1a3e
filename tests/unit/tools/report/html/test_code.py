"""Code in colours, and nothing in it that hides."""

import pytest

from perfagent.tools.report.html.code import Piece, changed_span, coloured, marked, ticks, visible


def test_a_language_is_told_by_the_files_name() -> None:
    assert Piece("k", "def") in coloured("def f():\n    return 1", "a.py")[0]
    assert Piece("k", "fn") in coloured("fn f() {}", "src/a.rs")[0]
    assert coloured("def f():", "unheard.of") == [[Piece("", "def f():")]]


@pytest.mark.parametrize("text", ["", "a\n", "\n\n", '"""open\nstring', "a\r\nb\x0cc\x85d", "x = 1\n" * 30_000])
def test_no_line_is_lost_or_added(text: str) -> None:
    lines = coloured(text, "a.py")
    assert "\n".join("".join(piece.text for piece in line) for line in lines) == text


def test_markup_in_code_is_escaped() -> None:
    assert marked(coloured("<b>&", "a.unheard")[0]) == "&lt;b&gt;&amp;"
    assert "<script" not in marked(coloured("x = '<script>'", "a.py")[0])


def test_what_shows_nothing_is_spelt_out() -> None:
    assert visible("a\u202eb\x00\tc") == 'a<span class="odd">U+202E</span>b<span class="odd">U+0000</span>\tc'
    assert visible("\udcff") == '<span class="odd">U+DCFF</span>'
    assert visible("é → 界") == "é → 界"


def test_a_part_is_pointed_out_across_colours() -> None:
    pieces = [Piece("k", "if"), Piece("", " seen:")]
    assert marked(pieces, (1, 4)) == (
        '<span class="k">i</span><mark><span class="k">f</span></mark><mark> s</mark>een:'
    )


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("if x in seen:", "if x in seen_set:", ("", "_set")),
        ("a = f(x)", "a = g(x)", ("f", "g")),
        ("  return total", "  return total + rest", ("", " + rest")),
    ],
)
def test_where_two_lines_differ(old: str, new: str, parts: tuple[str, str]) -> None:
    spans = changed_span(old, new)
    assert spans is not None
    assert (old[slice(*spans[0])], new[slice(*spans[1])]) == parts


@pytest.mark.parametrize(("old", "new"), [("return a", "for b in c:"), ("x", "x"), ("    a", "    b")])
def test_lines_that_share_little_are_not_compared(old: str, new: str) -> None:
    assert changed_span(old, new) is None


def test_backticks_make_code_only_in_pairs() -> None:
    assert ticks("`a<b` is fast") == "<code>a&lt;b</code> is fast"
    assert ticks("one ` alone <") == "one ` alone &lt;"
