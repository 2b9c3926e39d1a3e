"""Repositories that moved, and where the token does not go. GitHub's description knows no redirects, so no Prism."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loopback_forge import FakeClock, LoopbackForge, Reply, Request
from loopback_github import FakeGitHub
from perfagent.tools.errors import ForgeError
from perfagent.tools.forge import Access, GitHub, PullChange


class Elsewhere(LoopbackForge):
    """Another host, which answers everything and keeps what it was sent."""

    def answer(self, _: Request) -> Reply:
        return Reply({"login": "eve"})


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    server = Elsewhere(tmp_path / "elsewhere")
    yield server
    server.close()


@pytest.fixture
def direct(github: FakeGitHub, clock: FakeClock) -> GitHub:
    github.url = github.address
    return GitHub(Access("acme/old", github.url, github.token), clock)


def moved(to: str, status: int) -> Reply:
    return Reply({"message": "Moved Permanently"}, status, {"Location": to})


def test_a_renamed_repository_is_followed_and_its_new_name_used(direct: GitHub, github: FakeGitHub) -> None:
    github.add_pull("topic")
    github.fail("GET", "/acme/old$", moved(f"{github.url}/repos/acme/words", 301))
    assert direct.repository().full_name == "acme/words"
    direct.pull(1)
    assert [each.path for each in github.requests].count("/repos/acme/old") == 1


def test_a_write_is_followed_on_the_same_host(direct: GitHub, github: FakeGitHub) -> None:
    github.add_pull("topic")
    github.fail("GET", "/acme/old$", moved("/repos/acme/words", 301))
    github.fail("PATCH", "/pulls/1$", moved("/repos/acme/words/pulls/1", 307))
    assert direct.update_pull(1, PullChange(title="T")).title == "T"
    assert [each.body for each in github.writes] == [{"title": "T"}] * 2


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_nothing_follows_to_another_host_unencrypted(
    direct: GitHub, github: FakeGitHub, elsewhere: Elsewhere, method: str
) -> None:
    github.add_pull("topic")
    github.fail("GET", "/acme/old$", moved("/repos/acme/words", 301))
    github.fail(method, "/pulls/1$", moved(f"{elsewhere.address}/pulls/1", 307))
    with pytest.raises(ForgeError, match=r"has moved to 127\.0\.0\.1"):
        direct.update_pull(1, PullChange(title="T")) if method == "PATCH" else direct.pull(1)
    assert not elsewhere.requests


def test_a_next_page_on_another_host_is_not_asked_for(direct: GitHub, github: FakeGitHub, elsewhere: Elsewhere) -> None:
    github.fail("GET", "/acme/old$", moved("/repos/acme/words", 301))
    github.fail("GET", "/pulls$", Reply([], headers={"Link": f'<{elsewhere.address}/pulls?page=2>; rel="next"'}))
    with pytest.raises(ForgeError, match="is on another host"):
        direct.pulls()
    assert not elsewhere.requests


def test_circles_end(direct: GitHub, github: FakeGitHub) -> None:
    github.fail("GET", "/acme/old$", moved("/repos/acme/old", 301), times=99)
    with pytest.raises(ForgeError, match="redirects in circles"):
        direct.repository()


@pytest.mark.parametrize("location", ["https://[x/", "http://", "https://h:port/", "//"])
def test_a_location_that_is_no_address(direct: GitHub, github: FakeGitHub, location: str) -> None:
    github.fail("GET", "/acme/old$", moved(location, 301), times=9)
    with pytest.raises(ForgeError) as caught:
        direct.repository()
    assert caught.value.kind in ("unavailable", "missing")
