import subprocess
from pathlib import Path

import pytest

from perfagent.agent.publishing import Route, open_forge, wishes_for
from perfagent.tools.errors import UsageError
from perfagent.tools.report import Result
from perfagent.tools.repository import Author

TOKENS = {"GITHUB_TOKEN": "t", "GITLAB_TOKEN": "t"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A finished run on a repository without remotes."""
    root = tmp_path / "words"
    subprocess.run(["git", "init", "-q", root], check=True)
    kept = tmp_path / "run"
    kept.mkdir()
    result = Result(command="run", run_id="r", run_dir=str(kept), repository=str(root), status="completed", verdict="")
    (kept / "result.json").write_text(result.to_json())
    return kept


def origin(folder: Path, url: str) -> None:
    subprocess.run(["git", "-C", folder.parent / "words", "remote", "add", "origin", url], check=True)


@pytest.mark.parametrize(
    ("url", "forge"),
    [
        ("git@github.com:acme/words.git", "github"),
        ("https://github.com/acme/words", "github"),
        ("ssh://git@gitlab.com:2222/group/sub/words.git", "gitlab"),
    ],
)
def test_the_forge_is_told_from_the_origin(folder: Path, url: str, forge: str) -> None:
    origin(folder, url)
    assert open_forge(folder, Route(), TOKENS).name == forge


@pytest.mark.parametrize("host", ["code.example.org", "github.example.org", "gitlab.example.org"])
def test_no_token_goes_to_a_host_that_nobody_named(folder: Path, host: str) -> None:
    origin(folder, f"git@{host}:acme/words.git")
    with pytest.raises(UsageError, match=f"{host}.* give --forge github or gitlab"):
        open_forge(folder, Route(), TOKENS)
    assert open_forge(folder, Route(forge="gitlab"), TOKENS).name == "gitlab"


def test_what_ci_says_stands_in_for_an_origin(folder: Path) -> None:
    with pytest.raises(UsageError, match="give --forge"):
        open_forge(folder, Route(), TOKENS)
    assert open_forge(folder, Route(), {**TOKENS, "GITHUB_REPOSITORY": "acme/words"}).name == "github"
    assert open_forge(folder, Route(), {**TOKENS, "CI_PROJECT_PATH": "acme/words"}).name == "gitlab"


@pytest.mark.parametrize(
    ("route", "said"),
    [
        (Route(forge="bitbucket"), "there is no forge 'bitbucket'"),
        (Route(forge="patches"), "--out and --forge patches belong together"),
        (Route(out=Path("x")), "--out and --forge patches belong together"),
        (Route(forge="github"), "give --repo OWNER/NAME"),
        (Route(forge="github", repo="words"), "give --repo OWNER/NAME"),
        (Route(forge="github", repo="a/b", api_url="http://example.org"), "unencrypted"),
    ],
)
def test_what_does_not_go_together_is_refused(folder: Path, route: Route, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        open_forge(folder, route, TOKENS)


def test_flags_come_before_the_environment_and_the_repository(folder: Path) -> None:
    (folder.parent / "words" / "pyproject.toml").write_text(
        '[tool.perfagent]\npull-labels = ["speed"]\npull-max-open = 5\npull-ready = true\n'
    )
    wishes = wishes_for(folder, {"pull_max_open": 7, "patches": ["1"], "again": True}, {"PERFAGENT_PULL_MAX_OPEN": "6"})
    assert (wishes.labels, wishes.max_open, wishes.ready, wishes.again) == (("speed",), 7, True, True)
    assert wishes_for(folder, {}, {"PERFAGENT_PULL_LABELS": "a;b"}).labels == ("a", "b")
    assert wishes_for(folder, {"pull_max_open": None}, {}).max_open == 5


def test_a_run_that_is_none_has_no_patches(folder: Path) -> None:
    result = Result.model_validate_json((folder / "result.json").read_text())
    (folder / "result.json").write_text(result.model_copy(update={"command": "verify"}).to_json())
    with pytest.raises(UsageError, match="is a verify"):
        wishes_for(folder, {}, {})


def test_the_users_own_name_commits(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert wishes_for(folder, {}, {}).author == Author()
    assert wishes_for(folder, {}, {"GITHUB_ACTIONS": "true"}).author.name == "github-actions[bot]"
    (tmp_path / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.org\n")
    assert wishes_for(folder, {}, {}).author == Author("Ada", "ada@example.org")
