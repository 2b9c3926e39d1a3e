"""The prompts, one Markdown template a role, and the one function that fills them in."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render"]


def render(name: str, **values: object) -> str:
    """The template `name` filled in, without blank lines at its ends.

    A name the template uses and nobody gives is an error, not an empty text.

    Raises:
        jinja2.UndefinedError: a value is missing.
        jinja2.TemplateNotFound: there is no such template.
    """
    return _environment().get_template(name).render(**values).strip() + "\n"


def fenced(text: str, language: str = "") -> str:
    """The text in a Markdown fence too long for any run of backticks in it to end it."""
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # Markdown for a model, no HTML
    )
    environment.filters["fenced"] = fenced
    return environment


def _source(name: str) -> str | None:
    file = resources.files("perfagent.prompts").joinpath(name)
    return file.read_text(encoding="utf-8") if file.is_file() else None
