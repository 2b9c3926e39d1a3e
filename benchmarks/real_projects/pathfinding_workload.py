"""pathfinding: ways through a warehouse."""

from __future__ import annotations

import random

from pathfinding.core.diagonal_movement import DiagonalMovement
from pathfinding.core.grid import Grid
from pathfinding.finder.a_star import AStarFinder


def setup() -> tuple[list[list[int]], list[tuple[int, int, int, int]]]:
    """A plan of 80 by 80 squares, a quarter of them shelves, and three errands."""
    dice = random.Random(59)
    plan = [[0 if dice.random() < 0.25 else 1 for _ in range(80)] for _ in range(80)]
    errands = [(0, 0, 79, 79), (79, 0, 0, 79), (0, 40, 79, 35)]
    for column, row, to_column, to_row in errands:
        plan[row][column] = plan[to_row][to_column] = 1
    return plan, errands


def workload(data: tuple[list[list[int]], list[tuple[int, int, int, int]]]) -> list[int]:
    """The length of the shortest way of each errand."""
    plan, errands = data
    lengths = []
    for column, row, to_column, to_row in errands:
        grid = Grid(matrix=plan)
        finder = AStarFinder(diagonal_movement=DiagonalMovement.never)
        path, _ = finder.find_path(grid.node(column, row), grid.node(to_column, to_row), grid)
        lengths.append(len(path))
    return lengths
