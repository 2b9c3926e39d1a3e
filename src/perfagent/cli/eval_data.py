"""eval list, eval show: the instances of a benchmark's data set."""

from __future__ import annotations

import json as json_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from perfagent.cli import options as o
from perfagent.cli.evaluate import benchmark_of

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.instances import Instance

Dataset = Annotated[
    str | None,
    typer.Option(
        "--dataset", metavar="FILE|ID",
        help="A .jsonl, .json or .parquet file, or an id of the Hugging Face hub; the published data set.",
    ),
]  # fmt: skip
Split = Annotated[str, typer.Option("--split", help="Part of a hub's data set.")]


def list_instances(
    context: typer.Context,
    dataset: Dataset = None,
    split: Split = "test",
    repo: Annotated[str, typer.Option("--repo", metavar="OWNER/NAME", help="Only of this repository.")] = "",
    json: o.Json = False,
) -> None:
    """List the instances.

    Examples:
        perfagent eval gso list --repo numpy/numpy
        perfagent eval swe-perf list --dataset rows.jsonl --json
    """
    from perfagent.benchmarks.gso_swe_perf.datasets import load
    from perfagent.benchmarks.gso_swe_perf.datasets.telling import listed

    found = [i for i in load(benchmark_of(context), dataset, split) if _is_of(i, repo)]
    lines = [listed(instance) for instance in found]
    if json:
        typer.echo(json_module.dumps(lines, indent=2))
        return
    _print_table(lines)
    typer.echo(f"{len(found)} instance{'s' if len(found) != 1 else ''}")


def show_instance(
    context: typer.Context,
    instance_id: Annotated[str, typer.Argument(metavar="ID", help="An instance's id, or the beginning of one.")],
    dataset: Dataset = None,
    split: Split = "test",
    hidden: Annotated[bool, typer.Option("--hidden", help="Also what is hidden from who solves it: tests.")] = False,
    expert: Annotated[bool, typer.Option("--expert", help="Also the expert's change and what is said of it.")] = False,
    json: o.Json = False,
) -> None:
    """Show an instance, without what must stay hidden.

    Example: perfagent eval gso show numpy__numpy-1b861a2 --expert
    """
    from perfagent.benchmarks.gso_swe_perf.datasets import load
    from perfagent.benchmarks.gso_swe_perf.datasets.telling import told

    facts = told(_the_one(load(benchmark_of(context), dataset, split), instance_id), hidden=hidden, expert=expert)
    if json:
        typer.echo(json_module.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        _print_fact(name.replace("_", " "), value)


def _is_of(instance: Instance, repo: str) -> bool:
    return not repo or repo.lower() in (instance.repo.lower(), instance.repo.partition("/")[2].lower())


def _the_one(instances: list[Instance], wanted: str) -> Instance:
    from perfagent.tools.errors import UsageError

    found = [i for i in instances if i.instance_id == wanted] or [
        i for i in instances if i.instance_id.startswith(wanted)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(i.instance_id for i in found[:3]) + (", ..." if len(found) > 3 else "")
        raise UsageError(f"{len(found)} instances begin with {wanted!r} ({names})", "give more of the id", code="PA904")
    raise UsageError(
        f"there is no instance {wanted!r} among {len(instances)}", "`perfagent eval ... list` names them", code="PA904"
    )


def _print_table(lines: list[dict[str, Any]]) -> None:
    """Columns as wide as what is in them; what is longer than the terminal is not cut, so that ids can be copied."""
    if not lines:
        return
    rows = [list(lines[0]), *([_cell(value) for value in line.values()] for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _print_fact(name: str, value: Any) -> None:
    if isinstance(value, str) and "\n" not in value:
        typer.echo(f"{name}: {value}".rstrip())
    elif isinstance(value, str):
        typer.echo(f"\n{name}:\n{value.rstrip()}\n")
    elif isinstance(value, dict) and value:
        typer.echo(f"{name}:")
        for key, inner in value.items():
            typer.echo(f"  {key}: {', '.join(inner) if isinstance(inner, list) else _cell(inner)}".rstrip())
    elif isinstance(value, list) and value:
        typer.echo("\n".join([f"{name}:", *(f"  {inner}" for inner in value)]))
    else:
        typer.echo(f"{name}: {_cell(value) or 'none'}" if not isinstance(value, dict | list) else f"{name}: none")
