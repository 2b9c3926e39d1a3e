from __future__ import annotations

from perfagent.tools.environment.base_image import (
    DEFAULT_MIRROR,
    Mirror,
    choose_mirror,
    deb822_sources,
    one_line_sources,
)

DEB822 = """\
Types: deb
# URIs: http://old.example/debian
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main

Types: deb-src
URIs: http://sources.example/debian
Suites: bookworm

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: bookworm
"""
ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/x.gpg] http://mirror.example/debian trixie main contrib
deb-src http://sources.example/debian bookworm main
deb http://packages.example/tool stable main
"""


def test_deb822_comments_sources_and_disabled_stanzas_count_for_nothing():
    assert deb822_sources(DEB822) == [Mirror("http://mirror.example/debian/", ("bookworm", "bookworm-updates"))]


def test_one_line_comments_and_sources_count_for_nothing():
    found = one_line_sources(ONE_LINE)

    assert found[0] == Mirror("http://mirror.example/debian", ("trixie",))
    assert [mirror.uri for mirror in found[1:]] == ["http://packages.example/tool"]


def test_the_mirror_of_the_suite_wins():
    mirrors = [Mirror("http://a.example/debian", ("sid",)), Mirror("http://b.example/debian", ("bookworm",))]

    assert choose_mirror(mirrors, "bookworm") == "http://b.example/debian"
    assert choose_mirror(mirrors, "trixie") == "http://a.example/debian"
    assert choose_mirror([Mirror("http://x.example/ubuntu", ("bookworm",))], "bookworm") == DEFAULT_MIRROR
