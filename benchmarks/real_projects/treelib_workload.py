"""treelib: walking, searching and pruning an organisation chart."""

from __future__ import annotations

import random

from treelib import Tree


def setup() -> list[tuple[str, str | None]]:
    """Identifiers with the identifier of their parent, parents first."""
    dice = random.Random(7)
    names = ["head"]
    chart: list[tuple[str, str | None]] = [("head", None)]
    for number in range(1, 3600):
        parent = names[dice.randrange(max(1, len(names) // 12))]
        names.append(f"person {number:04d}")
        chart.append((names[-1], parent))
    return chart


def workload(data: list[tuple[str, str | None]]) -> list[object]:
    """Both walks, the leaves below the larger teams, the deepest level, and what a closed team leaves behind."""
    tree = Tree()
    for name, parent in data:
        tree.create_node(name, name, parent=parent)
    deep = list(tree.expand_tree(mode=Tree.DEPTH))
    wide = list(tree.expand_tree(mode=Tree.WIDTH))
    leaves = [len(tree.leaves(name)) for name, _ in data[1:20]]
    removed = tree.remove_node(data[5][0])
    return [deep, wide, leaves, tree.depth(), removed, len(tree)]
