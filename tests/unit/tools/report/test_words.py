"""Figures and texts, as they are said."""

from perfagent.tools.report import plain


def test_what_hides_is_spelt_out_where_no_markup_can_stand() -> None:
    assert plain("a\u202eb\n\tc\ud800") == "a[U+202E]b\n\tc[U+D800]"
    assert plain("usual – text") == "usual – text"
