import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.tools.errors import UsageError
from perfagent.tools.forge import Access, Place, api_url, find_token, read_remote


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://github.com/acme/words", Place("github.com", "acme/words")),
        ("https://github.com/acme/words.git/", Place("github.com", "acme/words")),
        ("https://x-access-token:secret@github.com/acme/words.git", Place("github.com", "acme/words")),
        ("git@github.com:acme/words.git", Place("github.com", "acme/words")),
        ("github.com:acme/words", Place("github.com", "acme/words")),
        ("ssh://git@ssh.github.com:443/acme/words.git", Place("ssh.github.com", "acme/words")),
        ("https://GitHub.Example.org:8443/acme/words", Place("github.example.org:8443", "acme/words")),
        ("git@gitlab.com:group/team/words.git", Place("gitlab.com", "group/team/words")),
        ("/srv/git/words.git", None),
        ("../words", None),
        ("file:///srv/git/words.git", None),
        ("https://github.com/words", None),
        ("https://github.com/acme/wo rds", None),
        ("git@github.com:acme/../../words", None),
        ("https://github.com/acme/.", None),
        ("git@github.com:acme/.github", Place("github.com", "acme/.github")),
        ("https://[github.com/acme/words", None),
        ("https://github.com:port/acme/words", None),
        ("", None),
    ],
)
def test_a_remote_names_its_place(url: str, place: Place | None) -> None:
    assert read_remote(url) == place


@pytest.mark.parametrize(
    ("host", "forge"),
    [
        ("github.com", "github"),
        ("ssh.github.com", "github"),
        ("acme.ghe.com", "github"),
        ("github.acme.org:8443", "github"),
        ("gitlab.com", "gitlab"),
        ("gitlab.acme.org", "gitlab"),
        ("git.acme.org", None),
        ("notgithub.com", None),
    ],
)
def test_a_hosts_name_tells_its_forge(host: str, forge: str | None) -> None:
    assert Place(host, "a/b").forge == forge


@pytest.mark.parametrize(
    ("forge", "host", "url"),
    [
        ("github", "github.com", "https://api.github.com"),
        ("github", "ssh.github.com", "https://api.github.com"),
        ("github", "acme.ghe.com", "https://api.acme.ghe.com"),
        ("github", "git.acme.org:8443", "https://git.acme.org:8443/api/v3"),
        ("gitlab", "gitlab.com", "https://gitlab.com/api/v4"),
    ],
)
def test_the_api_follows_from_the_host(forge, host: str, url: str) -> None:
    assert api_url(forge, host) == url


def test_a_given_address_goes_before_cis_and_both_before_the_hosts() -> None:
    ci = {"GITHUB_API_URL": "https://ci.example.org/api/v3/"}
    assert api_url("github", "github.com", "", ci) == "https://ci.example.org/api/v3"
    assert api_url("github", "github.com", "https://other.example.org", ci) == "https://other.example.org"
    assert api_url("gitlab", "gitlab.com", "", ci) == "https://gitlab.com/api/v4"


@pytest.mark.parametrize(
    "wrong",
    [
        "http://git.acme.org/api/v3",
        "ftp://x/y",
        "git.acme.org",
        "https://",
        "http://10.0.0.1",
        "https://[x",
        "https://x:y",
    ],
)
def test_the_token_never_travels_unencrypted(wrong: str) -> None:
    with pytest.raises(UsageError):
        api_url("github", "github.com", wrong)


@pytest.mark.parametrize("here", ["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"])
def test_this_machine_needs_no_encryption(here: str) -> None:
    assert api_url("github", "github.com", here) == here


def test_tokens_are_found_in_order_and_never_shown() -> None:
    assert find_token("github", {"GH_TOKEN": "b", "GITHUB_TOKEN": "a"}) == "a"
    assert find_token("github", {"GITHUB_TOKEN": "", "GH_TOKEN": "b\n"}) == "b"
    assert find_token("gitlab", {"GITHUB_TOKEN": "a", "CI_JOB_TOKEN": "c"}) == ""
    assert "s3cret" not in repr(Access("a/b", "https://x", "s3cret"))


@pytest.mark.parametrize("wrong", ["two words", "line\nbreak", "café", "nul\0"])
def test_what_cannot_be_a_token_is_not_sent_and_not_quoted(wrong: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_token("github", {"GITHUB_TOKEN": wrong})
    assert wrong not in str(caught.value)


@given(st.text(), st.sampled_from(["", "https://", "ssh://git@", "git@github.com:", "https://github.com/"]))
def test_no_address_is_too_odd(text: str, start: str) -> None:
    place = read_remote(start + text)
    assert place is None or ("/" in place.full_name and ".." not in place.full_name.split("/"))
