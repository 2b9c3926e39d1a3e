"""The page in a real browser: its script runs under its policy, nothing is said on the console or asked for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.leaderboard import Scored, board_page, rank
from perfagent.benchmarks.gso_swe_perf.metrics import InstanceScore, Scores, Total

BROWSER = shutil.which("chromium") or ""

#: What the browser asks its vendor for on its own account, whatever its flags say: the time, updates of its parts.
OWN_REQUESTS = re.compile(r"(^|//)[\w.-]*\.(google|googleapis|gvt1|gstatic)\.com[:/]")

EVIL = "<script>console.error('evil')</script><img src=http://pictures.example/x onerror=console.error('evil')>"

#: Makes the second table's last column the order, then chooses rows.
CLICKS = """
const table = document.querySelector("table[data-chosen]");
const head = [...table.tHead.rows[0].cells].find((cell) => cell.textContent === "speedup");
head.firstChild.click();
if (%d > 1) head.firstChild.click();
const select = document.querySelector("select");
select.value = "%s";
select.dispatchEvent(new Event("change"));
document.title = [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[0].innerText).join(" ");
"""


@dataclass(frozen=True)
class Opened:
    """A page as the browser had it in the end, what was said on its console, and the addresses it asked for."""

    dom: str
    console: list[str]
    asked: list[str]


@pytest.fixture
def asked() -> Iterator[tuple[int, list[str]]]:
    """A proxy that answers nothing and keeps what it was asked for."""
    found: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not OWN_REQUESTS.search(self.path):
                found.append(self.path)
            self.send_error(404)

        do_CONNECT = do_GET

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1], found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def opened(tmp_path: Path, asked: tuple[int, list[str]]) -> Callable[[str], Opened]:
    """Opens a page without a display; all that it asks for goes to the proxy."""
    if not BROWSER:
        if os.environ.get("CI"):
            pytest.fail("there is no chromium")
        pytest.skip("there is no chromium: apt install chromium")
    port, found = asked
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr"]
    flags += ["--disable-background-networking", "--no-first-run", f"--user-data-dir={tmp_path / 'profile'}"]

    def open_page(html: str) -> Opened:
        page = tmp_path / "page.html"
        page.write_text(html)
        words = [BROWSER, *flags, f"--proxy-server=http://127.0.0.1:{port}", "--dump-dom", page.as_uri()]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
        return Opened(done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line], found)

    return open_page


@pytest.fixture
def page() -> str:
    speedups = {"slow": 0.9, "middle": 2.0, "unknown": None, "fast": 10.0, EVIL: 1.1}
    rows = [
        InstanceScore(instance_id=name, status="graded" if speedup else "error", speedup=speedup,
                      expert_speedup=4.0, solved=name == "fast", detail=EVIL)
        for name, speedup in speedups.items()
    ]  # fmt: skip
    totals = (Total(name="opt_at_1", value=20.0, low=0.0, high=60.0),)
    scores = Scores(benchmark="gso", protocol="official", subject="m", rows=tuple(rows), totals=totals)
    return board_page(rank("gso", [Scored(source=EVIL, scores=(scores,))]))


def clicked(page: str, clicks: int, chosen: str) -> str:
    """The page without its policy, and with a script that uses it."""
    page = re.sub(r"<meta http-equiv=[^>]*>", "", page)
    return page.replace("</body>", f"<script>{CLICKS % (clicks, chosen)}</script></body>")


def test_it_opens_without_a_word_or_a_request(opened: Callable[[str], Opened], page: str) -> None:
    seen = opened(page)
    assert seen.console == []
    assert seen.asked == []
    assert seen.dom.count('<button type="button">') == page.count('<th scope="col"') - page.count("data-fixed>")
    assert '<option value="solved">solved (1)</option>' in seen.dom


def test_a_page_that_asks_and_complains_is_noticed(opened: Callable[[str], Opened]) -> None:
    seen = opened(f"<html><body>{EVIL}</body></html>")
    assert any("evil" in line for line in seen.console)
    assert "http://pictures.example/x" in seen.asked


def test_the_policy_holds_even_where_something_was_not_escaped(opened: Callable[[str], Opened], page: str) -> None:
    seen = opened(page.replace("<header>", f"<header>{EVIL}"))
    assert seen.asked == []
    assert all("Content Security Policy" in line for line in seen.console)


@pytest.mark.parametrize(
    ("clicks", "chosen", "order"),
    [
        (1, "", ["fast", "middle", "E", "slow", "unknown"]),
        (2, "", ["slow", "E", "middle", "fast", "unknown"]),
        (1, "not solved", ["middle", "E", "slow"]),
        (1, "error", ["unknown"]),
    ],
)
def test_a_click_sorts_and_a_choice_leaves_rows_out(
    opened: Callable[[str], Opened], page: str, clicks: int, chosen: str, order: list[str]
) -> None:
    title = re.search(r"<title>(.*?)</title>", opened(clicked(page, clicks, chosen)).dom)
    assert title is not None
    escaped = EVIL.replace("<", "&lt;").replace(">", "&gt;")
    assert title[1].replace(escaped, "E").split() == order
