"""What passes between perfagent and a forge, in words that hold for GitHub, GitLab and a folder of patches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

#: `gone` means closed without having been merged.
PullState = Literal["open", "merged", "gone"]


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as its forge describes it.

    Attributes:
        full_name: `owner/name`; on GitLab the whole path with its groups.
        web_url: the page a person opens, without a slash at its end.
        clone_url: over https, without credentials.
        can_push: whether the token's owner may push; None when the forge does not say, as for tokens of apps.
    """

    full_name: str
    default_branch: str
    web_url: str
    clone_url: str
    private: bool = False
    archived: bool = False
    can_push: bool | None = None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request, or GitLab's merge request.

    Attributes:
        number: within the repository; on GitLab the `iid`.
        title: without GitLab's `Draft:`, which `draft` says.
        head_sha: full id of the commit its branch pointed to when it was last seen.
        author: login of who opened it.
        from_fork: whether its branch lives in another repository, where anybody may have made it.
    """

    number: int
    url: str
    title: str
    body: str
    state: PullState
    draft: bool
    head_branch: str
    head_sha: str
    base_branch: str
    labels: tuple[str, ...] = ()
    author: str = ""
    from_fork: bool = False


@dataclass(frozen=True, slots=True)
class NewPull:
    """A pull request to be opened from a branch of the repository itself, pushed before; `head_sha` is its commit."""

    head_branch: str
    head_sha: str
    base_branch: str
    title: str
    body: str
    draft: bool = True


@dataclass(frozen=True, slots=True)
class PullChange:
    """What is to become of a pull request; None leaves as is. Whether it is a draft cannot be changed over REST."""

    title: str | None = None
    body: str | None = None
    base_branch: str | None = None
    state: Literal["open", "closed"] | None = None

    def applied_to(self, pull: PullRequest) -> PullRequest:
        """The pull request after the change."""
        states: dict[str | None, PullState] = {None: pull.state, "open": "open", "closed": "gone"}
        return replace(
            pull,
            title=pull.title if self.title is None else self.title,
            body=pull.body if self.body is None else self.body,
            base_branch=pull.base_branch if self.base_branch is None else self.base_branch,
            state=states[self.state],
        )


@dataclass(frozen=True, slots=True)
class Label:
    """A label; `color` is six hexadecimal digits, used only when the repository does not have the label yet."""

    name: str
    color: str = "ededed"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request; `ours` when the token's owner wrote it."""

    id: int
    body: str
    author: str
    url: str
    ours: bool


@dataclass(frozen=True, slots=True)
class BranchUpdate:
    """A branch to be moved on the forge.

    Attributes:
        branch: its short name, such as `perfagent/unique-1a2b3c4d`.
        commit: full id of what it is to point to.
        expected: full id of what it must point to until then, empty when it must not exist yet.
    """

    branch: str
    commit: str
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """One thing that leaves the machine and changes something.

    Attributes:
        method: of HTTP, `push` for git, `write` for a file.
        url: where to; never with credentials. Of what a dry run only imagines, `{number of BRANCH}` stands for the
            number.
        body: the JSON document; for a push `{"branches": [{"branch", "commit", "expected"}]}`, for a file
            `{"text"}`.
    """

    method: str
    url: str
    body: Mapping[str, Any]
