"""wcwidth: the columns that lines of mixed scripts take in a terminal."""

from __future__ import annotations

import random

from wcwidth import wcswidth

SCRIPTS = (
    [chr(code) for code in range(0x61, 0x7B)] * 6,
    [chr(code) for code in range(0x430, 0x450)],
    [chr(code) for code in range(0x4E00, 0x4E80)],
    [chr(code) for code in range(0x3042, 0x3090)],
    ["e\u0301", "a\u0308", "\u00e9", "\u00fc", "\u2014", " "],
)


def setup() -> list[str]:
    """Two thousand lines of forty letters, most of them in one script."""
    dice = random.Random(13)
    lines = []
    for _ in range(2000):
        letters = dice.choice(SCRIPTS[:4])
        lines.append("".join(dice.choice(letters if dice.random() < 0.8 else SCRIPTS[4]) for _ in range(40)))
    return lines


def workload(data: list[str]) -> list[int]:
    """The width of every line."""
    return [wcswidth(line) for line in data]
