"""SEARCH/REPLACE blocks in a model's text, parsed without ever guessing where a block ends.

The form, with the path alone on the line before the fence:

    path/to/file.py
    ```python
    <<<<<<< SEARCH
    old lines
    =======
    new lines
    >>>>>>> REPLACE
    ```

The markers may be five to nine characters long, all three the same; a longer marker lets a body hold the
shorter one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from perfagent.tools.errors import EditError
from perfagent.tools.patch.records import Edit

_HEAD = re.compile(r"^(?P<indent>\s*)(?P<mark><{5,9})\s*SEARCH\b[ \t:]*(?P<path>\S*)\s*$")
_DIVIDER = re.compile(r"^\s*(={5,9})\s*$")
_TAIL = re.compile(r"^\s*(?P<mark>>{5,9})\s*REPLACE\b.*$")
_FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})\s*(?P<info>.*)$")
_BACKTICKED = re.compile(r"`([^`\s]+)`")
_BARE_PATH = re.compile(r"^(?=.*[./])[\w./@+~\-]+$")
_MOST_READINGS = 16  # each is tried on the file; no honest block has more
_LINES_ABOVE = 4  # the fence, one blank line and the path fit, with one line to spare


def parse_blocks(text: str) -> list[Edit]:
    """Every SEARCH/REPLACE block of `text`, in order; without a path of its own a block has the last one's.

    Args:
        text: a model's whole answer, line ends of any kind.

    Raises:
        EditError: `malformed`: a block is not closed (the answer was cut off), has no divider, or names no
        file.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    edits: list[Edit] = []
    index = previous_end = 0
    while index < len(lines):
        if _TAIL.match(lines[index]):
            raise _malformed(len(edits) + 1, "", f"line {index + 1} ends a block that no <<<<<<< SEARCH began")
        head = _HEAD.match(lines[index])
        if head is None:
            index += 1
            continue
        path = clean_path(head["path"]) or _path_above(lines[previous_end:index]) or (edits[-1].path if edits else "")
        number = len(edits) + 1
        if not path:
            raise _malformed(number, path, "no path stands alone on the line before its fence")
        end = _end_of_block(lines, index, len(head["mark"]), (number, path))
        body = _outdented(lines[index + 1 : end], head["indent"])
        edits.append(_read_body(path, body, len(head["mark"]), number))
        index = previous_end = end + 1
    return edits


def clean_path(line: str) -> str:
    """The path a line consists of, freed of Markdown (backticks, `**`, `#`, colon); empty when it is none."""
    bare = line.strip().strip("*#").strip().removeprefix("File:").removeprefix("file:")
    bare = bare.strip().rstrip(":").strip("*").rstrip(":").strip("`").strip()
    if _BARE_PATH.match(bare) and not bare.endswith("."):
        return bare.removeprefix("./")
    named = [token for token in _BACKTICKED.findall(line) if _BARE_PATH.match(token)]
    return named[0].removeprefix("./") if len(named) == 1 else ""


def _path_above(above: Sequence[str]) -> str:
    """The path on the lines between the block before and this one, nearest line first."""
    for line in reversed([line for line in above if line.strip()][-_LINES_ABOVE:]):
        fence = _FENCE.match(line)
        candidates = fence["info"].split()[-1:] if fence else [line]
        for candidate in candidates:
            path = clean_path(candidate)
            # "```python" names a language: what stands in an info string is a path only with a slash or a
            # suffix.
            if path:
                return path
    return ""


def _end_of_block(lines: Sequence[str], head: int, width: int, block: tuple[int, str]) -> int:
    """The line of the tail as wide as the head, or else of the first tail of any width."""
    any_width = 0
    for index in range(head + 1, len(lines)):
        tail, next_head = _TAIL.match(lines[index]), _HEAD.match(lines[index])
        if tail and len(tail["mark"]) == width:
            return index
        any_width = any_width or (index if tail else 0)
        if next_head and len(next_head["mark"]) == width:
            if any_width:
                return any_width
            raise _malformed(*block, f"line {index + 1} begins a new block before this one ended")
    if any_width:
        return any_width
    raise _malformed(*block, "the text ends before >>>>>>> REPLACE: the answer was cut off")


def _outdented(body: Sequence[str], indent: str) -> list[str]:
    """The body of a block that as a whole stands indented, in a list for example."""
    if indent and all(line.startswith(indent) for line in body if line.strip()):
        return [line.removeprefix(indent) for line in body]
    return list(body)


def _read_body(path: str, body: Sequence[str], width: int, number: int) -> Edit:
    """Read a block's body; each divider as wide as the head marker is a possible reading, last one first.

    A later divider makes SEARCH longer, so a wrong late reading is not found in the file, while a wrong early
    reading would be found and would write the rest of SEARCH into the file. The file decides, from the last
    one on.
    """
    marks = {index: len(found[1]) for index, line in enumerate(body) if (found := _DIVIDER.match(line))}
    dividers = [index for index, length in marks.items() if length == width] or list(marks)
    if not dividers:
        raise _malformed(number, path, "no ======= line divides SEARCH from REPLACE")
    if len(dividers) > _MOST_READINGS:
        raise _malformed(number, path, f"{len(dividers)} lines look like its divider; make its markers longer")
    readings = [(_joined(body[:at]), _joined(body[at + 1 :])) for at in reversed(dividers)]
    return Edit(path, *readings[0], other_readings=tuple(readings[1:]))


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _malformed(number: int, path: str, problem: str) -> EditError:
    name = f"block {number} ({path})" if path else f"block {number}"
    return EditError("malformed", f"{name}: {problem}", "send the whole block again; no block was applied")
