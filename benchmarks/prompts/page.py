"""The page about the prompts: what each needs, how large it is, and which version it is."""

from __future__ import annotations

from perfagent.agent.telling.budget import FACTS_CHARACTERS
from perfagent.agent.telling.patterns import MOST_PATTERNS, catalogue
from perfagent.benchmarks.prompts.samples import SAMPLES
from perfagent.prompts import digest, render, template_names, values_of, versions

#: Characters a token: the tokenizer cl100k_base makes 3.5 of tables and code, 4.4 of prose; others differ by a tenth.
CHARACTERS_A_TOKEN = 3.8

HEAD = """\
# The prompts

Every word a model gets beside tool results stands in `prompts/*.md`, one template a role.
They are filled in strictly: a value that is missing is an error, and so is one that is printed and empty.
What may be empty stands inside `{{% if %}}` in the template itself.
Text of the repository stands in fences that it cannot end, and its names are made one line.
Every system prompt says that it is data.

The report of a run with a model names each template with eight digits of its SHA-256, parts included.
Two runs can so be told apart by their words.
Tokens are of the template with the small example of the tests, at {ratio} characters a token.
Facts of a real run add up to {facts} characters more.

| template | values | tokens | version |
|---|---|---|---|
"""

TAIL = """
The catalogue of patterns has {count} files, version {version}.
At most {most} of them are shown, about {each} tokens each.

Made anew after every change of a template, as a test compares:

    python -m perfagent.benchmarks.prompts --write docs/prompts.md --snapshots tests/unit/prompts/snapshots
"""


def page() -> str:
    """docs/prompts.md."""
    rows = [_row(name) for name in template_names()]
    head = HEAD.format(ratio=CHARACTERS_A_TOKEN, facts=f"{FACTS_CHARACTERS:,}")
    patterns = catalogue()
    each = _tokens("".join(pattern.text for pattern in patterns)) // len(patterns)
    tail = TAIL.format(count=len(patterns), version=versions()["patterns"], most=MOST_PATTERNS, each=each)
    return head + "\n".join(rows) + "\n" + tail


def snapshots() -> dict[str, str]:
    """Every template filled in with its sample, by name.

    Raises:
        KeyError: a template has no sample.
    """
    return {name: render(name, **SAMPLES[name]) for name in template_names()}


def _row(name: str) -> str:
    needed = ", ".join(f"`{value}`" for value in values_of(name)) or "none"
    return f"| `{name}` | {needed} | {_tokens(render(name, **SAMPLES[name])):,} | {digest(name)} |"


def _tokens(text: str) -> int:
    return round(len(text) / CHARACTERS_A_TOKEN)
