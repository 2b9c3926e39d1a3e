"""The whole catalogue over the standard library: what it proposes is Python and stays in its place."""

from __future__ import annotations

import difflib
import importlib
import inspect

import pytest

from perfagent.tools.rewrite import Rewrite, propose

MODULES = ["heapq", "shlex", "textwrap", "configparser", "fractions", "netrc", "pprint"]


def changed_lines(before: str, rewrite: Rewrite) -> list[int]:
    """1-based lines of `before` that the rewrite replaces or takes away."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), rewrite.source.splitlines(), autojunk=False)
    return [line + 1 for tag, i, j, _, _ in matcher.get_opcodes() if tag != "equal" for line in range(i, j)]


@pytest.mark.parametrize("name", MODULES)
def test_proposals_compile_and_stay_near_their_line(name: str) -> None:
    source = inspect.getsource(importlib.import_module(name))
    for rewrite in propose(source, f"{name}.py"):
        compile(rewrite.source, name, "exec")
        # Uses of one variable may be far apart in a long function; an import line may be extended.
        imports = [
            n for n in changed_lines(source, rewrite) if source.splitlines()[n - 1].startswith(("from", "import"))
        ]
        far = [n for n in changed_lines(source, rewrite) if abs(n - rewrite.line) > 60 and n not in imports]
        assert far == [], rewrite.description


@pytest.mark.parametrize("name", MODULES[:3])
def test_proposals_can_follow_each_other(name: str) -> None:
    source = inspect.getsource(importlib.import_module(name))
    for _ in range(3):
        found = propose(source, f"{name}.py")
        if not found:
            break
        source = found[0].source
    compile(source, name, "exec")
