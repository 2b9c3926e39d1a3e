"""Unified diffs as models write them, turned into edits: per hunk the old lines and the new ones.

Positions and counts in headers are wrong more often than not, so the lines alone say where a hunk belongs; a
position only chooses among several exact places. Taken are fenced diffs (```diff) and bare ones, with or
without `a/` and `b/`, with `@@ -1,2 +1,2 @@`, `@@ ... @@` or `@@`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from perfagent.tools.errors import EditError
from perfagent.tools.patch.answers import FENCE, Place, Taken, clean_path, fence_ends, joined, outdented
from perfagent.tools.patch.records import AnyEdit, Deletion, Edit
from perfagent.tools.patch.text import named_path

_LANGUAGES = frozenset({"diff", "patch", "udiff"})
_NUMBERS = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_MARKS = " +-\\"
_NOWHERE = "/dev/null"
_PREFIX = re.compile(r"^[abciow]/")  # a/ b/, and what git's diff.mnemonicPrefix writes
_GIT_NAMES = re.compile(r'^diff --git "?[a-z]/(?P<path>.+?)"? "?[a-z]/(?P=path)"?$')
_REFUSED = {
    "rename ": "renames a file: make the new file and delete the old one",
    "copy ": "copies a file: make the new file from its text",
    "GIT binary patch": "is binary",
    "Binary files ": "is binary",
}
_AGAIN = "send the whole diff again; no edit was applied"


@dataclass(slots=True)
class _Hunk:
    """One hunk: its header and its body without what is no line of it."""

    header: str
    body: list[str] = field(default_factory=list)

    @property
    def old(self) -> list[str]:
        """The lines it takes away or quotes."""
        return [_text(line) for line in self.body if line[:1] not in ("+", "\\")]

    @property
    def new(self) -> list[str]:
        """The lines it leaves or adds."""
        return [_text(line) for line in self.body if line[:1] not in ("-", "\\")]

    @property
    def start(self) -> int:
        """Its first line in the old file as its header says, from 1; 0 when it does not."""
        numbers = _NUMBERS.match(self.header)
        return int(numbers[1]) if numbers else 0

    def counts_agree(self) -> bool:
        """Whether the body has as many lines as the header says."""
        numbers = _NUMBERS.match(self.header)
        told = [1 if count is None else int(count) for count in numbers.groups()[1:]] if numbers else []
        return told == [len(self.old), len(self.new)]


@dataclass(slots=True)
class _File:
    """What a diff says of one file; `named` is from git's own header, which stands alone where no line changes."""

    named: str = ""
    old: str = ""
    new: str = ""
    removed: bool = False
    hunks: list[_Hunk] = field(default_factory=list)


def diff_at(place: Place) -> Taken | None:
    """The unified diff that begins at the place, None when none does.

    Raises:
        EditError: `malformed`: the diff's fence is not closed, it names no file, renames one, or a hunk quotes no
            line of the file; for a diff without a fence also when it is not certain where it ends.
    """
    lines, index = place.lines, place.index
    fence = FENCE.match(lines[index])
    if fence is not None:
        language = fence["info"].split()[:1]
        if not language or language[0].lower() not in _LANGUAGES or place.is_block_inside():
            return None
        ends = fence_ends(lines, index)
        if not ends:
            raise place.malformed("the text ends before the diff's fence does: the answer was cut off")
        body = outdented(lines[index + 1 : ends[0]], fence["indent"])
        path = clean_path(fence["info"].split()[-1]) or place.path_above() or place.last_path
        return Taken(read_diff(body, path), ends[0] + 1)
    if not _begins_file(lines, index):
        return None
    end = _bare_end(place)
    return Taken(read_diff(lines[index:end], ""), end)


def read_diff(lines: Sequence[str], path: str = "") -> list[AnyEdit]:
    """The edits of a unified diff.

    Args:
        lines: its lines, without a fence.
        path: the file it is of when its own headers name none.

    Raises:
        EditError: as from `diff_at`.
    """
    edits = [edit for file in _files(lines) for edit in _edits(file, path)]
    if not edits:
        raise _malformed("it changes nothing")
    return edits


def _files(lines: Sequence[str]) -> list[_File]:
    """The sections of a diff."""
    files: list[_File] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if line.startswith("diff --git "):
            names = _GIT_NAMES.match(line)
            files.append(_File(names["path"] if names else ""))
            index += 1
        elif _names_follow(lines, index):
            if not files or files[-1].hunks or files[-1].new:
                files.append(_File())
            files[-1].old, files[-1].new = _name(line), _name(lines[index + 1])
            index += 2
        elif line.startswith("@@") or (files and files[-1].new and line[:1] in ("+", "-", " ")):
            index = _read_hunk(lines, index, files)
        else:
            index += 1
            _read_other(line, files)
    return files


def _read_hunk(lines: Sequence[str], index: int, files: list[_File]) -> int:
    """Add the hunk that begins here to the last file; the line after it."""
    headed = lines[index].startswith("@@")
    hunk = _Hunk(lines[index] if headed else "")
    index += headed
    while index < len(lines) and not lines[index].startswith("@@") and not _begins_file(lines, index):
        hunk.body.append(lines[index])
        index += 1
    # Empty lines at the end are lines of the file only as far as the header counts them.
    while hunk.body and not hunk.body[-1] and not hunk.counts_agree():
        hunk.body.pop()
    if not files:
        files.append(_File())
    files[-1].hunks.append(hunk)
    return index


def _read_other(line: str, files: list[_File]) -> None:
    """A line outside of hunks: git's own headers, or nothing of a diff."""
    refused = next((why for start, why in _REFUSED.items() if line.startswith(start)), None)
    if refused:
        raise _malformed(f"it {refused}")
    if line.startswith("deleted file mode") and files:
        files[-1].removed = True
    elif line[:1] in ("+", "-"):
        raise _malformed("changed lines stand before any @@ line")


def _edits(file: _File, path: str) -> Iterator[AnyEdit]:
    """What one section asks for."""
    path = _path(file) or path
    if not path:
        raise _malformed("it names no file: begin it with --- a/path and +++ b/path")
    if file.removed or file.new == _NOWHERE:
        old = [line for hunk in file.hunks for line in hunk.old]
        if any(hunk.new for hunk in file.hunks):
            raise _malformed(f"it deletes {path} and leaves lines in it")
        yield Deletion(path, joined(old) if file.hunks else None)
        return
    shift = 0
    for number, hunk in enumerate(file.hunks, 1):
        old, new = hunk.old, hunk.new
        if old != new:
            if not old and file.old != _NOWHERE:
                raise _malformed(f"hunk {number} of {path} quotes no line of the file, so its place is not known")
            if file.old == _NOWHERE and (old or number > 1):
                raise _malformed(f"{path} is new, so all its lines begin with + in one hunk")
            yield Edit(path, joined(old), joined(new), line=hunk.start + shift if hunk.start else 0)
        shift += len(new) - len(old)


def _path(file: _File) -> str:
    """The file a section is about; empty when its headers name none."""
    names = [name for name in (file.old, file.new) if name and name != _NOWHERE]
    if len(names) == 2 and names[0] != names[1]:
        bare = {name: (name, _PREFIX.sub("", name, count=1)) for name in names}
        common = [name for name in bare[names[0]] if name in bare[names[1]]]
        if not common:
            raise _malformed(f"it renames {names[0]} to {names[1]}: make the new file and delete the old one")
        return common[0]
    if len(names) == 2:
        return names[0]
    return _PREFIX.sub("", names[0], count=1) if names else file.named


def _name(header: str) -> str:
    """The name a `---` or `+++` line holds, without a time stamp."""
    return named_path(header[4:].partition("\t")[0].strip(), 0).removeprefix("./")


def _names_follow(lines: Sequence[str], index: int) -> bool:
    """Whether the two names of a file stand here."""
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return lines[index].startswith("--- ") and following.startswith("+++ ")


def _begins_file(lines: Sequence[str], index: int) -> bool:
    """Whether a section begins here; two changed lines that look like names are told by the @@ that lacks."""
    if lines[index].startswith("diff --git "):
        return True
    third = lines[index + 2] if index + 2 < len(lines) else ""
    return _names_follow(lines, index) and third.startswith("@@")


def _bare_end(place: Place) -> int:
    """Where a diff without a fence ends.

    Prose may follow it, so each hunk must be as long as it says, or end where no line could go on with it.
    """
    lines, index = place.lines, place.index
    hunk: _Hunk | None = None
    while index < len(lines) and not FENCE.match(lines[index]):
        line = lines[index]
        if _begins_file(lines, index):
            hunk = None
        elif line.startswith("@@"):
            hunk = _Hunk(line)
        elif hunk is not None:
            if not line and hunk.counts_agree():
                if not _goes_on(lines, index):
                    break
            elif line and line[0] not in _MARKS:
                _check_end(place, hunk)
                break
            else:
                hunk.body.append(line)
        index += 1
    else:
        if hunk is not None and any(not line for line in hunk.body):
            _check_blank(place, hunk)
    return index


def _goes_on(lines: Sequence[str], index: int) -> bool:
    """Whether another hunk or file follows the empty lines here."""
    following = next((at for at in range(index, len(lines)) if lines[at].strip()), None)
    return following is not None and (lines[following].startswith("@@") or _begins_file(lines, following))


def _check_end(place: Place, hunk: _Hunk) -> None:
    """Refuse a diff that goes over into text in the midst of a hunk."""
    if not hunk.counts_agree():
        raise place.malformed("it is not certain where the diff ends; put it in a fence, ```diff to ```")


def _check_blank(place: Place, hunk: _Hunk) -> None:
    """Refuse a last hunk after whose empty lines text may have followed."""
    while hunk.body and not hunk.body[-1]:
        hunk.body.pop()
    if any(not line for line in hunk.body):
        _check_end(place, hunk)


def _text(line: str) -> str:
    """A body line without its mark; one without any mark is a quoted line."""
    return line[1:] if line[:1] in (" ", "+", "-") else line


def _malformed(problem: str) -> EditError:
    return EditError("malformed", f"the diff cannot be used: {problem}", _AGAIN)
