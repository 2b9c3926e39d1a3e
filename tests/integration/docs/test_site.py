"""The documentation's site as a reader meets it: whole, quiet, and open to everybody."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest

#: One page of each kind: front, tutorial, how-to, generated reference, explanation with charts, measured tables.
KINDS = [
    "",
    "tutorial/first-patch/",
    "how-to/workloads/",
    "reference/settings/",
    "reference/commands/",
    "explanation/statistics/",
    "verdicts/",
]

#: Attributes by which a page makes a browser fetch something at once.
FETCHED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href")}


class Page(HTMLParser):
    """A page's links, the names that links may point to, and what it has fetched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.names.add(value)
            elif tag == "a" and name == "href" and value is not None:
                self.links.append(value)
            elif (tag, name) in FETCHED and value:
                self.fetched.append(value)


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, Page]:
    """Every page by its address below the site's."""
    return {
        path.relative_to(site).as_posix().removesuffix("index.html"): Page(path.read_text("utf-8"))
        for path in site.rglob("*.html")
    }


def test_every_link_leads_somewhere(site: Path, pages: dict[str, Page]) -> None:
    broken = []
    for page, read in pages.items():
        for link in read.links:
            target = urlsplit(urljoin(f"http://site/{page}", link))
            if target.netloc != "site":
                continue
            path = unquote(target.path).removeprefix("/")
            there = pages.get(path)
            if (there is None and not (site / path).is_file()) or (
                there and target.fragment and unquote(target.fragment) not in there.names
            ):
                broken.append(f"{page}: {link}")
    assert len(pages) > 40
    assert broken == []


def test_no_page_fetches_anything_from_elsewhere(pages: dict[str, Page]) -> None:
    assert {link for page in pages.values() for link in page.fetched if urlsplit(link).netloc} == set()


def test_every_schema_can_be_downloaded(site: Path, pages: dict[str, Page]) -> None:
    links = [link for link in pages["reference/json/"].links if link.endswith(".json")]
    assert len(links) >= 4
    for link in links:
        schema = json.loads((site / "reference" / link.removeprefix("../")).read_text("utf-8"))
        assert schema.get("properties") or schema["$defs"]


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 360)])
@pytest.mark.parametrize("page", KINDS)
def test_a_page_of_every_kind_is_open_to_everybody(
    browser: Any, address: str, page: str, dark: bool, width: int
) -> None:
    seen = browser.open(address + page, dark=dark, width=width)
    assert (seen.console, seen.requests, seen.violations, seen.overflow) == ([], [], [], 0)


def test_the_system_decides_between_light_and_dark_until_the_reader_does(browser: Any, address: str) -> None:
    seen = browser.open(address, dark=True)
    scheme = "document.body.getAttribute('data-md-color-scheme')"
    assert seen.act(lambda page: page.evaluate(scheme)) == "slate"
    seen.act(lambda page: page.locator("label[title='Use the light theme']").click())
    assert seen.act(lambda page: page.evaluate(scheme)) == "default"


def test_search_finds_a_setting_without_the_network(browser: Any, address: str) -> None:
    seen = browser.open(address)
    seen.act(lambda page: page.locator(".md-search__input").click())
    seen.act(lambda page: page.locator(".md-search__input").press_sequentially("max_cost"))
    found = seen.act(lambda page: page.locator(".md-search-result__link").first.get_attribute("href"))
    assert "reference/settings/" in found
    assert seen.violations == []
    assert (seen.console, seen.requests) == ([], [])


def test_a_table_that_scrolls_is_reached_by_the_keyboard(browser: Any, address: str) -> None:
    seen = browser.open(address + "verdicts/", width=360)
    boxes = "[...document.querySelectorAll('.md-typeset__scrollwrap')].filter((box) => box.tabIndex === 0).length"
    assert seen.act(lambda page: page.evaluate(boxes)) >= 5


def test_charts_have_names_and_the_theme_s_colours(browser: Any, address: str) -> None:
    colours = []
    for dark in (False, True):
        seen = browser.open(address + "explanation/statistics/", dark=dark)
        names = seen.act(
            lambda page: page.eval_on_selector_all("figure.chart > svg", "all => all.map(each => each.ariaLabel)")
        )
        assert len(names) == 4
        assert all(names)
        mark = "getComputedStyle(document.querySelector('figure.chart .mark-symbol path')).fill"
        colours.append(seen.act(lambda page, mark=mark: page.evaluate(mark)))
    assert colours[0] != colours[1]
