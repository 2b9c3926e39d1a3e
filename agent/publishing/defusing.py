"""Text that a model or a repository wrote, made harmless where a forge would act on it.

A forge acts on plain words: `@name` notifies a person, `#12` links an issue, `fixes #12` closes it on merging, a line
that begins with `/` is a command to GitLab. GitHub and GitLab look for them after Markdown was rendered, so an escape
does not help; a zero-width space behind the sign does, and so does a code span.
"""

from __future__ import annotations

import re
import unicodedata

#: As an entity, so that nothing invisible stands in the source of a body.
_BREAK = "&#8203;"
_MARKDOWN = re.compile(r"([\\`*_\[\]|~])")
#: Signs that begin a reference on either forge: people, issues, merge requests, epics, labels, milestones, snippets.
_REFERENCE = re.compile(r"([@#!$&%~^])(?=[\w\"\[])")
_LINE_START = re.compile(r"^(\d*)([#>+=/:.)-])")
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def clean(text: object) -> str:
    """One line without control characters, nor those that reorder or hide text."""
    kept = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"} else " " for c in str(text))
    return " ".join(kept.split())


def shortened(text: str, length: int) -> str:
    """At most so many characters, cut between words where that is possible."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[length // 2 :] else cut).rstrip() + "…"


def code(text: object, length: int = 120, *, cell: bool = False) -> str:
    """A name as a code span: what stands in it is never acted upon.

    Args:
        cell: whether it stands in a table, whose bars cut even code spans.
    """
    told = shortened(clean(text), length).replace("`", "'").replace("<!--", "<! --")
    return f"`{told.replace('|', chr(92) + '|') if cell else told}`" if told else ""


def prose(text: str, length: int = 1500) -> str:
    """Sentences as Markdown paragraphs that keep their code spans and nothing else of what they ask for."""
    paragraphs = [clean(part) for part in re.split(r"\n\s*\n", shortened(text.replace("\r", ""), length))]
    return "\n\n".join(_paragraph(part) for part in paragraphs if part)


def plain(text: str, length: int) -> str:
    """A title or a line of a commit message, which no forge renders: the signs that begin a reference go."""
    line = (
        clean(text).replace("`", "").replace("<", "(").replace(">", ")").replace("://", ": //").replace("www.", "www ")
    )
    line = re.sub(r"\bGH-(?=\d)", "GH ", re.sub(r"#(?=\d)", "no. ", line))
    return shortened(re.sub(r"([@!$&%~^])(?=[\w\"])", "", line).lstrip("/#").strip(), length)


def fenced(text: str, language: str = "") -> str:
    """Lines in a fence that nothing in them can end."""
    from perfagent.prompts import fenced as fence

    return fence(text.replace("<!--", "<! --"), language)


def _paragraph(text: str) -> str:
    parts, last = [], 0
    for span in _CODE.finditer(text):
        parts += [_escaped(text[last : span.start()]), code(span[1])]
        last = span.end()
    return _LINE_START.sub(r"\1\\\2", "".join([*parts, _escaped(text[last:])]), count=1)


def _escaped(text: str) -> str:
    # No text that was cleaned holds a NUL, so it stands for the break until all else is escaped.
    text = _REFERENCE.sub("\\1\0", text)
    text = re.sub(r"\b(GH)-(?=\d)", "\\1\0-", text)
    text = re.sub(r"\b(https?|ftp|mailto|www)([:.])", "\\1\0\\2", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", text).replace("\0", _BREAK)
