"""What the checks share: the finding, the place a check looks at, and reading its syntax."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from perfagent.agent.telling.features.words import KINDS

Loop = frozenset[str]
"""A loop, as the names that are assigned in it."""

SHORT = 50
"""Characters of source quoted in a finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One feature at one place.

    Attributes:
        feature: its name, as the patterns' front matter uses it.
        line: 1-based line of the file; 0 for what the profile tells.
        words: what stands there, to follow "line 42 ".
        weight: 2 where the syntax leaves little doubt, else 1.
    """

    feature: str
    line: int
    words: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A node and what is known around it.

    Attributes:
        loops: around it, outermost first.
        name: of the function it is in.
        method: whether that has a `self` or `cls`.
        kinds: what names hold by plain assignments: list, set, dict, str, ...
        often: whether the function is called so often that its body is as good as a loop's.
    """

    node: ast.AST
    loops: tuple[Loop, ...]
    name: str
    method: bool
    kinds: Mapping[str, str]
    often: bool

    @property
    def repeated(self) -> bool:
        """Whether what stands here runs often in one execution of the workload."""
        return bool(self.loops) or self.often

    @property
    def where(self) -> str:
        """How a finding says so."""
        return "inside a loop" if self.loops else "in a function that is called often"

    def found(self, feature: str, words: str, weight: int = 1) -> Finding:
        """A finding at this node."""
        return Finding(feature, getattr(self.node, "lineno", 1), words, weight)


def assigned(loop: ast.AST) -> Loop:
    """The names that a loop assigns."""
    names = (node.id for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return frozenset(names)


def kinds_in(tree: ast.AST) -> dict[str, str]:
    """What plain assignments say a name holds; `unknown` where their form does not tell."""
    kinds: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                kinds[ast.unparse(target)] = kind_of(node.value) or "unknown"
    return kinds


def kind_of(value: ast.expr) -> str:
    """The kind of value an expression makes; empty when its form does not tell."""
    if isinstance(value, ast.Constant):
        return type(value.value).__name__
    if isinstance(value, ast.Call):
        return KINDS.get(called(value), "")
    if isinstance(value, ast.BinOp):
        sides = {kind_of(value.left), kind_of(value.right)} if isinstance(value.op, ast.Add) else {kind_of(value.left)}
        return next((kind for kind in ("str", "bytes") if kind in sides), "")
    return KINDS.get(type(value).__name__, "")


def called(node: ast.AST) -> str:
    """The last name of what a call calls; empty for what is no call."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a chain of attributes of a name, else nothing."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def names_in(node: ast.AST) -> set[str]:
    """All names in an expression."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def short(node: ast.AST) -> str:
    """The source of an expression, shortened."""
    text = ast.unparse(node)
    return text if len(text) <= SHORT else text[: SHORT - 3] + "..."


def constant(node: ast.expr) -> bool:
    """Whether an expression is a display of constants."""
    inner = [part for part in ast.walk(node) if isinstance(part, ast.expr) and part is not node]
    return bool(inner) and all(isinstance(part, ast.Constant | ast.Tuple | ast.List | ast.UnaryOp) for part in inner)
