"""Makes captured calls again in a fresh process, and tells which of them give what they gave.

Usage: perfagent_replay.py REPORT, with JSON on standard input: `module`, `owner`, `name`, `way` and `calls` as
perfagent_real_calls.py reports them. Writes {"same": [whether], "first": seconds of all the calls that are,
"again": the same once more} as JSON; `error` where the function cannot be reached. Standard library only, Python 3.7
and later.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from perfagent.tools.equivalence.harness.perfagent_result_digest import digest
else:
    HERE = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [HERE] + [entry for entry in sys.path if os.path.realpath(entry or ".") != os.path.realpath(HERE)]
    from perfagent_result_digest import digest

    sys.path.remove(HERE)


def callable_of(options: dict[str, Any]) -> Callable[[str, str], Any]:
    """What makes a call of its two literals: the constructor's arguments, and its own."""
    module = importlib.import_module(options["module"])
    owner: Any = getattr(module, options["owner"]) if options["owner"] else module
    name = options["name"]

    def call(made: Any, given: Any) -> Any:
        args, named = given
        if options["way"] == "method":
            first, words = made
            return getattr(owner(*first, **words), name)(*args, **named)
        return getattr(owner, name)(*args, **named)

    return call


def read(text: str) -> Any:
    """The value of a literal; None for none."""
    return ast.literal_eval(text) if text else None


def timed(call: Callable[..., Any], calls: list[Any]) -> float:
    """Seconds of some calls, one after the other."""
    began = time.perf_counter()
    for made, given in calls:
        call(made, given)
    return time.perf_counter() - began


def replay(options: dict[str, Any]) -> dict[str, Any]:
    """The report."""
    try:
        call = callable_of(options)
    except Exception as error:
        return {"error": "{}: {}".format(type(error).__name__, error)}
    same, first, kept = [], 0.0, []
    for made, given, _, expected in options["calls"]:
        words = (read(made), read(given))
        try:
            began = time.perf_counter()
            result = call(*words)
            seconds = time.perf_counter() - began
            same.append(digest(result) == expected)
        except Exception:
            same.append(False)
        if same[-1]:
            first += seconds
            kept.append(words)
    return {"same": same, "first": first, "again": min(timed(call, kept) for _ in range(3))}


def main() -> None:
    """See the module's text."""
    report = replay(json.load(sys.stdin))
    with open(sys.argv[1], "w", encoding="utf-8") as stream:
        json.dump(report, stream)


if __name__ == "__main__":
    main()
