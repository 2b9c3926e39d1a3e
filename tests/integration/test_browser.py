"""The browser other tests look through sees what there is to see."""

from pathlib import Path
from typing import Any

import pytest

GOOD = '<!doctype html><html lang="en"><title>t</title><body><main><h1>Good</h1><p>{}</p></main></body></html>'
BAD = {
    "console": ("<script>console.error('said')</script>", "said"),
    "exception": ("<script>nowhere()</script>", "nowhere is not defined"),
    "requests": ("<img alt='x' src='http://pictures.example/x'>", "http://pictures.example/x"),
    "files": ("<img alt='x' src='beside.png'>", "beside.png"),
    "violations": ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "image-alt: img"),
    "contrast": ("<span style='color:#ccc;background:#fff'>faint</span>", "color-contrast: span"),
}


def written(tmp_path: Path, inside: str) -> Path:
    page = tmp_path / "page.html"
    page.write_text(GOOD.format(inside))
    return page


def test_a_good_page_is_seen_as_one(browser: Any, tmp_path: Path) -> None:
    seen = browser.open(written(tmp_path, "text"), width=360)
    assert (seen.console, seen.requests, seen.violations, seen.overflow) == ([], [], [], 0)
    assert seen.text.split() == ["Good", "text"]
    assert seen.screenshot(tmp_path / "seen.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("inside", "found"), BAD.values(), ids=BAD)
def test_what_is_wrong_with_a_page_is_seen(browser: Any, tmp_path: Path, inside: str, found: str) -> None:
    seen = browser.open(written(tmp_path, inside))
    assert any(found in each for each in seen.console + seen.requests + seen.violations)


def test_a_page_wider_than_its_window_is_seen(browser: Any, tmp_path: Path) -> None:
    assert browser.open(written(tmp_path, "<pre>" + "x" * 200), width=360).overflow > 0


def test_a_page_learns_what_its_reader_prefers(browser: Any, tmp_path: Path) -> None:
    page = written(tmp_path, "<i>light</i><style>@media (prefers-color-scheme: dark) { i { display: none } }</style>")
    assert ["light" in browser.open(page, dark=dark).text for dark in (False, True)] == [True, False]
