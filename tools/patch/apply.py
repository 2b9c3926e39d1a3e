"""Edits on a tree: all of them or none, and nothing outside the tree."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from perfagent.tools.errors import EditError
from perfagent.tools.patch.functions import replace_definition
from perfagent.tools.patch.markers import new_marker
from perfagent.tools.patch.match import apply_edit
from perfagent.tools.patch.records import AnyEdit, Deletion, Edit

Protected = Callable[[str], str | None]
"""Why the path (relative, resolved, `/` between its parts) may not be edited; None when it may."""

_SEARCHED_FILES = 5_000  # files looked through at most for a SEARCH or a name that is elsewhere
_SEARCHED_BYTES = 400_000  # larger files are not looked through


def nothing_protected(path: str) -> str | None:  # noqa: ARG001 - the signature is Protected's
    """Every path may be edited."""
    return None


def resolve_inside(tree: Path, path: str) -> str:
    """The path relative to the tree, with links followed and `.` and `..` gone; the file need not exist.

    Raises:
        EditError: `outside_tree` for an absolute path, one that leads out of the tree (by `..` or by a link), the tree
            itself, or anything in `.git`.
    """
    root = tree.resolve()
    try:
        resolved = (root / path).resolve()
        inside = resolved.relative_to(root)
        # What is still a link leads to itself; from Python 3.13 on only strict ways complain of it.
        if any(each.is_symlink() for each in (resolved, *resolved.parents)):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    except (ValueError, OSError, RuntimeError):
        # ValueError: not below the root, or a null byte; the others: a loop of links, a name too long.
        raise EditError("outside_tree", f"{path!r} is not inside the repository") from None
    parts = inside.parts
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or not parts:
        raise EditError("outside_tree", f"{path!r} is not a path relative to the repository's root")
    if any(part.casefold() == ".git" for part in parts):
        raise EditError("outside_tree", f"{path!r} belongs to git")
    return inside.as_posix()


def read_text(tree: Path, path: str) -> str | None:
    """The text of a resolved path with its line ends untouched; None when there is no such file.

    Raises:
        EditError: `malformed` when it is no regular file or not UTF-8.
    """
    file = tree / path
    if not file.exists():
        return None
    try:
        return file.read_bytes().decode("utf-8")
    except (UnicodeDecodeError, OSError) as error:
        raise EditError("malformed", f"{path} is not a text file in UTF-8") from error


def plan_edits(
    tree: Path, edits: Sequence[AnyEdit], *, protected: Protected = nothing_protected
) -> dict[str, str | None]:
    """The new text of every file the edits change, by resolved path, None for one they delete; writes nothing.

    Edits of one file build on each other in order.

    Raises:
        EditError: of the first edit that fails; its message tells of the others that fail too.
    """
    texts: dict[str, str | None] = {}
    failures: list[EditError] = []
    for number, edit in enumerate(edits, 1):
        try:
            path = resolve_inside(tree, edit.path)
            why_not = protected(path)
            if why_not is not None:
                raise EditError("protected", f"{path} may not be edited", why_not)
            content = texts[path] if path in texts else read_text(tree, path)
            texts[path] = _edited(tree, path, content, edit)
        except EditError as error:
            prefix = f"edit {number} of {len(edits)}: " if len(edits) > 1 else ""
            failures.append(EditError(error.reason, prefix + error.message, error.remedy))
    if len(failures) > 1:
        raise EditError(failures[0].reason, "\n".join(str(failure) for failure in failures), "no edit was applied")
    if failures:
        raise failures[0]
    return texts


def apply_edits(
    tree: Path, edits: Sequence[AnyEdit], *, protected: Protected = nothing_protected
) -> dict[str, str | None]:
    """Write every edit or, when one fails, none; gives what `plan_edits` gives.

    Raises:
        EditError: as `plan_edits`.
        OSError: a file cannot be written; those written before are as they were.
    """
    texts = plan_edits(tree, edits, protected=protected)
    write_texts(tree, texts)
    return texts


def write_texts(tree: Path, texts: Mapping[str, str | None]) -> None:
    """Write all texts and delete the files whose text is None, or restore what was there before and raise.

    Raises:
        OSError: a file or folder cannot be written.
    """
    before = {path: (tree / path).read_bytes() if (tree / path).exists() else None for path in texts}
    written: list[str] = []
    try:
        for path, text in sorted(texts.items(), key=lambda item: item[1] is None):  # what is deleted goes last
            written.append(path)
            if text is None:
                (tree / path).unlink(missing_ok=True)
            else:
                _replace_file(tree / path, text.encode("utf-8"))
    except OSError:
        for path in written:
            _restore(tree / path, before[path])
        raise


def _edited(tree: Path, path: str, content: str | None, edit: AnyEdit) -> str | None:
    """The text after the edit, None when it deletes the file."""
    if content is None and not (isinstance(edit, Edit) and not all(search for search, _ in edit.readings)):
        raise _no_such_file(tree, edit, path)
    before = content or ""
    if isinstance(edit, Deletion):
        _check_deletion(before, edit)
        return None
    after = _searched(tree, path, before, edit) if isinstance(edit, Edit) else replace_definition(before, edit)
    marker = new_marker(before, after)
    if marker:
        raise EditError("malformed", f"{path}: the line {marker!r} is a marker of an edit and would stay in the file")
    return after


def _searched(tree: Path, path: str, content: str, edit: Edit) -> str:
    try:
        return apply_edit(content, edit)
    except EditError as error:
        elsewhere = _files_with(tree, edit, path) if error.reason == "not_found" else []
        if elsewhere:
            there = ", ".join(elsewhere)
            raise EditError(
                "found_in_other_file", f"{path}: the quoted text is not here but in {there}", "name that file"
            ) from error
        raise


def _check_deletion(content: str, edit: Deletion) -> None:
    """Refuse to delete a file that is not the one quoted."""
    if edit.text is not None and _stripped(edit.text) != _stripped(content):
        raise EditError(
            "not_found", f"{edit.path} is not what the deletion quotes", "quote the whole file, or none of its lines"
        )


def _stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]


def _no_such_file(tree: Path, edit: AnyEdit, path: str) -> EditError:
    elsewhere = _files_with(tree, edit, path) if isinstance(edit, Edit) else []
    if elsewhere:
        there = ", ".join(elsewhere)
        return EditError("found_in_other_file", f"{path} does not exist; the quoted text is in {there}")
    known = [file.relative_to(tree).as_posix() for file in _files(tree, Path(path).suffix)]
    alike = [name for name in known if Path(name).name == Path(path).name][:3] or get_close_matches(path, known, n=3)
    return EditError("no_such_file", f"{path} does not exist", f"did you mean {' or '.join(alike)}?" if alike else "")


def _files_with(tree: Path, edit: Edit, not_here: str) -> list[str]:
    """At most three other files of the same kind that hold SEARCH exactly."""
    search, found = edit.readings[-1][0].strip("\n"), []
    if not search.strip():
        return []
    for file in _files(tree, Path(not_here).suffix):
        name = file.relative_to(tree).as_posix()
        if name == not_here or file.stat().st_size > _SEARCHED_BYTES:
            continue
        if search in file.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n"):
            found.append(name)
        if len(found) == 3:
            break
    return found


def _files(tree: Path, suffix: str) -> Iterator[Path]:
    """Regular files with the suffix, hidden folders and links left out, at most 5 000 of them."""
    seen = 0
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if name.endswith(suffix) and not file.is_symlink() and file.is_file():
                yield file
                seen += 1
                if seen == _SEARCHED_FILES:
                    return


def _replace_file(file: Path, data: bytes) -> None:
    """Write beside and rename, so that no reader and no crash ever meets half a file; the mode stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    mode = file.stat().st_mode & 0o7777 if file.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(name).chmod(mode)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _restore(file: Path, data: bytes | None) -> None:
    if data is not None:
        file.write_bytes(data)
    else:
        file.unlink(missing_ok=True)
