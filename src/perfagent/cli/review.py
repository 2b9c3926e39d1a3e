"""Asking the person at the terminal about an accepted patch."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.prompt import Prompt
from rich.syntax import Syntax

from perfagent.agent.reviewing import Answer, Question
from perfagent.tools.report import interval_text, speedup_text


def ask(question: Question) -> Answer | None:
    """Show the patch with its evidence and take accept, reject or a hint; None at the end of input."""
    console = Console(stderr=True)
    show(question, console)
    choices = ["a", "r", "h"] if question.origin == "model" else ["a", "r"]
    words = "[bold]a[/bold]ccept, [bold]r[/bold]eject" + (
        ", [bold]h[/bold]int for the editor" if "h" in choices else ""
    )
    try:
        chosen = Prompt.ask(words, console=console, choices=choices, show_choices=False)
        hint = ""
        while chosen == "h" and not hint.strip():
            hint = Prompt.ask("What should be different?", console=console)
    except EOFError:
        return None
    decisions = {"a": Answer(decision="accept"), "r": Answer(decision="reject")}
    return decisions[chosen] if chosen != "h" else Answer(decision="hint", hint=hint)


def show(question: Question, console: Console) -> None:
    """The patch with its evidence."""
    console.rule("review")
    console.print(Syntax(question.diff, "diff", background_color="default", word_wrap=True))
    console.print(f"[bold]{escape(question.title)}[/bold]  {escape(question.description)}")
    console.print(
        f"{speedup_text(question.speedup)} (95 % CI {interval_text(question.interval)}, {question.pairs} pairs)"
    )
    for figure in question.benchmarks:
        console.print(
            f"  {escape(figure.id)}  {speedup_text(figure.speedup)}  {interval_text(figure.interval)}  {figure.verdict}"
        )
    for check in question.checks:
        console.print(f"  {'ok' if check.ok else 'no'}  {escape(check.name)}: {escape(check.detail)}")
