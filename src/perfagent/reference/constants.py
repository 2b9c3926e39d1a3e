"""`reference/constants.md`: every number that decides a verdict, with the reason that stands beside it in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from perfagent.reference.markdown import code, sentence

INTRODUCTION = """\
# Constants of measurement

Every number that decides a verdict, with its reason, as it stands in `perfagent.tools.measure.constants`.
They change only together with the [error rates](../verdicts.md) measured with them.
"""

MODULE = "perfagent.tools.measure.constants"


class Constant(NamedTuple):
    """A constant: its name, its value as it is written, the heading it stands under, and why it is what it is."""

    name: str
    value: str
    section: str
    reason: str


def constants(source: str) -> Iterator[Constant]:
    """The module's constants in order.

    Raises:
        ValueError: one has no reason below it.
    """
    sections = {
        number: match[1]
        for number, line in enumerate(source.splitlines(), 1)
        if (match := re.match(r"# --- (.*?) -{3,}", line))
    }
    body = ast.parse(source).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.value is None:
            continue
        if not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)):
            raise ValueError(f"{node.target.id} has no reason below it")
        section = next((sections[line] for line in sorted(sections, reverse=True) if line < node.lineno), "")
        yield Constant(node.target.id, ast.unparse(node.value), section, str(after.value.value))


def page() -> str:
    """The whole page."""
    spec = find_spec(MODULE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(MODULE)
    parts, present = [INTRODUCTION], ""
    for constant in constants(Path(spec.origin).read_text("utf-8")):
        if constant.section != present:
            present = constant.section
            parts.append(f"## {sentence(present).rstrip('.')}\n")
        parts.append(f"{code(constant.name)} = {code(constant.value)}\n:   {sentence(constant.reason)}\n")
    return "\n".join(parts)
