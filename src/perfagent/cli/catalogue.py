"""The catalogue of rewrites on the terminal."""

from __future__ import annotations

import json as json_module
from pathlib import Path

import typer

from perfagent.tools.errors import UsageError


def print_rules(as_json: bool) -> None:
    """Every rule: what it looks for, when it is safe, why it is faster."""
    from perfagent.tools.rewrite import catalogue

    rules = [{"name": r.name, "looks_for": r.looks_for, "safe_when": r.safe_when, "why": r.why} for r in catalogue()]
    if as_json:
        typer.echo(json_module.dumps(rules, indent=2))
        return
    for rule in rules:
        typer.echo(
            f"{rule['name']}\n  looks for: {rule['looks_for']}\n  safe when: {rule['safe_when']}\n  why: {rule['why']}"
        )


def print_places(root: Path, as_json: bool) -> None:
    """Every place under a folder (or in one file) where a rule applies."""
    from perfagent.tools.rewrite import propose

    if not root.exists():
        raise UsageError(f"there is no file or folder {root}", "give a folder or a Python file", code="PA104")
    base = root if root.is_dir() else root.parent
    files = sorted(root.rglob("*.py")) if root.is_dir() else [root]
    places = []
    for file in files:
        relative = file.relative_to(base)
        if any(part.startswith(".") or part in ("tests", "test", "node_modules") for part in relative.parts[:-1]):
            continue
        try:
            source = file.read_text("utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        for found in propose(source, str(relative)):
            places.append({"path": str(relative), "line": found.line, "function": found.function, "rule": found.rule,
                           "description": found.description, "risk": found.risk})  # fmt: skip
    if as_json:
        typer.echo(json_module.dumps(places, indent=2))
        return
    for place in places:
        typer.echo(
            f"{place['path']}:{place['line']} {place['function'] or '<module>'}  "
            f"{place['rule']}: {place['description']}"
        )
    typer.echo(f"{len(places)} place{'s' if len(places) != 1 else ''}; `perfagent run` measures which of them pay")
