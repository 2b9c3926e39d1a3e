"""The guard against patches that look at who calls them: SWE-fficiency's, and a stricter one.

The SWE-fficiency harness parses every Python file a patch touches, as it is after the patch, and fails the task when an
added line calls or imports one of a list of things by which code sees its callers, its source or live objects.
`published_findings` finds what that guard finds. Its holes, which all stay open there:
- a line with the comment `stackguard: allow` is let off, and a patch may add that comment;
- a new file is skipped when no other file of the patch imports it; so is a file that does not parse or is not UTF-8;
- only calls count: `frames = sys._getframe` on one line and `frames()` on another are not seen, nor are
  `getattr(sys, "_getframe")` and `importlib.import_module` of anything but `inspect`;
- added lines that begin with `++` upset its reading of the diff, so that what follows in the hunk is not looked at;
- native code is not looked at.

`all_findings` closes them as far as a look at the text can. It runs on our side in both cases: in the container, as
published, the interpreter that does the looking is one the patch may have changed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

#: Instances whose expert's change itself looks at its callers. Source: SWE-fficiency harness, constants.py.
EXEMPT = frozenset({"pandas-dev__pandas-45247"})
#: Source of these: SWE-fficiency harness, _introspection_patch_check.py.
_FRAME_ATTRIBUTES = frozenset({"f_back", "tb_frame", "gi_frame", "cr_frame", "ag_frame"})
_FUNCTIONS = {
    "inspect": (
        "currentframe stack getsource getsourcefile getouterframes getinnerframes trace getframeinfo".split()  # noqa: SIM905
    ),
    "traceback": ["extract_stack", "format_stack", "print_stack", "walk_stack"],
    "sys": ["_getframe", "settrace", "setprofile"],
    "gc": ["get_referrers", "get_objects"],
}
_BANNED = frozenset((module, name) for module, names in _FUNCTIONS.items() for name in names)
_IMPORTS = frozenset({"inspect", "traceback", "ctypes", "cffi"})
_PRAGMA = "stackguard: allow"
#: Ours: endings of files that are, or become, code the parser cannot read.
_NATIVE = frozenset({".c", ".cc", ".cpp", ".h", ".hpp", ".pyx", ".pxd", ".pxi", ".rs", ".so", ".pyd", ".pyc", ".pth"})

#: Text of a file after the patch by its path in the repository; None when it is gone or no text.
Read = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the guard objects to, on a line that the patch adds."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(slots=True)
class _Touched:
    """What a patch does to one file: the numbers of its added lines in the new file, and whether the file is new."""

    added: set[int] = field(default_factory=set)
    new: bool = False


def published_findings(patch: str, read: Read) -> list[Finding]:
    """What the published guard objects to, holes and all."""
    touched = _published_reading(patch)
    seen: dict[str, _Sight] = {}
    for path in touched:
        text = (read(path) if path.endswith(".py") else None) or ""
        seen[path] = _Sight(path, text.splitlines())
        if (tree := _parsed(text)) is not None:
            seen[path].visit(tree)
    alone = {path for path, file in touched.items() if file.new and not _is_imported(path, seen)}
    return [
        finding
        for path in sorted(touched)
        if path not in alone
        for finding in seen[path].findings
        if finding.line in touched[path].added and _PRAGMA not in seen[path].lines[finding.line - 1]
    ]


def all_findings(patch: str, read: Read) -> list[Finding]:
    """What the published guard means to object to: no line and no file is let off, and a name is enough."""
    findings: list[Finding] = []
    for path, file in _reading(patch).items():
        ending = PurePosixPath(path).suffix
        text = read(path)
        if ending in _NATIVE and file.added:
            findings.append(Finding(path, min(file.added), "code that cannot be looked at"))
        if ending != ".py" or not file.added:
            continue
        tree = _parsed(text)
        if text is None or tree is None:
            findings.append(Finding(path, min(file.added), "cannot be parsed, so it cannot be looked at"))
            continue
        sight = _Sight(path, text.splitlines(), names=True)
        sight.visit(tree)
        findings += [finding for finding in sight.findings if finding.line in file.added]
    return findings


def _parsed(text: str | None) -> ast.Module | None:
    try:
        return ast.parse(text) if text else None
    except (SyntaxError, ValueError):
        return None


class _Sight(ast.NodeVisitor):
    """Walks one file in the order of its text, as a name may be imported after it is used elsewhere.

    Args:
        names: object to the bare names too, called or not, and to their text in a string.
    """

    def __init__(self, path: str, lines: list[str], names: bool = False) -> None:
        self.lines = lines
        self.findings: list[Finding] = []
        self.imported: set[str] = set()
        self._path = path
        self._names = names
        self._modules: dict[str, str] = {}
        self._functions: dict[str, tuple[str, str]] = {}

    def visit_Import(self, node: ast.Import) -> None:
        """Aliases of modules, and the modules that are objected to by themselves."""
        for alias in node.names:
            root = alias.name.partition(".")[0]
            self.imported.add(alias.name)
            self._modules[alias.asname or root] = root
            self._imports(node, root)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Aliases of functions, and the modules that are objected to by themselves."""
        if node.module is None:
            return
        root = node.module.partition(".")[0]
        self.imported.add(node.module)
        self._imports(node, root)
        for alias in node.names:
            self._functions[alias.asname or alias.name] = (root, alias.name)
            if self._names and (root, alias.name) in _BANNED:
                self._add(node, f"imports {root}.{alias.name}")

    def visit_Call(self, node: ast.Call) -> None:
        """Calls of what is banned, and imports by a call."""
        callee = node.func
        by_name = isinstance(callee, ast.Name) and callee.id == "__import__"
        by_importlib = (
            isinstance(callee, ast.Attribute)
            and callee.attr == "import_module"
            and isinstance(callee.value, ast.Name)
            and callee.value.id == "importlib"
        )
        if (by_name or by_importlib) and node.args and isinstance(node.args[0], ast.Constant):
            module = node.args[0].value
            if module == "inspect" or (self._names and module in _IMPORTS):
                self._add(node, f"imports {module} by a call")
        name = self._resolved(callee)
        if name is not None and name in _BANNED and not self._names:
            self._add(node, "calls " + ".".join(name))
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Frames, by the attributes that lead to them."""
        if node.attr in _FRAME_ATTRIBUTES:
            self._add(node, f"takes .{node.attr}")
        elif self._names and self._resolved(node) in _BANNED:
            self._add(node, f"takes {'.'.join(self._resolved(node) or ())}")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Names as text, as `getattr` takes them."""
        suspicious = _FRAME_ATTRIBUTES | {"_getframe", "settrace", "setprofile", "get_referrers", "currentframe"}
        if self._names and isinstance(node.value, str) and node.value in suspicious:
            self._add(node, f"names {node.value} in a string")

    def _imports(self, node: ast.stmt, root: str) -> None:
        if root in _IMPORTS:
            self._add(node, f"imports {root}")

    def _resolved(self, callee: ast.expr) -> tuple[str, str] | None:
        """Module and name of what is called: `(left-most name, last attribute)`, aliases resolved as far as seen."""
        if isinstance(callee, ast.Name):
            return self._functions.get(callee.id)
        if not isinstance(callee, ast.Attribute):
            return None
        left = callee.value
        while isinstance(left, ast.Attribute):
            left = left.value
        return (self._modules.get(left.id, left.id), callee.attr) if isinstance(left, ast.Name) else None

    def _add(self, node: ast.expr | ast.stmt, what: str) -> None:
        self.findings.append(Finding(self._path, node.lineno, what))


def _is_imported(path: str, seen: dict[str, _Sight]) -> bool:
    """Whether another file of the patch imports the module at `path`, by any tail of its dotted name."""
    parts = path.removesuffix(".py").split("/")
    tails = {".".join(parts[start:]) for start in range(len(parts))}
    names = {name for other, sight in seen.items() if other != path for name in sight.imported}
    return any(name in tails or any(name.endswith("." + tail) for tail in tails) for name in names)


def _published_reading(patch: str) -> dict[str, _Touched]:
    """The files of a diff as the published guard reads it: by each line's beginning, wherever it stands."""
    touched: dict[str, _Touched] = {}
    old, file, number = "", None, None
    for line in patch.splitlines():
        if line.startswith("--- "):
            old = line[4:].strip()
        elif line.startswith("+++ "):
            new = line[4:].strip()
            path = new[2:] if new.startswith(("a/", "b/")) else new
            file = None if new == "/dev/null" else touched.setdefault(path, _Touched())
            if file is not None and old == "/dev/null":
                file.new = True
            number = None
        elif line.startswith("@@ "):
            number = _first_line(line)
        elif line.startswith("+") and not line.startswith("+++"):
            if file is not None and number is not None:
                number += 1
                file.added.add(number)
        elif line and line[0] not in "+-@" and number is not None:
            number += 1
    return touched


def _first_line(header: str) -> int | None:
    """One less than the number of a hunk's first new line."""
    digits = header.partition(" +")[2]
    start = digits[: len(digits) - len(digits.lstrip("0123456789"))]
    return int(start) - 1 if start else None


def _reading(patch: str) -> dict[str, _Touched]:
    """The files of a diff, with hunks as long as their headers say; a diff that is not well formed hides nothing."""
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    try:
        files = PatchSet(patch)
    except UnidiffParseError:
        return _published_reading(patch)
    touched: dict[str, _Touched] = {}
    for file in files:
        added = {line.target_line_no for hunk in file for line in hunk if line.is_added and line.target_line_no}
        touched[file.path] = _Touched(added or ({1} if file.is_binary_file else set()), file.is_added_file)
    return touched
