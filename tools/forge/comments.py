"""The one comment that is edited instead of repeated."""

from __future__ import annotations

from collections.abc import Iterable

from perfagent.tools.forge.records import Comment


def find_own(comments: Iterable[Comment], marker: str, body: str | None = None) -> Comment | None:
    """The oldest comment of ours that carries the marker, and says `body` when that is given.

    Anybody can write a marker into a comment; editing theirs would put our words under their name, and let them change
    these afterwards.
    """
    own = (each for each in comments if each.ours and marker in each.body)
    return next((each for each in own if body is None or same_text(each.body, body)), None)


def same_text(one: str, other: str) -> bool:
    """Whether two texts are one, but for the line ends and outer blanks that forges change."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
