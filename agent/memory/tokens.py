"""What a function is made of, and how alike two functions are.

Retrieval follows PIE (Shypula et al., "Learning Performance-Improving Code Edits", 2023, section 3.2): the accepted
edits whose old code is most like the hot function are shown as examples. Likeness is the cosine of TF-IDF vectors
(Salton and Buckley 1988) of normalised syntax: what is done to what kind of thing, without the names of variables.
"""

from __future__ import annotations

import ast
import math
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

#: Nodes that stand in all code and tell nothing.
_SILENT = (ast.Load, ast.Store, ast.Del, ast.Name, ast.Expr, ast.Module, ast.arguments, ast.arg)
_WORD = re.compile(r"\b([A-Za-z_]\w*)\s*(\(?)")
_KEYWORDS = frozenset(
    {
        "if", "else", "for", "while", "do", "switch", "case", "return", "break", "continue", "struct", "class", "new",
        "delete", "static", "const", "inline", "template", "vector", "map", "string", "let", "mut", "fn", "impl",
        "match", "loop", "function", "var", "async", "await", "try", "catch", "throw",
    }
)  # fmt: skip


def tokens_of(source: str) -> Counter[str]:
    """The normalised syntax of a function with counts; for other languages than Python their keywords and calls.

    Equal for functions that differ in names of variables, constants, comments and formatting.
    """
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError):
        return _words(source)
    found: Counter[str] = Counter()
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, above = stack.pop()
        label = _label(node)
        if label:
            found[label] += 1
            if above:
                found[f"{above}>{label}"] += 1
        stack.extend((child, label or above) for child in ast.iter_child_nodes(node))
    return found


def similarities(wanted: Mapping[str, int], others: Sequence[Mapping[str, int]]) -> list[float]:
    """Cosine of the TF-IDF vectors of `wanted` and each of the others, 0 to 1.

    The inverse frequency is smoothed, log((1 + n) / (1 + n_with)) + 1, so that one single document works too.
    """
    documents = [wanted, *others]
    frequency = Counter(token for document in documents for token in document)
    weight = {token: math.log((1 + len(documents)) / (1 + count)) + 1 for token, count in frequency.items()}
    vectors = [_vector(document, weight) for document in documents]
    return [_cosine(vectors[0], other) for other in vectors[1:]]


def _vector(document: Mapping[str, int], weight: Mapping[str, float]) -> dict[str, float]:
    return {token: (1 + math.log(count)) * weight[token] for token, count in document.items() if count > 0}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    product = sum(value * other[token] for token, value in one.items() if token in other)
    return product / (_length(one.values()) * _length(other.values())) if product else 0.0


def _length(values: Iterable[float]) -> float:
    return math.sqrt(sum(value * value for value in values))


def _label(node: ast.AST) -> str:
    """What a node is called; names only where they are an interface: methods, called functions, modules."""
    if isinstance(node, _SILENT):
        return ""
    if isinstance(node, ast.Call):
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return f"call:{name}"
    if isinstance(node, ast.Constant):
        return f"constant:{type(node.value).__name__}"
    if isinstance(node, ast.Attribute):
        return "attribute"
    return type(node).__name__


def _words(source: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, call in _WORD.findall(source):
        if name in _KEYWORDS:
            found[name] += 1
        elif call:
            found[f"call:{name}"] += 1
    return found
