"""textdistance: matching misspelt street names with a register."""

from __future__ import annotations

import random

import textdistance

WORDS = "north south mill church station harbour castle bridge garden meadow king queen river hill".split()
KINDS = "street lane road square terrace avenue close".split()


def setup() -> list[tuple[str, str]]:
    """Two hundred pairs: a name with typing errors, and one from the register."""
    dice = random.Random(11)
    register = [f"{dice.choice(WORDS)} {dice.choice(WORDS)} {dice.choice(KINDS)}" for _ in range(60)]
    pairs = []
    for _ in range(200):
        letters = list(dice.choice(register))
        for _ in range(dice.randint(0, 3)):
            letters[dice.randrange(len(letters))] = dice.choice("abcdefghijklmnopqrstuvwxyz")
        pairs.append(("".join(letters), dice.choice(register)))
    return pairs


def workload(data: list[tuple[str, str]]) -> list[float]:
    """Three measures of every pair, in pure Python."""
    edits = textdistance.Levenshtein(external=False)
    swaps = textdistance.DamerauLevenshtein(external=False)
    jaro = textdistance.JaroWinkler(external=False)
    return [round(float(measure(*pair)), 9) for pair in data for measure in (edits, swaps, jaro)]
