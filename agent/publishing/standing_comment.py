"""The one comment that tells a reviewer when a pull request lost its proof, and when it has it again."""

from __future__ import annotations

from perfagent.agent.publishing.defusing import prose

STANDING = "<!-- perfagent:standing -->"


def no_longer_proved(reason: str) -> str:
    """The comment when the base moved and the gain could not be shown there.

    Args:
        reason: ends the sentence "This change ...".
    """
    return (
        f"{STANDING}\nThe base branch moved. This change {prose(reason, 400)}.\n\n"
        "The figures above are those of the commit it was proposed on. Its branch was left as it is.\n"
    )


def proved_again(base: str) -> str:
    """The comment once the gain was shown on the base as it is now."""
    return f"{STANDING}\nRebased onto `{base}` and verified again; the figures above are those.\n"
