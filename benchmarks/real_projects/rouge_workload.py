"""rouge: scoring summaries against references."""

from __future__ import annotations

import random

from rouge import Rouge

WORDS = "the council said a new bridge over river would open in spring after years and cost more".split()


def setup() -> tuple[list[str], list[str]]:
    """Eighty summaries and references of three sentences."""
    dice = random.Random(47)

    def text() -> str:
        return " . ".join(" ".join(dice.choice(WORDS) for _ in range(14)) for _ in range(3)) + " ."

    return [text() for _ in range(80)], [text() for _ in range(80)]


def workload(data: tuple[list[str], list[str]]) -> list[float]:
    """The F scores of every pair for words, pairs of words and longest common subsequences."""
    summaries, references = data
    scores = Rouge().get_scores(summaries, references)
    return [round(score[kind]["f"], 6) for score in scores for kind in ("rouge-1", "rouge-2")]
