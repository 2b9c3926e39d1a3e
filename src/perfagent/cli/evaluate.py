"""`perfagent eval BENCHMARK VERB`: the verbs, and how they are found without importing what is not called."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

import typer

from perfagent.cli.groups import Command, add, bare, first_line, group, no_flags

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
    "check": ("eval_check", "check_predictions"),
    "generate": ("eval_run", "generate"),
    "score": ("eval_run", "score"),
    "rescore": ("eval_rescore", "rescore"),
    "table": ("eval_table", "table"),
}

#: Below `eval` itself, as it is of no benchmark: lends this machine's cores to any.
WORKER = ("eval_run", "worker")

#: Verbs that only some of the benchmarks have.
ONLY: dict[str, tuple[str, ...]] = {}


def groups(words: Sequence[str]) -> typer.Typer:
    """`eval` with as much below it as these words after it need.

    Args:
        words: what follows `eval`.
    """
    app = bare(HELP, own_flags=True)
    named = [word for word in words[:1] if word in TITLES]
    app.callback(add_help_option=not named)(no_flags)
    if not named:
        worker = _function(WORKER)
        add(app, "worker", worker if list(words[:1]) == ["worker"] else first_line(worker))
    for benchmark in named or TITLES:
        app.add_typer(_verbs(benchmark, words[1:]), name=benchmark)
    return app


def benchmark_of(context: typer.Context) -> Benchmark:
    """The benchmark whose verb is running: the word before the verb."""
    if context.parent is None or context.parent.info_name not in TITLES:
        raise RuntimeError("a verb is called below a benchmark's name")
    return cast("Benchmark", context.parent.info_name)


def _verbs(benchmark: str, words: Sequence[str]) -> typer.Typer:
    there = [verb for verb in VERBS if benchmark in ONLY.get(verb, (benchmark,))]
    named = [word for word in words[:1] if word in there]
    functions = {verb: _function(VERBS[verb]) for verb in named or there}
    commands = {verb: function if named else first_line(function) for verb, function in functions.items()}
    return group(TITLES[benchmark], commands, help_flag=not named)


def _function(where: tuple[str, str]) -> Command:
    module, name = where
    function: Command = getattr(import_module(f"perfagent.cli.{module}"), name)
    return function
