"""show and report: a finished run's result on the terminal, as a page, as Markdown and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perfagent.cli import options as o
from perfagent.tools.errors import UsageError

if TYPE_CHECKING:
    from perfagent.tools.report import CalibrationReport, Material

FORMATS = ("html", "md", "json")


def show(
    run: o.RunName,
    full: Annotated[
        bool, typer.Option("--full", help="Also every diff, every idea tried, every check and fact.")
    ] = False,
    json: o.Json = False,
) -> None:
    """Show a finished run's result: what `report` says, on the terminal.

    Example: perfagent show 20260501-142233-3fa9 --full
    """
    told = _told(run)
    if json:
        typer.echo(_json(told), nl=False)
        return
    from perfagent.cli.show import print_calibration, print_material
    from perfagent.tools.report import CalibrationReport

    if isinstance(told, CalibrationReport):
        print_calibration(told)
    else:
        print_material(told, full=full)


def report(
    run: o.RunName,
    format: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="One page, Markdown, or the result as JSON.")
    ] = "html",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where to write it, - for standard output. [html: RUN/report.html]"),
    ] = None,
    open: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Write a finished run's report: one HTML file that opens anywhere, or Markdown or JSON on standard output.

    The path of a file that was written is all that is printed.

    Example: perfagent report 20260501-142233-3fa9 --open
    """
    if format not in FORMATS:
        raise UsageError(f"there is no report format {format!r}", f"give --format {', '.join(FORMATS)}")
    if open and (format != "html" or str(out) == "-"):
        raise UsageError(
            "--open opens a page that was written to a file", "give --format html and no --out -", code="PA103"
        )
    from perfagent.agent.run_folder import find_run

    text = {"html": _html, "md": _markdown, "json": _json}[format](_told(run))
    place = out or (find_run(run) / "report.html" if format == "html" else Path("-"))
    if str(place) == "-":
        typer.echo(text, nl=False)
        return
    try:
        place.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"the report cannot be written to {place} ({error.strerror})", "give --out another file", code="PA105"
        ) from error
    typer.echo(str(place))
    if open:
        typer.launch(place.resolve().as_uri())


def _told(run: str) -> Material | CalibrationReport:
    """What a run's report is written from.

    Raises:
        PerfagentError: there is no such run, or it has not ended.
    """
    from perfagent.agent.reporting import calibration_of, material_of
    from perfagent.agent.run_folder import find_run

    folder = find_run(run)
    return calibration_of(folder) or material_of(folder)


def _html(told: Material | CalibrationReport) -> str:
    from perfagent.tools.report import CalibrationReport, calibration_page, result_page

    return calibration_page(told) if isinstance(told, CalibrationReport) else result_page(told)


def _markdown(told: Material | CalibrationReport) -> str:
    from perfagent.tools.report import CalibrationReport, calibration_markdown, result_markdown

    return calibration_markdown(told) if isinstance(told, CalibrationReport) else result_markdown(told)


def _json(told: Material | CalibrationReport) -> str:
    from perfagent.tools.report import CalibrationReport

    return (told if isinstance(told, CalibrationReport) else told.result).to_json() + "\n"
