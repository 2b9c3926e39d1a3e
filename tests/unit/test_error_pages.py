"""Every error has a code, every code a page, and every page an error that shows it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from perfagent.tools import errors

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "errors"
TREE = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.PerfagentError)
}
BY_REASON: dict[str, dict[Any, str]] = {
    "EditError": errors.EDIT_CODES,
    "LimitExceeded": errors.LIMIT_CODES,
    "ForgeError": {**errors.FORGE_CODES},
}
#: Said by the entry point, for what is no error of ours; the model's and the forge's by their answers.
SAID_ELSEWHERE = {errors.INTERRUPTED, errors.WRONG_USAGE, *errors.MODEL_CODES.values(), *errors.FORGE_CODES.values()}


class Raised(NamedTuple):
    """One place that makes an error: its codes (None where it hands on another's) and what its line looks like."""

    place: str
    code: str | None
    line: re.Pattern[str]


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    for folder in ("tools", "agent", "benchmarks", "src/perfagent/cli"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TREE:
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node.func.id, node


def code_of(kind: str, call: ast.Call) -> str | None:
    given = next((word.value for word in call.keywords if word.arg == "code"), None)
    if given is not None:
        return str(given.value) if isinstance(given, ast.Constant) else None
    if kind in BY_REASON:
        reason = call.args[0]
        return str(BY_REASON[kind][reason.value]) if isinstance(reason, ast.Constant) else None
    if issubclass(TREE[kind], errors.ModelError) and len(call.args) > 2 and isinstance(call.args[2], ast.Constant):
        return errors.MODEL_CODES.get(str(call.args[2].value), TREE[kind].code)
    return TREE[kind].code


def pattern(words: ast.expr | None) -> str:
    """What a literal or f-string may say; anything where it is neither."""
    if isinstance(words, ast.Constant):
        return re.escape(" ".join(str(words.value).split()))
    if isinstance(words, ast.JoinedStr):
        return "".join(pattern(part) if isinstance(part, ast.Constant) else ".*" for part in words.values)
    return ".*"


def line_of(kind: str, call: ast.Call) -> re.Pattern[str]:
    message, *rest = call.args[1:] if kind in ("EditError", "ForgeError") else call.args
    if kind == "LimitExceeded" or not rest:
        return re.compile(".*" if kind == "LimitExceeded" else pattern(message))
    remedy = pattern(rest[0])
    return re.compile(f"{pattern(message)}(: .*)?" if remedy == ".*" else f"{pattern(message)}: {remedy}")


@cache
def raised() -> list[Raised]:
    return [Raised(place, code_of(kind, call), line_of(kind, call)) for place, kind, call in calls()]


def test_every_error_that_is_raised_has_a_page() -> None:
    assert len(raised()) > 300
    assert not [each.place for each in raised() if each.code and not (PAGES / f"{each.code}.md").is_file()]


def test_every_class_and_reason_has_a_page() -> None:
    maps = (errors.EDIT_CODES, errors.LIMIT_CODES, errors.MODEL_CODES, errors.FORGE_CODES)
    codes = {kind.code for kind in TREE.values()} | {code for each in maps for code in each.values()}
    assert codes <= {page.stem for page in PAGES.glob("PA*.md")}


@pytest.mark.parametrize("page", sorted(PAGES.glob("PA*.md")), ids=lambda page: page.stem)
def test_every_page_is_of_an_error_that_is_raised(page: Path) -> None:
    assert page.stem in SAID_ELSEWHERE | {each.code for each in raised()}


@pytest.mark.parametrize("page", sorted(PAGES.glob("PA*.md")), ids=lambda page: page.stem)
def test_a_page_shows_a_line_as_it_is_printed_and_says_what_to_do(page: Path) -> None:
    heading, _, example, *rest = page.read_text("utf-8").splitlines()
    assert heading.startswith(f"# {page.stem}: ")
    assert example.startswith("    perfagent: ") and example.endswith(f" [{page.stem}]")
    said = example.removeprefix("    perfagent: ").removesuffix(f" [{page.stem}]")
    mine = [each.line for each in raised() if each.code == page.stem]
    assert page.stem in SAID_ELSEWHERE or any(line.fullmatch(said) for line in mine), said
    assert [line for line in rest if line.startswith("## ")] == [
        "## What it means", "## Why it happens", "## What to do",
    ]  # fmt: skip
    assert [line for line in rest if line.startswith("- ")]


def test_the_index_lists_every_page() -> None:
    listed = re.findall(r"^\| \[(PA\d{3})\]\(\1\.md\) \| (.+) \|$", (PAGES / "index.md").read_text("utf-8"), re.M)
    pages = sorted(PAGES.glob("PA*.md"))
    assert listed == [(page.stem, page.read_text("utf-8").splitlines()[0].partition(": ")[2]) for page in pages]


def test_a_code_given_is_the_errors_and_its_line_stays_as_it_was() -> None:
    plain = errors.RepositoryError("no", "do this")
    exact = errors.RepositoryError("no", "do this", code="PA202")
    assert (plain.code, exact.code) == ("PA200", "PA202")
    assert str(plain) == str(exact) == "no: do this"


def test_reasons_choose_the_code() -> None:
    assert errors.EditError("ambiguous", "x").code == "PA805"
    assert errors.LimitExceeded("disk", 1, 2).code == "PA012"
    assert errors.ModelError("x", reason="auth").code == "PA702"
    assert errors.ModelError("x", reason="cannot be known").code == "PA700"
    assert errors.ModelContextExceeded("x", "", "context").code == "PA706"
