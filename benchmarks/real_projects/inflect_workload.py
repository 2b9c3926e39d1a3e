"""inflect: plurals, articles and numbers in words for the nouns of a catalogue."""

from __future__ import annotations

import random

import inflect

NOUNS = (
    "book child wolf analysis city hero mouse bus church day focus index knife leaf matrix ox person quiz "
    "sheep tooth umbrella virus woman box fly glass half criterion datum engine garden house island "
    "journey kite lamp mountain needle orange paper question river stone table uniform village window zebra"
).split()
ADJECTIVES = "small old red hollow wooden Danish unusual honest European early".split()


def setup() -> list[tuple[str, int]]:
    """Nine hundred noun phrases with how many there are."""
    dice = random.Random(3)
    phrases = [*NOUNS, *(f"{dice.choice(ADJECTIVES)} {dice.choice(NOUNS)}" for _ in range(850))]
    return [(phrase, dice.randint(1, 120)) for phrase in phrases]


def workload(data: list[tuple[str, int]]) -> list[str]:
    """The lines of the stock list."""
    engine = inflect.engine()
    lines = []
    for phrase, count in data:
        lines.append(f"{engine.a(phrase)}: {engine.number_to_words(count)} {engine.plural_noun(phrase, count)}")
        lines.append(engine.plural(phrase))
    return lines
