"""The report as Markdown: what the page says, for who reads text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perfagent.tools.report.document import Check, PatchReport, Result
from perfagent.tools.report.evidence import evidence_markdown
from perfagent.tools.report.material import REPRODUCE, Material
from perfagent.tools.report.samples import SampleSeries
from perfagent.tools.report.story import (
    Step,
    facts,
    headline,
    meaning,
    method,
    next_steps,
    overall_text,
    reproduce,
)
from perfagent.tools.report.tables import (
    Table,
    difference_table,
    figures_table,
    gate_table,
    markdown_table,
    models_table,
    spread_table,
    tried_table,
)
from perfagent.tools.report.words import quote


def result_markdown(told: Result | Material) -> str:
    """The whole report of a run, a verification or a comparison.

    Args:
        told: the result, with its samples and its differential profile where the run folder has them.
    """
    material = told if isinstance(told, Material) else Material(told)
    return "\n\n".join(part.rstrip() for part in _parts(material) if part) + "\n"


def _parts(material: Material) -> Iterator[str]:
    result = material.result
    yield f"# {headline(result)}"
    yield meaning(result)
    yield _facts(material)
    yield _section("What to do next", "\n".join(map(_step, next_steps(material))))
    if result.benchmarks:
        yield _section("Benchmarks", markdown_table(figures_table(result.benchmarks)))
        yield overall_text(result)
        yield _spread(material.series(material.whole))
    if material.judged_change:
        yield _section("The change", _diff(material.judged_change))
    for number, patch in enumerate(result.patches, 1):
        yield patch_markdown(patch, number)
        yield _spread(material.series(patch.id))
    yield evidence_markdown(result)
    yield _difference(material)
    yield _section("Checks", "\n".join(map(_check_line, result.checks)))
    yield _section("What was tried", markdown_table(tried_table(result.tried)) if result.tried else "")
    yield _section("What the models cost", markdown_table(models_table(result.cost)) if result.cost.models else "")
    yield _section("Reproduce it", _again(material))
    yield _section("How this was decided", "\n".join(method(result)))
    yield markdown_table(gate_table())
    yield f"All samples: `{result.run_dir}`."


def comparison_markdown(result: Result) -> str:
    """What a pull request is told about two commits: the sentence, the table, and the rest folded away."""
    commits = f"`{result.baseline[:12]}` → `{result.head[:12]}`"
    parts = [f"### {headline(result)}", commits]
    if result.benchmarks:
        parts += [markdown_table(figures_table(result.benchmarks)), overall_text(result)]
    checks = "\n".join(map(_check_line, result.checks))
    if any(not check.ok for check in result.checks):
        parts.append(checks)
    folded = [_facts(Material(result)), checks, "\n".join(method(result)), _commands(reproduce(result))]
    parts.append("<details><summary>How this was measured</summary>\n\n" + "\n\n".join(folded) + "\n\n</details>")
    return "\n\n".join(part for part in parts if part) + "\n"


def patch_markdown(patch: PatchReport, number: int = 1) -> str:
    """One accepted patch: figure, reason, benchmarks and diff."""
    lines = [
        f"## Patch {number}: {patch.idea}",
        "",
        quote(patch.speedup, patch.interval, patch.pairs, patch.metric) + ".",
    ]
    if patch.rationale:
        lines += ["", patch.rationale]
    lines += [
        "",
        f"Origin: {patch.origin}; {patch.hunks} hunk{'s' if patch.hunks != 1 else ''}; commit `{patch.commit[:12]}`.",
    ]
    if patch.benchmarks:
        lines += ["", markdown_table(figures_table(patch.benchmarks))]
    if patch.evidence:
        rows = [f"- `{file.name}`" + (f": {file.last_line}" if file.last_line else "") for file in patch.evidence]
        lines += ["", "Written beside the change to test old against new, and no part of it:", "", *rows]
    return "\n".join([*lines, "", _diff(patch.diff)])


def _diff(diff: str) -> str:
    fence = "`" * max(3, _longest_fence(diff) + 1)
    return "\n".join([f"{fence}diff", diff.rstrip("\n"), fence])


def _longest_fence(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def _titled(table: Table) -> str:
    return f"{table.caption}:\n\n{markdown_table(table)}" if table.rows else ""


def _spread(series: Sequence[SampleSeries]) -> str:
    return _titled(spread_table(series))


def _difference(material: Material) -> str:
    found = material.difference.benchmarks if material.difference else ()
    return _section("Where the time went", "\n\n".join(_titled(difference_table(root)) for root in found))


def _facts(material: Material) -> str:
    rows = [f"- {fact.name}: " + (f"`{fact.text}`" if fact.code else fact.text) for fact in facts(material)]
    return "\n".join(rows + [f"- {message}" for message in material.result.messages])


def _again(material: Material) -> str:
    commands = _commands(reproduce(material.result))
    if not material.files:
        return commands
    names = ", ".join(f"`{name}`" for name in material.files)
    return f"In a clone of the repository, with {names} of `{REPRODUCE}` in the run's folder:\n\n{commands}"


def _step(step: Step) -> str:
    return f"- {step.text}" + (f": `{step.command}`" if step.command else ".")


def _commands(commands: Sequence[str]) -> str:
    return "\n".join(["```sh", *commands, "```"])


def _check_line(check: Check) -> str:
    detail = f" – {check.detail}" if check.detail else ""
    return f"- {'passed' if check.ok else '**failed**'}: {check.name}{detail}"
