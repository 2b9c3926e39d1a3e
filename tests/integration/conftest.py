"""A real browser for the pages we make: what a page says, asks for and hides from some of its readers.

    def test_a_page(browser, tmp_path):
        seen = browser.open(tmp_path / "page.html", dark=True, width=360)
        assert (seen.console, seen.requests, seen.violations) == ([], [], [])
        seen.act(lambda page: page.get_by_role("button").click())
        seen.screenshot(tmp_path / "page.png")

The browser is the system's own Chromium, one a session, and every page gets a profile of its own. The whole of axe's
rules are asked. Nothing beyond the page's own file or origin is ever fetched: it is noted and refused.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(__file__).parents[1] / "npm" / "node_modules" / "axe-core" / "axe.min.js"

#: Addresses that no network is needed for.
INSIDE = ("data", "blob", "about")

#: Answers with what is certainly wrong, not with what axe would have a person look at.
ASK_AXE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map((found) =>
  `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(", ")}`)"""

T = TypeVar("T")


@dataclass
class Seen:
    """A page as it is open now.

    Attributes:
        console: every warning and error on its console, and every exception nobody caught.
        requests: addresses it asked for beyond its own file or origin.
        text: what a reader sees.
        overflow: pixels by which the page is wider than its window.
    """

    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    text: str = ""
    overflow: int = 0
    _page: Any = None
    _ask: Callable[..., Any] = lambda *_: None
    _axe: str = ""

    @property
    def violations(self) -> list[str]:
        """What axe objects to now, `rule: elements`; it is asked only here, as it takes its time."""
        self.act(lambda page: page.evaluate(self._axe))
        found: list[str] = self.act(lambda page: page.evaluate(ASK_AXE))
        return found

    def act(self, deed: Callable[[Any], T]) -> T:
        """Do something with Playwright's page, in the thread that owns it."""
        answer: T = self._ask(deed, self._page)
        return answer

    def screenshot(self, path: Path, *, whole: bool = True) -> Path:
        """Write a PNG of the whole page, or of its first screen."""
        self.act(lambda page: page.screenshot(path=path, full_page=whole))
        return path


class Browser:
    """Opens pages. Playwright keeps an event loop running in its thread, so it gets one of its own."""

    def __init__(self, chromium: str, axe: str) -> None:
        self._axe = axe
        self._thread = ThreadPoolExecutor(1, "browser")
        self._contexts: list[Any] = []
        self._driver, self._chromium = self._ask(_start, chromium)

    def _ask(self, deed: Callable[..., T], *values: Any) -> T:
        return self._thread.submit(deed, *values).result(timeout=120)

    def open(self, place: Path | str, *, dark: bool = False, width: int = 1280, script: bool = True) -> Seen:
        """Open a file or an address in a window of its own and look at it.

        Args:
            dark: what the reader's system prefers.
            width: of the window, in pixels.
            script: whether the page's scripts may run.
        """
        address = place.resolve().as_uri() if isinstance(place, Path) else place
        return self._ask(self._open, address, dark, width, script)

    def _open(self, address: str, dark: bool, width: int, script: bool) -> Seen:
        context = self._chromium.new_context(
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            accept_downloads=True,
            reduced_motion="reduce",
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        seen = Seen(_page=page, _ask=self._ask, _axe=self._axe)
        page.on("console", lambda said: seen.console.extend([said.text] * (said.type in ("warning", "error"))))
        page.on("pageerror", lambda error: seen.console.append(str(error)))
        context.route("**/*", lambda route: _let_through(route, address, seen))
        page.goto(address, wait_until="load")
        seen.text = page.inner_text("body")
        if script:
            seen.overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return seen

    def close_pages(self) -> None:
        """Close every window."""
        for context in self._contexts:
            self._ask(context.close)
        self._contexts.clear()

    def quit(self) -> None:
        """End the browser and its thread."""
        self._ask(self._chromium.close)
        self._ask(self._driver.stop)
        self._thread.shutdown()


def _start(chromium: str) -> tuple[Any, Any]:
    from playwright.sync_api import sync_playwright

    driver = sync_playwright().start()
    flags = ["--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"]
    return driver, driver.chromium.launch(executable_path=chromium, args=flags)


def _let_through(route: Any, address: str, seen: Seen) -> None:
    asked, own = urlsplit(route.request.url), urlsplit(address)
    inside = (asked.scheme, asked.netloc) == (own.scheme, own.netloc) and (
        asked.scheme != "file" or asked.path == own.path
    )
    if inside or asked.scheme in INSIDE:
        route.continue_()
        return
    seen.requests.append(route.request.url)
    route.abort()


def _missing(what: str, remedy: str) -> None:
    """On CI a failure, not an excuse."""
    if os.environ.get("CI"):
        pytest.fail(f"there is no {what}: {remedy}")
    pytest.skip(f"there is no {what}: {remedy}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The session's one browser."""
    if CHROMIUM is None:
        _missing("chromium", "apt install chromium")
    if not AXE.exists():
        _missing("axe-core", "npm ci --prefix tests/npm")
    pytest.importorskip("playwright", reason="pip install 'perfagent[dev]'")
    opened = Browser(str(CHROMIUM), AXE.read_text("utf-8"))
    yield opened
    opened.quit()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser, whose windows of this test are closed behind it."""
    yield chromium
    chromium.close_pages()
