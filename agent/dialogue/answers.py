"""JSON out of a model's answer, however it is wrapped, followed by talk, or cut off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

_FENCE = re.compile(r"```(?:json)?[^\n]*\n(.*?)(?:^\s*```|\Z)", re.DOTALL | re.MULTILINE)
_BRACKET, _OBJECT = re.compile(r"[{\[]"), re.compile(r'\{\s*"')
_THINKING = re.compile(r"^.*</think(?:ing)?>", re.DOTALL)


def json_values(text: str) -> Iterator[Any]:
    """JSON objects and lists in fences, else in the text, else the beginning of one that was cut off.

    What stands before the end of a thinking block is not looked at.
    """
    text = _THINKING.sub("", text)
    for candidate in [*_FENCE.findall(text), text]:
        # Talk before the answer may hold brackets of its own: `out = []`.
        found = [match.start() for match in (_BRACKET.search(candidate), _OBJECT.search(candidate)) if match]
        for start in dict.fromkeys(found):
            try:
                yield json.JSONDecoder().raw_decode(candidate, start)[0]
            except ValueError:
                yield from _cut_off(candidate[start:])


def _cut_off(text: str) -> Iterator[Any]:
    try:
        yield from_json(text, allow_partial=True)
    except ValueError:
        return
