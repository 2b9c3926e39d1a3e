"""Walks over a moor of any size: `size` is the number of its cairns."""

import random

from fieldnotes import walking_order
from fieldnotes.trails import dead_ends


def setup(size=400):
    dice = random.Random(19)
    ways = {f"cairn {number}": [] for number in range(size)}
    for number in range(1, size):
        # A way to one of the cairns put up before it.
        here, there, length = f"cairn {number}", f"cairn {dice.randrange(number)}", dice.uniform(0.2, 1.5)
        ways[here].append((there, length))
        ways[there].append((here, length))
    return ways


def workload(trails):
    return walking_order(trails, "cairn 0"), dead_ends(trails)
