"""A budget of characters, spent on what is most valuable first."""

from __future__ import annotations

#: Characters of all facts together: about 12 000 tokens of code and prose at 3.6 characters a token
#: (docs/prompts.md). More would leave cheap models little room, and push the task out of sight.
FACTS_CHARACTERS = 43_000


#: Characters of the profile's table, headings and fixed words, which are not counted one by one.
WORDS_CHARACTERS = 5_000


class Budget:
    """What is left of a number of characters, and what did not fit.

    Args:
        characters: how many there are.
    """

    def __init__(self, characters: int = FACTS_CHARACTERS - WORDS_CHARACTERS) -> None:
        self.left = characters
        self._missing: dict[str, int] = {}

    def fits(self, kind: str, text: str) -> bool:
        """Whether a text fits; it is paid for when it does, and remembered as missing when not.

        Args:
            kind: what it is, in the plural, for `left_out`.
        """
        if len(text) <= self.left:
            self.left -= len(text)
            return True
        self._missing[kind] = self._missing.get(kind, 0) + 1
        return False

    def cut(self, text: str, most: int, what: str) -> str:
        """The text's beginning in whole lines, within `most` characters and what is left; paid for.

        Args:
            what: named in the line that says that something is missing.
        """
        most = min(most, self.left)
        if len(text) > most:
            kept = text[:most].rpartition("\n")[0]
            missing = text.rstrip("\n").count("\n", len(kept) + 1) + 1
            text = f"{kept}\n[cut: {missing} more lines of {what}]" if kept else ""
        self.left -= min(len(text), self.left)
        return text

    @property
    def left_out(self) -> str:
        """One line on what did not fit; empty when everything did."""
        parts = [f"{kind} ({count})" for kind, count in self._missing.items()]
        return f"Left out for length: {', '.join(parts)}." if parts else ""
