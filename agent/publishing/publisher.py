"""Which of a run's patches become pull requests, and what happens to those that are open already.

Every step asks the forge first and sends only what is missing, so that a session that was killed anywhere is repeated
without sending anything twice: the commit is a function of the proof, the branch of the change, and the pull request
is found by its mark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfagent.agent.publishing.body import Picture, Told, body
from perfagent.agent.publishing.clone import Clone, Head
from perfagent.agent.publishing.commands import repeating
from perfagent.agent.publishing.defusing import clean
from perfagent.agent.publishing.identity import CHART_BRANCH, Mark, branch_name, read_mark, replaced
from perfagent.agent.publishing.ledger import Ledger
from perfagent.agent.publishing.message import commit_message, title
from perfagent.agent.publishing.pictures import Drawing, drawing
from perfagent.agent.publishing.proving import Prover, Unproved
from perfagent.agent.publishing.records import Offer, Outcome, Proof, Published, Wishes
from perfagent.agent.publishing.standing_comment import STANDING, no_longer_proved, proved_again
from perfagent.tools.errors import ForgeError
from perfagent.tools.forge import BranchUpdate, Forge, NewPull, PullChange, PullRequest, Repository


@dataclass(frozen=True, slots=True)
class Ours:
    """A pull request of ours on the forge."""

    pull: PullRequest
    mark: Mark

    def is_for(self, offer: Offer) -> bool:
        """Whether it proposes the same change, or the same idea in other words."""
        return self.mark.diff_key == offer.diff_key or self.mark.idea_key == offer.idea_key


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A patch ready to be sent."""

    proof: Proof
    commit: str
    updates: tuple[BranchUpdate, ...]
    body: str


class Publisher:
    """Proposes one run's patches.

    Args:
        forge: where to.
        clone: the run's repository.
        prover: of the run's patches.
        ledger: what earlier sessions sent.
        wishes: how.
    """

    def __init__(self, forge: Forge, clone: Clone, prover: Prover, ledger: Ledger, wishes: Wishes) -> None:
        self.forge = forge
        self.clone = clone
        self.prover = prover
        self.ledger = ledger
        self.wishes = wishes
        default = _usable(forge.repository()).default_branch
        self.base = wishes.base or default
        self._ours: list[Ours] = []

    def publish(self, offers: Sequence[Offer]) -> tuple[Published, ...]:
        """Propose patches, those that are open first and then the best; told in the order it was done in.

        Raises:
            ForgeError: the forge refuses or cannot be reached.
            PerfagentError: a patch could not be measured.
        """
        self._ours = [Ours(pull, mark) for pull in self.forge.pulls() if (mark := _mark_of(pull)) is not None]
        ranked = sorted(offers, key=lambda offer: (self._open_for(offer) is None, -_gain(offer)))
        return tuple(self._published(offer) for offer in ranked)

    def _published(self, offer: Offer) -> Published:
        """What becomes of one patch."""
        there = self._open_for(offer)
        try:
            if there is not None:
                return self._refreshed(offer, there)
            return self._closed(offer) or self._opened(offer)
        except Unproved as error:
            outcome: Outcome = "merged" if error.merged else "waiting" if error.waits else "unproved"
            return self._told(offer, outcome, error.message)

    def _open_for(self, offer: Offer) -> Ours | None:
        """The open pull request for a patch, that of the very change first."""
        found = [ours for ours in self._ours if ours.pull.state == "open" and ours.is_for(offer)]
        return min(found, key=lambda ours: ours.mark.diff_key != offer.diff_key, default=None)

    def _closed(self, offer: Offer) -> Published | None:
        """Why a patch without an open pull request is not proposed; None when it may be."""
        for ours in self._ours:
            exact = ours.mark.diff_key == offer.diff_key
            if ours.pull.state == "merged" and exact:
                return self._told(offer, "merged", f"#{ours.pull.number} was merged", ours.pull)
            if ours.pull.state == "gone" and ours.is_for(offer) and not self.wishes.again:
                what = "it" if exact else "the same idea"
                told = f"#{ours.pull.number} proposed {what} and was closed; --again proposes it once more"
                return self._told(offer, "refused", told, ours.pull)
        count = sum(ours.pull.state == "open" for ours in self._ours)
        if count >= self.wishes.max_open:
            told = f"{count} pull requests are open, and --max-open is {self.wishes.max_open}"
            return self._told(offer, "waiting", told)
        return None

    def _opened(self, offer: Offer) -> Published:
        """A new pull request for a patch."""
        branch = branch_name(offer.patch.idea, offer.diff_key)
        there = self._head(branch, self.base)
        if there is not None and not self._is_ours(there, offer):
            return self._told(offer, "left", f"the branch {branch} has commits of others; delete or rename it")
        proof = self.prover.prove(offer, self._base_head(self.base), self.base)
        ready = self._prepared(offer, proof, branch, there)
        self._push(ready, branch)
        new = NewPull(branch, ready.commit, self.base, title(offer), ready.body, draft=not self.wishes.ready)
        self.ledger.intend("open", branch, commit=ready.commit)
        pull = self.forge.open_pull(new)
        self.ledger.done("open", branch, number=pull.number)
        self._ours.append(Ours(pull, Mark(offer.patch.id, offer.diff_key, offer.idea_key, ready.commit)))
        self._label(pull, branch)
        return replace(self._told(offer, "opened", "", pull), commit=ready.commit)

    def _refreshed(self, offer: Offer, ours: Ours) -> Published:
        """An open pull request, brought onto its base as it is now where it is not there yet."""
        pull, branch = ours.pull, ours.pull.head_branch
        if ours.mark.diff_key != offer.diff_key:
            return self._told(offer, "waiting", f"#{pull.number} proposes the same idea", pull)
        there = self._head(branch, pull.base_branch)
        if there is None or not self._is_ours(there, offer):
            told = "its branch is gone" if there is None else "others have worked on its branch"
            return self._told(offer, "left", f"{told}; #{pull.number} is left to them", pull)
        base = self._base_head(pull.base_branch)
        if there.parents == (base,) and ours.mark.head == there.commit:
            self._label(pull, branch)
            return replace(self._told(offer, "unchanged", "", pull), commit=there.commit)
        try:
            proof = self.prover.prove(offer, base, pull.base_branch)
        except Unproved as error:
            self._comment(pull.number, branch, no_longer_proved(error.message))
            return self._told(offer, "unproved", f"#{pull.number} {error.message}", pull)
        ready = self._prepared(offer, proof, branch, there)
        self._push(ready, branch)
        self.ledger.intend("update", branch, number=pull.number)
        self.forge.update_pull(pull.number, PullChange(body=replaced(pull.body, ready.body)))
        self.ledger.done("update", branch, number=pull.number)
        if any(comment.ours and STANDING in comment.body for comment in self.forge.comments(pull.number)):
            self._comment(pull.number, branch, proved_again(base))
        self._label(pull, branch)
        return replace(self._told(offer, "updated", "", pull), commit=ready.commit)

    def _prepared(self, offer: Offer, proof: Proof, branch: str, there: Head | None) -> _Prepared:
        """The commit, what has to be pushed for it, and the text."""
        message = commit_message(offer, proof, self.wishes.co_authors, self.wishes.author)
        commit = self.clone.commit(proof, message, self.wishes.author)
        updates = []
        if there is None or there.commit != commit:
            updates.append(BranchUpdate(branch, commit, there.commit if there else ""))
        chart = None
        if picture := drawing(offer, proof):
            chart_commit, update = self._chart(offer, picture)
            updates += [update] if update else []
            url = self.forge.image_url(chart_commit, picture.path)
            chart = Picture(url, picture.alt) if url else None
            updates = updates if url else [each for each in updates if each.branch != CHART_BRANCH]
        commands = repeating(proof.result, branch, proof.base, commit, mailed=self.forge.name == "patches")
        return _Prepared(proof, commit, tuple(updates), body(offer, proof, Told(commit, commands, chart)))

    def _chart(self, offer: Offer, picture: Drawing) -> tuple[str, BranchUpdate | None]:
        """The commit that has a chart, and the push that brings it there where it is not yet."""
        head = self.clone.fetch(CHART_BRANCH)
        commit = self.clone.with_file(head, picture.path, picture.png, f"Chart of {offer.key}")
        if head is not None and self.clone.has(head, commit):
            return commit, None
        return commit, BranchUpdate(CHART_BRANCH, commit, head or "")

    def _push(self, ready: _Prepared, branch: str) -> None:
        if not ready.updates:
            return
        self.ledger.intend("push", branch, commit=ready.commit)
        self.forge.push(self.clone.git, ready.updates)
        self.ledger.done("push", branch, commit=ready.commit)
        self.clone.pushed(ready.updates)

    def _label(self, pull: PullRequest, branch: str) -> None:
        """Labels on what this run opened, once: whoever takes one off later does not find it back."""
        lacking = [label for label in self.wishes.label_records() if label.name not in pull.labels]
        if self.ledger.owes("label", "open", branch):
            self.forge.add_labels(pull.number, lacking)
            self.ledger.done("label", branch, number=pull.number)

    def _comment(self, number: int, branch: str, text: str) -> None:
        self.ledger.intend("comment", branch, number=number)
        self.forge.put_comment(number, STANDING, text)
        self.ledger.done("comment", branch, number=number)

    def _head(self, branch: str, base: str) -> Head | None:
        """What a branch points to, with what it stands on fetched before; None without the branch."""
        self._base_head(base)
        commit = self.clone.fetch(branch)
        return self.clone.head(commit) if commit else None

    def _is_ours(self, head: Head, offer: Offer) -> bool:
        """Whether a branch has one commit, of ours and for this change, upon something of the base branch."""
        return head.untouched and head.key.startswith(f"{offer.diff_key}-") and len(head.parents) == 1

    def _base_head(self, branch: str) -> str:
        """Full id of the commit that a base branch points to.

        Raises:
            ForgeError: there is no such branch.
        """
        found = self.clone.fetch(branch)
        if found is None:
            raise ForgeError("missing", f"the repository has no branch {branch!r}", "give one it has with --base")
        return found

    @staticmethod
    def _told(offer: Offer, outcome: Outcome, reason: str, pull: PullRequest | None = None) -> Published:
        branch = pull.head_branch if pull else ""
        number = pull.number if pull and pull.number > 0 else None
        url = pull.url if pull else ""
        return Published(offer.patch.id, clean(offer.patch.idea), outcome, reason, branch, number, url)


def _mark_of(pull: PullRequest) -> Mark | None:
    """The mark of a pull request of ours; a branch of a fork may carry anything, so it is none."""
    return None if pull.from_fork else read_mark(pull.body)


def _gain(offer: Offer) -> float:
    """What a patch is proved to gain at least, as the logarithm of the interval's lower end."""
    patch = offer.patch
    low = patch.interval[0] if patch.interval else patch.speedup or 1.0
    return math.log(max(low, 1e-9))


def _usable(repository: Repository) -> Repository:
    """The repository, if it takes branches.

    Raises:
        ForgeError: it is archived, or the token may not push.
    """
    if repository.archived:
        raise ForgeError("forbidden", f"{repository.full_name} is archived: nothing can be proposed there")
    if repository.can_push is False:
        remedy = "use a token with write access, or --forge patches for mails to send"
        raise ForgeError("forbidden", f"the token may not push to {repository.full_name}", remedy)
    return repository
