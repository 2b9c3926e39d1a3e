"""What an expression is known to be: its type, whether it can be hashed, whether it is constant."""

from __future__ import annotations

import libcst as cst

# Methods that only strings (and bytes, as immutable) have, so that calling one tells the type of the result.
_STR_RESULT = frozenset(
    [
        "capitalize",
        "casefold",
        "expandtabs",
        "lower",
        "lstrip",
        "removeprefix",
        "removesuffix",
        "rstrip",
        "strip",
        "swapcase",
        "title",
        "upper",
        "zfill",
    ]
)
_STR_LIST_RESULT = frozenset(["split", "rsplit", "splitlines"])

# Builtins whose result has one type, whatever the argument.
BUILTIN_RESULT = {
    "list": "list",
    "sorted": "list",
    "set": "set",
    "frozenset": "frozenset",
    "dict": "dict",
    "tuple": "tuple",
    "str": "str",
    "repr": "str",
    "ascii": "str",
    "chr": "str",
    "hex": "str",
    "bin": "str",
    "oct": "str",
    "len": "int",
    "ord": "int",
    "id": "int",
    "hash": "int",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "isinstance": "bool",
    "range": "range",
    "bytes": "bytes",
    "bytearray": "bytearray",
    "enumerate": "iterator",
    "zip": "iterator",
    "map": "iterator",
    "filter": "iterator",
    "reversed": "iterator",
    "iter": "iterator",
}

ANNOTATIONS = {
    name: name for name in ("str", "int", "float", "bool", "bytes", "list", "dict", "set", "tuple", "frozenset")
}
ANNOTATIONS |= {"List": "list", "Dict": "dict", "Set": "set", "Tuple": "tuple", "FrozenSet": "frozenset"}

IMMUTABLE = frozenset({"str", "bytes", "int", "float", "bool", "range", "NoneType", "complex"})
SEQUENCES = frozenset({"list", "tuple", "str", "bytes", "range"})


def literal_type(node: cst.CSTNode) -> str | None:
    """The type of an expression that shows it in its form, None when it does not."""
    if isinstance(node, (cst.List, cst.ListComp)):
        return "list"
    if isinstance(node, (cst.Set, cst.SetComp)):
        return "set"
    if isinstance(node, (cst.Dict, cst.DictComp)):
        return "dict"
    if isinstance(node, cst.Tuple):
        return "tuple"
    if isinstance(node, cst.GeneratorExp):
        return "iterator"
    return _scalar_type(node)


def _scalar_type(node: cst.CSTNode) -> str | None:
    if isinstance(node, cst.Integer):
        return "int"
    if isinstance(node, cst.Float):
        return "float"
    if isinstance(node, cst.FormattedString):
        return "str"
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        return "bytes" if isinstance(node.evaluated_value, bytes) else "str"
    if isinstance(node, cst.Name) and node.value in ("True", "False"):
        return "bool"
    if isinstance(node, cst.Name) and node.value == "None":
        return "NoneType"
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return "bool"
    return None


def is_constant(node: cst.CSTNode) -> bool:
    """Whether the expression is a literal of an immutable type, or a tuple of such."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        return isinstance(node.expression, (cst.Integer, cst.Float))
    if isinstance(node, cst.Tuple):
        return all(isinstance(e, cst.Element) and is_constant(e.value) for e in node.elements)
    return not isinstance(node, (cst.FormattedString, cst.UnaryOperation)) and _scalar_type(node) is not None


def method_result(method: str) -> str | None:
    """The type a method's result has, for methods that no other common type has."""
    if method in _STR_RESULT:
        return "str"
    return "list" if method in _STR_LIST_RESULT else None


def annotation_type(annotation: cst.Annotation | None) -> str | None:
    """The builtin type an annotation names: `str`, `list[int]`, `typing.List[int]`, also in quotes."""
    node: cst.CSTNode | None = annotation.annotation if annotation else None
    if isinstance(node, cst.SimpleString):
        return ANNOTATIONS.get(str(node.evaluated_value).split("[", 1)[0])
    if isinstance(node, cst.Subscript):
        node = node.value
    if isinstance(node, cst.Attribute):
        node = node.attr
    return ANNOTATIONS.get(node.value) if isinstance(node, cst.Name) else None


def annotation_element(annotation: cst.Annotation | None) -> str | None:
    """The element type of `list[str]`, `set[int]`, `Iterable[str]`, `dict[str, ...]` (its keys)."""
    node: cst.CSTNode | None = annotation.annotation if annotation else None
    if not isinstance(node, cst.Subscript) or not node.slice:
        return None
    index = node.slice[0].slice
    if not isinstance(index, cst.Index) or not isinstance(index.value, cst.Name):
        return None
    return ANNOTATIONS.get(index.value.value)
