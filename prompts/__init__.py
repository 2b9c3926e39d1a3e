"""The prompts, one Markdown template a role, and the one function that fills them in.

Rendering is strict: a name nobody gives is an error, and so is an expression that prints nothing. What may be empty
stands inside `{% if %}`, so that a template itself says what it can do without.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["digest", "fenced", "patterns_source", "render", "template_names", "values_of", "versions"]

_INCLUDED = re.compile(r"""\{%-?\s*include\s+["']([^"']+)["']""")


def render(name: str, **values: object) -> str:
    """The template `name` filled in, without blank lines at its ends.

    Raises:
        jinja2.UndefinedError: a value is missing, or one that must say something is empty.
        jinja2.TemplateNotFound: there is no such template.
    """
    return _environment().get_template(name).render(**values).strip() + "\n"


def fenced(text: str, language: str = "") -> str:
    """The text in a Markdown fence too long for any run of backticks in it to end it."""
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def inline(text: object) -> str:
    """Text from a repository as part of one line: no line breaks, no backticks to end a code span, no table bars."""
    return " ".join(str(text).split()).replace("`", "'").replace("|", "/")


def line(text: object) -> str:
    """Text from a repository as one line, otherwise as it is."""
    return " ".join(str(text).split())


def template_names() -> tuple[str, ...]:
    """Every template that is rendered by itself; those that begin with `_` are parts of others."""
    folder = resources.files("perfagent.prompts")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name for name in names if name.endswith(".md") and not name.startswith("_")))


def values_of(name: str) -> tuple[str, ...]:
    """The names of the values a template needs, those of its parts included."""
    from jinja2 import meta

    environment = _environment()
    found: set[str] = set()
    for part in _with_parts(name):
        found |= meta.find_undeclared_variables(environment.parse(_read(part)))
    return tuple(sorted(found - set(environment.globals)))


def digest(name: str) -> str:
    """Eight hexadecimal digits that change with a template or with any part it includes."""
    total = hashlib.sha256()
    for part in _with_parts(name):
        total.update(f"{part}\0{_read(part)}\0".encode())
    return total.hexdigest()[:8]


def versions() -> dict[str, str]:
    """Template to digest, for a report: which words the model was given; the patterns count as one."""
    patterns = hashlib.sha256("\0".join(f"{k}\0{v}" for k, v in patterns_source().items()).encode()).hexdigest()
    return {name: digest(name) for name in template_names()} | {"patterns": patterns[:8]}


@cache
def patterns_source() -> dict[str, str]:
    """The files of the catalogue of patterns: name without ending to text, by name."""
    folder = resources.files("perfagent.prompts").joinpath("patterns")
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".md")), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".md"): entry.read_text(encoding="utf-8") for entry in files}


def _with_parts(name: str) -> list[str]:
    """The template and what it includes, each once."""
    parts = [name]
    for part in parts:
        parts += [found for found in _INCLUDED.findall(_read(part)) if found not in parts]
    return parts


def _read(name: str) -> str:
    source = _source(name)
    if source is None:
        from jinja2 import TemplateNotFound

        raise TemplateNotFound(name)
    return source


def _says_something(value: object) -> Any:
    """The value of an expression, which must not be empty.

    Raises:
        jinja2.UndefinedError: it is; the template's line is in the traceback.
    """
    empty = not value.strip() if isinstance(value, str) else value is None or value in ((), [], {})
    if empty:
        from jinja2 import UndefinedError

        raise UndefinedError("a value that the template prints is empty; put it inside {% if %} if it may be")
    return value


def _fenced_something(text: str, language: str = "") -> str:
    return fenced(str(_says_something(text.strip("\n"))), language)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        finalize=_says_something,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # Markdown for a model, no HTML
    )
    environment.filters["fenced"] = _fenced_something
    environment.filters["inline"] = inline
    environment.filters["line"] = line
    return environment


def _source(name: str) -> str | None:
    file = resources.files("perfagent.prompts").joinpath(name)
    return file.read_text(encoding="utf-8") if file.is_file() else None
