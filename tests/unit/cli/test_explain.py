from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.cli.explain import explain, known_codes, pages
from perfagent.tools.errors import UsageError

ROOT = Path(__file__).parents[3]
Shown = Callable[[], str]


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Shown:
    return lambda: capsys.readouterr().out


@pytest.mark.parametrize("written", ["PA202", "pa202", "[PA202]"])
def test_a_code_shows_its_page_as_it_is(written: str, shown: Shown) -> None:
    explain(written)
    assert shown() == (ROOT / "docs/errors/PA202.md").read_text("utf-8")


def test_without_a_code_all_are_listed(shown: Shown) -> None:
    explain(None)
    lines = shown().splitlines()
    assert len(lines) == len(pages()) > 50
    assert "PA202  Uncommitted changes" in lines


@pytest.mark.parametrize("code", ["PA9999", "../../README", "index", ""])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(UsageError, match="there is no error code"):
        explain(code)


def test_the_shell_is_told_codes_with_their_titles() -> None:
    assert ("PA202", "Uncommitted changes") in known_codes("pa20")
    assert known_codes("PA99") == []
