"""What is asked for when patches become pull requests, and what became of each."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from perfagent.agent.settings import MOST_OPEN_PULLS, PULL_LABELS
from perfagent.tools.forge import Label
from perfagent.tools.report import PatchReport, Result, Samples
from perfagent.tools.repository import Author

#: Colours for the labels a repository does not have yet, with what they mean.
LABEL_LOOKS = {
    "performance": ("0e8a16", "Makes something faster or smaller"),
    "perfagent": ("5b21b6", "Proposed by perfagent, with its measurement"),
}

#: What became of a patch: `opened`, `updated` and `unchanged` are open now; `waiting` for room or for another patch;
#: `refused` earlier by a person; `merged` already; `left` alone because others work on its branch; `unproved` on the
#: base as it is now.
Outcome = Literal["opened", "updated", "unchanged", "waiting", "refused", "merged", "left", "unproved"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a run's patches are to be proposed.

    Attributes:
        base: branch to propose for; the repository's default one when empty.
        patches: ids of the run's patches to propose; all when empty.
        ready: open for review at once instead of as drafts.
        max_open: pull requests of ours that may be open at once.
        labels: put on new pull requests.
        author: who the commits name.
        co_authors: further people the commits name, as `Name <mail>`.
        again: propose also what was refused.
    """

    base: str = ""
    patches: tuple[str, ...] = ()
    ready: bool = False
    max_open: int = MOST_OPEN_PULLS
    labels: tuple[str, ...] = PULL_LABELS
    author: Author = field(default_factory=Author)
    co_authors: tuple[str, ...] = ()
    again: bool = False

    def label_records(self) -> tuple[Label, ...]:
        """The labels with how they look where they are new."""
        return tuple(Label(name, *LABEL_LOOKS.get(name, ())) for name in self.labels)


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one patch.

    Attributes:
        patch: its id in the run.
        reason: one line, unless the outcome says it all.
        commit: what its branch points to; empty when nothing of it is on the forge.
    """

    patch: str
    title: str
    outcome: Outcome
    reason: str = ""
    branch: str = ""
    number: int | None = None
    url: str = ""
    commit: str = ""

    def to_json(self) -> dict[str, Any]:
        """The record as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves one patch on one commit of the base branch.

    Attributes:
        base: full id of that commit.
        diff: the change against it.
        result: the verdict with its figures, of this patch alone.
        samples: the pairs behind it, where they were kept.
        date: when it was measured, ISO 8601; a function of the measurement, so that the commit is one too.
        scripts: name and text of benchmarks that are not of the repository.
    """

    base: str
    diff: str
    result: Result
    samples: Samples | None
    date: str
    scripts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A patch of a run with what tells it from others.

    Attributes:
        diff_key: of what it changes, wherever the lines stand.
        idea_key: of where and by what means it changes something, however it is written.
        parent: the commit it was accepted on.
        names: the functions it changes, without their modules.
        run_id: whose patch it is.
    """

    patch: PatchReport
    diff_key: str
    idea_key: str
    parent: str
    names: tuple[str, ...]
    run_id: str

    @property
    def key(self) -> str:
        """Both keys as a pull request carries them."""
        return f"{self.diff_key}-{self.idea_key}"
