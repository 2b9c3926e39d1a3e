"""The catalogue: every rule in the folder `rules`, found by its presence there."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import lru_cache

from perfagent.tools.rewrite.protocol import Rewrite, Rule


@lru_cache(maxsize=1)
def catalogue() -> tuple[Rule, ...]:
    """All rules in order of their names."""
    import importlib
    import pkgutil

    from perfagent.tools.rewrite import rules
    from perfagent.tools.rewrite.rule import PatternRule

    found: list[PatternRule] = []
    for module in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
        members = vars(importlib.import_module(module.name)).values()
        found += [
            member()
            for member in members
            if isinstance(member, type) and issubclass(member, PatternRule) and member.__module__ == module.name
        ]
    return tuple(sorted((rule for rule in found if hasattr(rule, "name")), key=lambda rule: rule.name))


def propose(
    source: str,
    path: str = "",
    lines: Sequence[tuple[int, int]] | None = None,
    rules: Sequence[Rule] | None = None,
) -> list[Rewrite]:
    """Every rewrite the rules see in one module, in line order, each text once (the least risky rule's).

    Args:
        source: the module's text.
        path: the file's name; anything but `.py`, `.pyi` and no suffix gives nothing.
        lines: 1-based inclusive line ranges to stay within; everywhere when None.
        rules: the rules to ask; the whole catalogue when None.

    Never raises for a source that is not Python: the answer is then empty.
    """
    suffix = path.rsplit("/", 1)[-1].partition(".")[2]
    if suffix and not suffix.endswith("py"):
        return []
    best: dict[str, Rewrite] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old sources are full of escapes that today's Python warns of
        for rule in catalogue() if rules is None else rules:
            for rewrite in rule.rewrites(source, lines):
                known = best.get(rewrite.source)
                if known is None or (rewrite.risk, rewrite.rule) < (known.risk, known.rule):
                    best[rewrite.source] = rewrite
    return sorted(best.values(), key=lambda r: (r.line, r.rule, r.source))
