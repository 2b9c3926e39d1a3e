"""Templates fill in or fail; code in them cannot break out of its fence."""

from __future__ import annotations

import jinja2
import pytest

from perfagent.prompts import fenced, render


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("loop_cut_off.md")


def test_a_missing_template_is_an_error() -> None:
    with pytest.raises(jinja2.TemplateNotFound):
        render("nothing.md")


def test_values_are_not_templates() -> None:
    assert "{{ tokens }} {% x %}" in render("loop_cut_off.md", tokens="{{ tokens }} {% x %}")


@pytest.mark.parametrize(("code", "ticks"), [("x = 1\n", 3), ('"""```py\n```"""\n', 4), ("`````", 6)])
def test_a_fence_is_longer_than_what_it_holds(code: str, ticks: int) -> None:
    assert fenced(code, "python") == f"{'`' * ticks}python\n{code.rstrip()}\n{'`' * ticks}"
