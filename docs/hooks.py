"""What MkDocs asks this project for while it builds the site: the pages read off the code, and the charts."""

from __future__ import annotations

import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from perfagent.reference import pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages beside those that are written."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Put a chart where a page has a comment such as `<!-- chart: power -->`; lead from an error to all of them."""
    from perfagent.reference.charts import chart

    if page.file.src_uri.startswith("errors/PA"):
        markdown += "\n[All errors](index.md)\n"
    return re.sub(r"<!-- chart: ([\w-]+) -->", lambda match: chart(match[1]), markdown)


def on_post_page(output: str, **_: Any) -> str:
    """Name the dialog that the theme leaves without a name."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"', 1)


def on_post_template(output: str, **_: Any) -> str:
    """The same for the page that is shown where there is none."""
    return on_post_page(output)
