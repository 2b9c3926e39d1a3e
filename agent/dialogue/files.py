"""The file-based workbench: a git worktree on this machine."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from perfagent.agent.dialogue.callers import callers_of
from perfagent.agent.dialogue.output import capped, numbered_page
from perfagent.agent.dialogue.workbench import Actions
from perfagent.agent.model.protocol import digest_of
from perfagent.tools.errors import EditError, RepositoryError
from perfagent.tools.patch import (
    AnyEdit,
    is_checked,
    nothing_protected,
    plan_edits,
    read_text,
    resolve_inside,
    syntax_errors,
    write_texts,
)

_HITS = 50  # search results shown
_HIT_WIDTH = 200  # characters of one
_GIT_TIMEOUT_S = 60.0
# No hook, monitor or configuration of the target or the user takes part.
_GIT = ("git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_GIT_ENV = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_SYMBOL = re.compile(
    r"^\s*(?:(?:async|export|pub|static|public|private|inline|default)\s+)*"
    r"(?:def|class|cdef|cpdef|fn|func|function|struct|impl|interface)\s.*"
)


class FileWorkbench:
    """A Workbench on the files of a git worktree.

    Args:
        tree: the worktree's root.
        protected: why a path may not be edited, None when it may.
        actions: what the run offers beside reading and editing.
    """

    def __init__(
        self,
        tree: Path,
        protected: Callable[[str], str | None] = nothing_protected,
        actions: Actions | None = None,
    ) -> None:
        self.tree = tree
        self._protected = protected
        self._actions = actions or Actions()

    @property
    def actions(self) -> Actions:
        """What can be done beside reading and editing."""
        return self._actions

    def read_file(self, path: str, start: int, end: int | None) -> str:
        """See Workbench."""
        lines = self._text(path).replace("\r\n", "\n").removesuffix("\n").split("\n")
        last = len(lines) if end is None else min(end, len(lines))
        if not 1 <= start <= last:
            raise EditError(
                "malformed", f"{path} has {len(lines)} lines, and you asked for {start} to {end or 'its end'}"
            )
        return numbered_page(lines, start, last)

    def search(self, pattern: str, glob: str | None) -> str:
        """See Workbench; the expression is Perl's, or plain text when it is no valid one."""
        scope = ["--", glob.lstrip(":/")] if glob else []
        common = ["grep", "--line-number", "-I", "--untracked", "--no-color"]
        found = self._git(*common, "--perl-regexp", "-e", pattern, *scope)
        note = ""
        if found.returncode > 1:
            found = self._git(*common, "--fixed-strings", "-e", pattern, *scope)
            if found.returncode > 1:
                raise EditError("malformed", "the search failed", found.stderr.strip().partition("\n")[0])
            note = "(taken as plain text, being no valid regular expression)\n"
        hits = found.stdout.splitlines()
        if not hits:
            return note + "no line matches"
        more = (
            f"\n[... {len(hits) - _HITS} more lines match; narrow the pattern or give a glob ...]"
            if len(hits) > _HITS
            else ""
        )
        return note + "\n".join(hit[:_HIT_WIDTH] for hit in hits[:_HITS]) + more

    def outline(self, path: str) -> str:
        """See Workbench; exact for Python, by the look of its lines for any other language."""
        text = self._text(path)
        found = _python_outline(text) if path.endswith((".py", ".pyi")) else None
        if found is None:
            lines = text.replace("\r\n", "\n").split("\n")
            found = [f"{number:>5}| {line[:_HIT_WIDTH]}" for number, line in enumerate(lines, 1) if _SYMBOL.match(line)]
        return capped("\n".join(found), "read the file by line ranges") or "no classes or functions found"

    def callers(self, name: str) -> str:
        """See Workbench; exact calls by name for Python, by the look of its lines for any other language."""
        word = name.replace("::", ".").rpartition(".")[2].strip("()")
        if not word.isidentifier():
            raise EditError("malformed", f"{name!r} names no function", "give its bare name")
        listed = self._git(
            "grep", "--files-with-matches", "-I", "--untracked", "-z", "--fixed-strings", "-w", "-e", word
        )
        files = {path: self._readable(path) for path in listed.stdout.split("\0") if path}
        return capped(callers_of(word, files), "search with a glob for some of the files")

    def undo(self, path: str | None) -> list[str]:
        """See Workbench."""
        changed = self._checked("diff", "--name-only", "-z", "HEAD", "--").split("\0")
        new = set(self._untracked())
        touched = sorted({*filter(None, changed), *new})
        if path is not None:
            inside = resolve_inside(self.tree, path)
            if inside not in touched:
                raise EditError("not_found", f"{path} is not changed", f"changed: {', '.join(touched) or 'nothing'}")
            touched = [inside]
        for each in touched:
            if each in new:
                (self.tree / each).unlink()
            else:
                self._checked("checkout", "--quiet", "HEAD", "--", f":(literal){each}")
        return touched

    def edit(self, edits: Sequence[AnyEdit], *, check_syntax: bool = False) -> list[str]:
        """See Workbench."""
        texts = plan_edits(self.tree, edits, protected=self._protected)
        if check_syntax:
            written = {path: text for path, text in texts.items() if text is not None}
            found = [syntax_errors(path, text, read_text(self.tree, path)) for path, text in written.items()]
            problems = [problem for problem in found if problem]
            if problems:
                raise EditError("syntax", "; ".join(problems), "no edit was applied")
        write_texts(self.tree, texts)
        return sorted(texts)

    def diff(self) -> str:
        """See Workbench."""
        changed = self._checked("diff", "--no-ext-diff", "--no-textconv", "--no-color", "HEAD", "--")
        new = [
            self._git(
                "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-index", "--", os.devnull, path
            ).stdout
            for path in self._untracked()
        ]
        return "".join([changed, *new])

    def digest(self) -> str:
        """See Workbench."""
        return digest_of(self.diff())

    def problems(self) -> str | None:
        """See Workbench."""
        changed = self._checked("diff", "--name-only", "-z", "--diff-filter=d", "HEAD", "--").split("\0")
        found = []
        for path in [*filter(None, changed), *self._untracked()]:
            if is_checked(path):
                found.append(syntax_errors(path, self._text(path), self._before(path)))
        return "; ".join(problem for problem in found if problem) or None

    def _text(self, path: str) -> str:
        inside = resolve_inside(self.tree, path)
        if (self.tree / inside).is_dir():
            names = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in (self.tree / inside).iterdir())
            raise EditError("no_such_file", f"{path} is a folder", capped("it holds " + ", ".join(names)))
        text = read_text(self.tree, inside)
        if text is None:
            raise EditError("no_such_file", f"{path} does not exist", "search for a name to find its file")
        return text

    def _readable(self, path: str) -> str:
        try:
            return (self.tree / path).read_bytes().decode("utf-8", "replace")
        except OSError:
            return ""

    def _before(self, path: str) -> str | None:
        shown = self._git("show", f"HEAD:{path}")
        return shown.stdout if shown.returncode == 0 else None

    def _untracked(self) -> list[str]:
        return [path for path in self._checked("ls-files", "--others", "--exclude-standard", "-z").split("\0") if path]

    def _checked(self, *arguments: str) -> str:
        done = self._git(*arguments)
        if done.returncode != 0:
            raise RepositoryError(f"git {arguments[0]} failed in {self.tree}", done.stderr.strip().partition("\n")[0])
        return done.stdout

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Git in the tree; a failure is in the return code, and so is one that took too long (124)."""
        command = [*_GIT, "-c", f"safe.directory={self.tree.resolve()}", *arguments]
        env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": os.devnull,
            "GIT_OPTIONAL_LOCKS": "0",
            **_GIT_ENV,
        }
        try:
            return subprocess.run(  # noqa: PLW1510 - the return code is the answer
                command,
                cwd=self.tree,
                env=env,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=_GIT_TIMEOUT_S,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 124, "", "timed out")


def _python_outline(text: str) -> list[str] | None:
    """Classes and functions with their line ranges, None when the host's Python cannot read the file."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return _symbols(tree, 0)


def _symbols(node: ast.AST, depth: int) -> list[str]:
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(f"{child.lineno:>5}-{child.end_lineno}| {'    ' * depth}{_signature(child)}")
            found += _symbols(child, depth + 1)
        elif isinstance(child, ast.If | ast.Try | ast.With):
            found += _symbols(child, depth)
    return found


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        return f"class {node.name}({bases})" if bases else f"class {node.name}"
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    return f"{word} {node.name}({ast.unparse(node.args)})"
