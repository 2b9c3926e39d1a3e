"""pyspellchecker: corrections for a typed page."""

from __future__ import annotations

import random

from spellchecker import SpellChecker

PAGE = (
    "the harbour lay quiet in the morning while small boats returned with their catch and the keeper of the "
    "lighthouse climbed down the narrow stairs to welcome another visitor from the village across the water"
)


def setup() -> list[str]:
    """Eighteen words, most with one wrong letter, a few with two."""
    dice = random.Random(43)
    words: list[str] = []
    for word in dice.sample([word for word in PAGE.split() if len(word) > 3], 18):
        letters = list(word)
        for _ in range(2 if len(words) % 9 == 0 else 1):
            letters[dice.randrange(len(letters))] = dice.choice("etaoinshrdlu")
        words.append("".join(letters))
    return words


def workload(data: list[str]) -> list[str]:
    """The likeliest words according to a dictionary made from the page itself."""
    checker = SpellChecker(language=None, case_sensitive=True)
    checker.word_frequency.load_text(PAGE)
    return [str(checker.correction(word) or word) for word in data]
