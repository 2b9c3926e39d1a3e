"""Lines of code as HTML: coloured by their language, and with nothing in them that hides from its reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from perfagent.tools.report.words import hides

if TYPE_CHECKING:
    from markupsafe import Markup

#: Longer pieces are shown without colours: no lexer is worth waiting for.
LONGEST_COLOURED = 100_000

#: Pygments' names of tokens, by their beginnings, and our classes; the first that fits counts.
CLASSES = (
    ("Token.Comment", "c"),
    ("Token.Literal.String", "s"),
    ("Token.Literal.Number", "n"),
    ("Token.Keyword", "k"),
    ("Token.Operator.Word", "k"),
    ("Token.Name.Decorator", "d"),
    ("Token.Name.Function", "f"),
    ("Token.Name.Class", "f"),
    ("Token.Name.Builtin", "b"),
)


class Piece(NamedTuple):
    """A part of a line in one colour; `kind` is one of our classes, or empty."""

    kind: str
    text: str


def coloured(text: str, path: str) -> list[list[Piece]]:
    """The lines of a text in the colours of the language its file's name tells."""
    lines: list[list[Piece]] = [[]]
    for kind, value in _tokens(text, path):
        first, *others = value.split("\n")
        lines[-1].append(Piece(kind, first))
        lines += [[Piece(kind, part)] for part in others]
    return lines


def _tokens(text: str, path: str) -> Iterator[tuple[str, str]]:
    from pygments.lexers import get_lexer_for_filename
    from pygments.util import ClassNotFound

    if len(text) > LONGEST_COLOURED:
        yield "", text
        return
    try:
        lexer = get_lexer_for_filename(path)
    except ClassNotFound:
        yield "", text
        return
    # What get_tokens() does besides changes the ends of lines, and with them their number.
    for _, token, value in lexer.get_tokens_unprocessed(text):
        yield next((kind for name, kind in CLASSES if str(token).startswith(name)), ""), value


def marked(pieces: Sequence[Piece], span: tuple[int, int] | None = None) -> Markup:
    """A line as HTML.

    Args:
        span: characters to point out, from and up to.
    """
    from markupsafe import Markup

    start, end = span or (0, 0)
    out, at = Markup(), 0
    for kind, text in pieces:
        for inside, part in _parted(text, start - at, end - at):
            shown = visible(part)
            if kind:
                shown = Markup('<span class="{}">{}</span>').format(kind, shown)
            out += Markup("<mark>{}</mark>").format(shown) if inside else shown
        at += len(text)
    return out


def _parted(text: str, start: int, end: int) -> Iterator[tuple[bool, str]]:
    start, end = (min(max(each, 0), len(text)) for each in (start, end))
    for inside, part in ((False, text[:start]), (True, text[start:end]), (False, text[end:])):
        if part:
            yield inside, part


def visible(text: str) -> Markup:
    """The text escaped, with every character that shows nothing, or turns others around, spelt out."""
    from markupsafe import Markup, escape

    if text.isascii() and text.isprintable():
        return escape(text)
    out = Markup()
    for character in text:
        if character not in "\t\n" and hides(character):
            out += Markup('<span class="odd">U+{:04X}</span>').format(ord(character))
        else:
            out += escape(character)
    return out


def ticks(text: str) -> Markup:
    """A sentence in which what stands `between backticks` is code."""
    from markupsafe import Markup

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return visible(text)
    return Markup().join(
        Markup("<code>{}</code>").format(visible(part)) if number % 2 else visible(part)
        for number, part in enumerate(parts)
    )


def changed_span(old: str, new: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Where two versions of a line differ, in each of them; None when they share too little to point at anything."""
    shortest = min(len(old), len(new))
    start = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    rest = shortest - start
    end = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    shared = len(old[:start].lstrip()) + end
    if 3 * shared < len(old.strip()) or 3 * shared < len(new.strip()) or start == len(old) == len(new):
        return None
    return (start, len(old) - end), (start, len(new) - end)
