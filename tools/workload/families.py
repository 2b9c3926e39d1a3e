"""Benchmarks that are sizes of one thing: parametrised tests whose ids differ in one number alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

#: Sizes a family must have, so that its growth can be judged.
FEWEST_SIZES = 3

_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


def size_families(ids: Iterable[str], span: float) -> Mapping[str, Mapping[int, str]]:
    """Families of benchmarks by the number in their brackets: `test_sum[*]` -> {1000: `test_sum[1000]`, ...}.

    A family has at least three sizes, all above zero, the largest at least `span` times the smallest. An id with
    several numbers may belong to a family by each of them.

    Args:
        ids: such as `benchmarks/test_sum.py::test_sum[1000-list]`.
    """
    groups: dict[str, dict[int, str]] = defaultdict(dict)
    for name in ids:
        start = name.rfind("[")
        if start < 0:
            continue
        for match in _NUMBER.finditer(name, start):
            groups[f"{name[: match.start()]}*{name[match.end() :]}"][int(match[0])] = name
    return {
        family: dict(sorted(members.items()))
        for family, members in groups.items()
        if len(members) >= FEWEST_SIZES and min(members) > 0 and max(members) >= span * min(members)
    }
