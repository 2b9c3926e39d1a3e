"""Brackets of languages that nobody compiles here."""

from __future__ import annotations

import pytest

from perfagent.tools.patch import syntax_errors
from perfagent.tools.patch.brackets import unbalanced

C = r"""
#define OPEN {
#define SHUT(x) } /* a
 comment */ \
 }
/* ( */ // [
char *s = "{\"", *r = R"x( ) )x", c = '{', d = '\'';
int big = 1'000'000;
#if A
void f(int x) {
#elif B
void f(long x) {
#else
void f(void) {
#endif
  g((x)[1]);
}
#if 0
don't {
#else
int y[] = {1};
#endif
"""
JS = r"""
const a = /[/({]\/(/.test(s) ? x / 2 : `(${ {b: `}${c[0]}`}.b } {`;
// don't (
/* { */ return /}/g;
f("(", '\'[', 1 / (2) / 3, ["x"]);
"""


@pytest.mark.parametrize(("path", "text"), [("a.c", C), ("a.hpp", C), ("a.js", JS), ("a.ts", JS), ("a.rs", "fn f( {")])
def test_what_is_whole_or_unknown_passes(path: str, text: str) -> None:
    assert unbalanced(path, text) is None


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("a.c", "int f(void) {\n  g(1;\n}\n", "} does not close the ( of line 2 (line 3)"),
        ("a.cc", "int f(void) {\n", "{ is never closed (line 1)"),
        ("a.js", "f();\n}\n", "} closes nothing (line 2)"),
        ("a.js", "`${f(}`\n", "( is never closed (line 1)"),
        ("a.js", "x = `${a}`\n(\n", "( is never closed (line 2)"),
    ],
)
def test_a_bracket_without_its_partner_is_told_with_its_line(path: str, text: str, said: str) -> None:
    assert unbalanced(path, text) == said


def test_only_a_change_that_breaks_a_whole_file_counts() -> None:
    assert syntax_errors("a.c", "f((;\n", "f(;\n") is None
    assert syntax_errors("a.c", "f(;\n", "f();\n") == "a.c: ( is never closed (line 1)"
    assert syntax_errors("a.js", "f(;\n") == "a.js: ( is never closed (line 1)"
