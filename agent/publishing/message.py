"""What the commit of a pull request says, and the request's title."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from pathlib import PurePosixPath

from perfagent import __version__
from perfagent.agent.publishing.defusing import clean, plain
from perfagent.agent.publishing.records import Offer, Proof
from perfagent.tools.errors import UsageError
from perfagent.tools.patch import read_patch
from perfagent.tools.report import interval_text, pairs_text
from perfagent.tools.repository import Author

#: Longest subject that git's own tools and the forges show whole.
SUBJECT = 72
WIDTH = 72
#: Names the tool beside whoever the commit names as its author.
CO_AUTHOR = "perfagent <perfagent@localhost>"

_PERSON = re.compile(r"[^<>\n\r]+ <[^<>@\s]+@[^<>@\s]+>")


def title(offer: Offer) -> str:
    """`perf(module): what was done`, at most 72 characters; the module where one file is changed."""
    paths = read_patch(offer.patch.diff).paths
    stem = PurePosixPath(paths[0]).stem if len(paths) == 1 else ""
    scope = f"({stem})" if re.fullmatch(r"[A-Za-z]\w{0,23}", stem) else ""
    told = plain(offer.patch.idea, SUBJECT - len(f"perf{scope}: "))
    told = told if re.search(r"\w", told) else "do the same in less time"
    # A subject goes on after its colon; a name or an abbreviation keeps its capitals.
    return f"perf{scope}: {told[0].lower() + told[1:] if told[1:2].islower() or told[1:2] == ' ' else told}"


def commit_message(offer: Offer, proof: Proof, co_authors: Sequence[str], author: Author) -> str:
    """The message of the one commit of a pull request.

    Args:
        co_authors: people as `Name <mail>`; the tool itself is added unless it is the author.
        author: who the commit names.
    """
    result = proof.result
    body = [title(offer), ""]
    for paragraph in re.split(r"\n\s*\n", offer.patch.rationale):
        if told := plain(paragraph, 600):
            body += [textwrap.fill(told, WIDTH, break_long_words=False, break_on_hyphens=False), ""]
    if result.speedup is not None:
        measured = f"{interval_text(result.interval)}, {pairs_text(result.pairs, result.metric)}"
        gain = "less memory" if result.metric == "memory" else "faster"
        body += [f"Measured: {result.speedup:.2f}x {gain} (95 % CI {measured}).", ""]
    body += [f"Perfagent-Key: {offer.key}", f"Perfagent-Run: {plain(offer.run_id, 80)} (perfagent {__version__})"]
    tool = () if author == Author(date=author.date) else (CO_AUTHOR,)
    body += [f"Co-authored-by: {name}" for name in dict.fromkeys((*co_authors, *tool))]
    return "\n".join(body) + "\n"


def person(text: str) -> str:
    """A person as git names one.

    Raises:
        UsageError: it is not `Name <mail>`.
    """
    told = clean(text)
    if not _PERSON.fullmatch(told):
        raise UsageError(f"{text!r} does not name a person", "give 'Name <mail@example.org>'")
    return told
