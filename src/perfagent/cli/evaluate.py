"""`perfagent eval BENCHMARK VERB`: the verbs, and how they are found without importing what is not called."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

import typer

from perfagent.cli.groups import Command, bare, first_line, group, no_flags

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.records import Benchmark

HELP = "GSO, SWE-Perf and SWE-fficiency: data, predictions, scores."

#: What the help says of each benchmark. The records' own list of them would import pydantic.
TITLES = {
    "gso": "GSO: match an expert on a performance test.",
    "swe-perf": "SWE-Perf: functions, timed by tests.",
    "swefficiency": "SWE-fficiency: match an expert on a workload.",
}

#: Verb -> module below `perfagent.cli` and the function in it, in the order the help lists them.
VERBS = {
    "list": ("eval_data", "list_instances"),
    "show": ("eval_data", "show_instance"),
    "table": ("eval_table", "table"),
    "rescore": ("eval_rescore", "rescore"),
}

#: Verbs that only some of the benchmarks have.
ONLY: dict[str, tuple[str, ...]] = {}


def groups(words: Sequence[str] | None, *, completing: bool = False) -> typer.Typer:
    """`eval` with as much below it as these words after it need.

    Args:
        words: what follows `eval`; None when another command was called, which needs the help's first line alone.
        completing: whether a shell completes a line, which needs every flag of every verb.
    """
    app = bare(HELP, own_flags=True)
    app.callback()(no_flags)
    if words is None and not completing:
        return app
    named = [word for word in (words or ())[:1] if word in TITLES]
    for benchmark in named or TITLES:
        app.add_typer(_verbs(benchmark, (words or ())[1:], completing), name=benchmark)
    return app


def benchmark_of(context: typer.Context) -> Benchmark:
    """The benchmark whose verb is running: the word before the verb."""
    if context.parent is None or context.parent.info_name not in TITLES:
        raise RuntimeError("a verb is called below a benchmark's name")
    return cast("Benchmark", context.parent.info_name)


def _verbs(benchmark: str, words: Sequence[str], completing: bool) -> typer.Typer:
    there = [verb for verb in VERBS if benchmark in ONLY.get(verb, (benchmark,))]
    named = [word for word in words[:1] if word in there]
    whole = bool(named) or completing
    commands = {verb: _function(verb) if whole else first_line(_function(verb)) for verb in named or there}
    return group(TITLES[benchmark], commands)


def _function(verb: str) -> Command:
    module, name = VERBS[verb]
    function: Command = getattr(import_module(f"perfagent.cli.{module}"), name)
    return function
