"""Pages whose one style and one script are named by their hashes: nothing else runs, and nothing is fetched.

Titles, diffs and names are others' texts. Templates escape all of them and spell out characters that hide; were one to
slip through, the content security policy would still hold it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any

from perfagent.tools.report.words import plain


def rendered(
    package: str, template: str, values: Mapping[str, Any], filters: Mapping[str, Callable[..., Any]] | None = None
) -> str:
    """A page made of a package's template, its `page.css` and its `page.js`.

    Args:
        values: what the template names; it is given `policy`, `style` and `script` besides.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def text(name: str) -> str:
        return files(package).joinpath(name).read_text("utf-8")

    environment = Environment(
        loader=FunctionLoader(text),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    environment.filters.update(filters or {})
    style, script = text("page.css"), text("page.js")
    allowed = {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": _hash(script),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return environment.get_template(template).render(
        values,
        policy="; ".join(f"{what} {whose}" for what, whose in allowed.items()),
        # Style and script are our own files; everything else is escaped.
        style=Markup(style),
        script=Markup(script),
    )


def data_link(document: str | bytes, kind: str) -> str:
    """The address of a document that is inside the page; `kind` is its media type."""
    data = document if isinstance(document, bytes) else document.encode("utf-8", "replace")
    return f"data:{kind};base64,{b64encode(data).decode()}"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
