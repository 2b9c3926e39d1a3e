"""The documentation's pages that are read off the code: settings, commands, schemas, checks, constants."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

#: Page below `reference/` -> the module beside this one whose `page()` writes it.
PAGES = {
    "settings.md": "settings",
    "commands.md": "commands",
    "json.md": "schemas",
    "checks.md": "checks",
    "constants.md": "constants",
}


def pages() -> dict[str, str]:
    """The text of every generated page, by its path below the documentation's root, JSON schemas included."""
    from perfagent.reference.schemas import documents

    written: dict[str, str] = {}
    for name, module in PAGES.items():
        page: Callable[[], str] = import_module(f"perfagent.reference.{module}").page
        written[f"reference/{name}"] = page()
    return written | {f"reference/schemas/{name}.json": text for name, text in documents().items()}
