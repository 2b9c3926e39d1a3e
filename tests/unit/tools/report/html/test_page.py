"""The page's structure, and what stands in it."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from typing import Any

import pytest

from perfagent.tools.report import (
    BenchmarkFigure,
    JudgedSamples,
    Material,
    PatchReport,
    Result,
    Samples,
    SampleSeries,
    result_page,
)
from perfagent.tools.report.html.page import NO_DIFFERENCE, NO_SAMPLES
from perfagent.tools.report.html.summary import subject

VOID = {"meta", "link", "line", "circle", "path", "br", "img", "rect"}


class Outline(HTMLParser):
    """The elements of a page, its headings, and whether all that was opened was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.open += [] if tag in VOID else [tag]
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if "href" in found else []

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def material(patches: int = 1, **changes: Any) -> Material:
    figure = BenchmarkFigure(id="bench", speedup=1.4, interval=(1.3, 1.5), verdict="faster", pairs=2, metric="cpu")
    diff = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-1\n+0\n"
    kept = tuple(
        PatchReport(id=str(n), idea=f"Idea <{n}>", origin="model", diff=diff,
                    speedup=1.2, interval=(1.1, 1.3), hunks=1, benchmarks=(figure,))
        for n in range(1, patches + 1)
    )  # fmt: skip
    values: dict[str, Any] = {
        "command": "run", "run_id": "r", "run_dir": "/r", "repository": "/repos/words", "status": "completed",
        "verdict": "faster", "speedup": 1.4, "interval": (1.3, 1.5), "metric": "cpu", "pairs": 2,
        "benchmarks": (figure,), "patches": kept, "branch": "b",
    }  # fmt: skip
    return Material(Result(**(values | changes)))


def sampled(told: Material) -> Material:
    pairs = SampleSeries(benchmark="bench", metric="cpu", baseline=(0.0, -1.0), candidate=(1.0, 2.0))
    judged = (JudgedSamples(subject="branch", stage="confirm", series=(pairs,)),)
    return Material(told.result, Samples(run_id="r", judged=judged))


@pytest.mark.parametrize("patches", [0, 1, 3])
def test_every_element_is_closed_and_headings_are_in_order(patches: int) -> None:
    outline = Outline(result_page(material(patches)))
    assert outline.open == []
    assert outline.headings[0] == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))


def test_every_place_has_one_name_and_every_link_a_place() -> None:
    outline = Outline(result_page(material(3)))
    assert len(outline.ids) == len(set(outline.ids))
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert all(link.startswith(("#", "data:")) for link in outline.links)


def test_the_headline_is_the_title_and_the_heading() -> None:
    page = result_page(material())
    assert "<title>words: 1.40x faster</title>" in page
    assert "<bdi>(95 % CI 1.30–1.50, 2 pairs, CPU time)</bdi>" in page


def test_what_others_wrote_is_escaped() -> None:
    page = result_page(material(repository="/x/<script>", messages=("<b>&",)))
    assert "Idea &lt;1&gt;" in page
    assert page.count("<script>") == 1
    assert "&lt;b&gt;&amp;" in page


def test_the_policy_allows_one_style_and_one_script() -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', result_page(material()))
    assert policy is not None
    assert policy[1].count("sha256-") == 2
    assert policy[1].startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "unsafe" not in policy[1]


def test_an_older_run_says_what_it_lacks() -> None:
    page = result_page(material())
    assert NO_SAMPLES in page
    assert NO_DIFFERENCE in page
    assert NO_SAMPLES not in result_page(sampled(material()))


def test_samples_that_cannot_be_drawn_have_their_table() -> None:
    page = result_page(sampled(material()))
    assert "Pairs of bench" in page
    assert "Every pair" not in page


def test_a_verification_shows_the_change_it_judged() -> None:
    told = material(0, command="verify", branch=None)
    page = result_page(Material(told.result, files={"change.diff": b"--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-1\n+20\n"}))
    assert '<h2 id="change">The change</h2>' in page
    assert '<a href="#change">The change</a>' in page
    assert '<span class="n">' in page


def test_without_the_extra_there_are_the_tables_and_how_to_get_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    pairs = SampleSeries(benchmark="bench", metric="cpu", baseline=(2.0, 2.1), candidate=(1.0, 1.1))
    judged = (JudgedSamples(subject="branch", stage="publish", series=(pairs,)),)
    page = result_page(Material(material().result, Samples(run_id="r", judged=judged)))
    assert "pip install &#39;perfagent[charts]&#39;" in page
    assert "Pairs of bench" in page
    assert "Every pair" not in page


@pytest.mark.parametrize(
    ("repository", "name"),
    [
        ("/a/words", "words"), ("/a/words/", "words"), ("https://forge.example/team/words.git", "words"),
        ("git@forge.example:team/words.git", "words"), (".", "."), ("/", "/"),
    ],
)  # fmt: skip
def test_a_repository_is_called_by_its_last_name(repository: str, name: str) -> None:
    assert subject(repository) == name
