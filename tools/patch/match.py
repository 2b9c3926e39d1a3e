"""Where an edit's SEARCH stands in a file, by tiers that hardly ever place text wrongly.

Each tier needs exactly one hit, and the next one is tried only after none: exact text; lines equal after
rstrip; lines equal after strip under one uniform shift of indentation, which REPLACE then gets too. Similar
text is only ever shown, never edited: it is too often the wrong one. Among several exact hits of three
lines or more the line that a diff's header names may choose, when one of them begins exactly there
(docs/edit-formats.md tells how safe that is).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from perfagent.tools.errors import EditError
from perfagent.tools.patch.indentation import indent_of
from perfagent.tools.patch.nearest import nearest_lines
from perfagent.tools.patch.records import Edit
from perfagent.tools.patch.splice import Hit, spliced

_SHOWN_HITS = 8
_FEWEST_TOLD = 3  # quoted lines with text below which a wrong position meets an equal place too often
_NUMBERED = re.compile(r"^\s*\d+\|")  # as files are shown
_Place = Callable[[Sequence[str], Sequence[str], Sequence[str]], list[str] | None]


def apply_edit(content: str, edit: Edit) -> str:
    """The file's text after the edit; its newline style, its final newline and all other characters stay.

    Args:
        content: the file's text as it is on disk, line ends untouched; empty for a file that does not exist
        yet.
        edit: what to replace; an empty SEARCH gives an empty or new file its first text.

    Raises:
        EditError: `not_found` with the nearest real lines, `ambiguous` with the line of every hit,
        `already_applied`,
            or `malformed` when SEARCH holds no text or an existing file would be overwritten.
    """
    unix = content.replace("\r\n", "\n")
    for search, replacement in edit.readings:
        unix_pair = (search.replace("\r\n", "\n"), replacement.replace("\r\n", "\n"))
        reading = Edit(edit.path, *unix_pair, line=edit.line)
        hits = _hits(unix, reading) if search else _whole_file(unix, reading)
        if len(hits) > 1:
            raise _ambiguous(unix, edit.path, hits)
        if hits:
            return spliced(content, unix, hits[0])
    raise _not_found(unix, edit)


def _whole_file(unix: str, edit: Edit) -> list[Hit]:
    """The hit of an empty SEARCH."""
    if not unix.strip():
        return [Hit(0, len(unix), edit.replace)]
    if unix == edit.replace:
        raise EditError("already_applied", f"{edit.path} has exactly this text already")
    raise EditError(
        "malformed", f"{edit.path} exists and an empty SEARCH is for new files", "quote the lines to replace"
    )


def _hits(unix: str, edit: Edit) -> list[Hit]:
    """The hits of the first tier that has any."""
    if not edit.search.strip():
        raise EditError("malformed", f"{edit.path}: the quoted text is blank", "quote the lines to replace")
    if edit.search == edit.replace:
        raise EditError("already_applied", f"{edit.path}: the quoted text and its replacement are the same")
    if edit.search.endswith("\n") and edit.replace and not edit.replace.endswith("\n"):
        # A whole line cannot give way to part of one: the next line would be glued to it.
        edit = replace(edit, replace=edit.replace + "\n")
    places = _occurrences(unix, edit.search)
    if edit.search.endswith("\n"):
        # Whole lines are meant: a hit at the end of a longer line is another place.
        places = [at for at in places if not unix[unix.rfind("\n", 0, at) + 1 : at].strip()]
    hits = [_in_place(unix, at, edit) for at in places]
    if edit.line and sum(bool(line.strip()) for line in _lines(edit.search)) >= _FEWEST_TOLD:
        hits = _told_by_line(unix, hits, edit.line)
    if len(hits) == 1 and _stands_around(unix, hits[0], edit):
        raise EditError("already_applied", f"{edit.path}: the replacement stands there already", "send what is missing")
    return hits or _line_hits(unix, edit, _but_trailing) or _line_hits(unix, edit, _but_indentation)


def _occurrences(unix: str, search: str) -> list[int]:
    """Offsets of `search`, overlapping ones too, without those that would cut a name or a number in two."""
    found = []
    at = unix.find(search)
    while at >= 0:
        if not (_cuts_word(unix, at) or _cuts_word(unix, at + len(search))):
            found.append(at)
        at = unix.find(search, at + 1)
    return found


def _cuts_word(unix: str, at: int) -> bool:
    return 0 < at < len(unix) and _is_word(unix[at - 1]) and _is_word(unix[at])


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _in_place(unix: str, at: int, edit: Edit) -> Hit:
    """An exact hit; where SEARCH lost the indentation of its first line, REPLACE is completed likewise."""
    end = at + len(edit.search)
    line_start = unix.rfind("\n", 0, at) + 1
    indent = unix[line_start:at]
    if not indent or indent.strip():
        return Hit(at, end, edit.replace)
    if not edit.replace and edit.search.endswith("\n"):
        return Hit(line_start, end, "")
    first, *rest = edit.replace.split("\n")
    searched = edit.search.removesuffix("\n").split("\n")
    if sum(bool(line.strip()) for line in searched) == 1 and _stands_at_margin(first, rest, indent):
        rest = [indent + line if line.strip() else line for line in rest]
    # REPLACE may begin with a later line of SEARCH, whose indentation is then known; its first line is none of them.
    later = searched[1:] if first != searched[0] else []
    stays = [line for line in later if line.strip() == first.strip() and first == first.lstrip()]
    lead = indent_of(stays[0]) if stays else indent
    return Hit(line_start, end, "\n".join([lead + first if first.strip() else first, *rest]))


def _stands_at_margin(first: str, rest: Sequence[str], indent: str) -> bool:
    """Whether all of REPLACE, not only its first line, lost the indentation that SEARCH lost."""
    following = [line for line in rest if line.strip()]
    if any(not line.startswith(indent) for line in following):
        return True
    # Below a line that opens a block, a line no deeper than it would be outside of the block.
    return bool(following) and first.rstrip().endswith(":") and indent_of(following[0]) == indent


def _stands_around(unix: str, hit: Hit, edit: Edit) -> bool:
    """Whether REPLACE, which repeats SEARCH and adds to it, was written around this hit before."""
    inner = edit.replace.find(edit.search)
    return 0 <= inner <= hit.start and unix.startswith(edit.replace, hit.start - inner)


def _line_hits(unix: str, edit: Edit, place: _Place) -> list[Hit]:
    """The hits of whole lines for which `place` gives the lines to put in their stead."""
    lines, wanted, new = unix.split("\n"), _lines(edit.search), _lines(edit.replace)
    bare, bare_wanted = [line.strip() for line in lines], [line.strip() for line in wanted]
    hits, offset = [], 0
    for at, line in enumerate(lines):
        if bare[at] == bare_wanted[0] and bare[at : at + len(wanted)] == bare_wanted:
            window = lines[at : at + len(wanted)]
            moved = place(window, wanted, new)
            if moved is not None:
                placed = _quoted_lines_kept(window, wanted, new, moved)
                end = offset + sum(len(found) + 1 for found in window)
                text = "".join(f"{put}\n" for put in placed)
                # The last line of a file without final newline: neither had it nor gets it.
                hits.append(Hit(offset, min(end, len(unix)), text if end <= len(unix) else text[:-1]))
        offset += len(line) + 1
    return hits


def _quoted_lines_kept(
    window: Sequence[str], wanted: Sequence[str], new: Sequence[str], moved: Sequence[str]
) -> list[str]:
    """`moved`, in which the lines that REPLACE repeats from SEARCH are as they stand in the file."""
    kept = list(moved)
    for block in SequenceMatcher(None, wanted, new, autojunk=False).get_matching_blocks():
        kept[block.b : block.b + block.size] = window[block.a : block.a + block.size]
    return kept


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _but_trailing(window: Sequence[str], wanted: Sequence[str], new: Sequence[str]) -> list[str] | None:
    """`new` when the lines are equal but for trailing whitespace."""
    same = all(real.rstrip() == asked.rstrip() for real, asked in zip(window, wanted, strict=True))
    return list(new) if same else None


def _but_indentation(window: Sequence[str], wanted: Sequence[str], new: Sequence[str]) -> list[str] | None:
    """`new`, shifted, when the lines are equal but for one shift of indentation common to all of them."""
    pairs = [(real, asked) for real, asked in zip(window, wanted, strict=True) if real.strip() or asked.strip()]
    if any(real.strip() != asked.strip() for real, asked in pairs):
        return None
    indents = [(indent_of(real), indent_of(asked)) for real, asked in pairs]
    real, asked = indents[0]
    if real.endswith(asked):
        add = real.removesuffix(asked) if asked else real
        if all(there == add + here for there, here in indents):
            return [add + line if line.strip() else line for line in new]
    if asked.endswith(real):
        drop = asked.removesuffix(real) if real else asked
        fits = all(here == drop + there for there, here in indents)
        if fits and all(line.startswith(drop) for line in new if line.strip()):
            return [line.removeprefix(drop) if line.strip() else line for line in new]
    return None


def _told_by_line(unix: str, hits: list[Hit], line: int) -> list[Hit]:
    """Of several hits the only one that begins at the line that was said; all of them when there is none."""
    told = [hit for hit in hits if unix.count("\n", 0, hit.start) + 1 == line]
    return told if len(told) == 1 else hits


def _ambiguous(unix: str, path: str, hits: Sequence[Hit]) -> EditError:
    at = [str(unix.count("\n", 0, hit.start) + 1) for hit in hits[:_SHOWN_HITS]]
    shown = ", ".join(at) + (f" and {len(hits) - len(at)} more" if len(hits) > len(at) else "")
    return EditError(
        "ambiguous", f"{path}: the quoted text stands at lines {shown}", "quote more lines around the one you mean"
    )


def _not_found(unix: str, edit: Edit) -> EditError:
    search, replacement = edit.readings[-1]
    if replacement.strip() and len(_occurrences(unix, replacement.replace("\r\n", "\n"))) == 1:
        return EditError("already_applied", f"{edit.path}: the quoted text is gone and its replacement stands there")
    near = nearest_lines(unix, search)
    remedy = f"the nearest real lines are\n{near}" if near else "nothing in the file resembles it; read the file again"
    if all(_NUMBERED.match(line) for line in _lines(search)):
        remedy = "quote the lines without the numbers before them"
    return EditError("not_found", f"{edit.path}: the quoted text is not in the file", remedy)
