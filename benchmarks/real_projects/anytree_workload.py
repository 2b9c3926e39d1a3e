"""anytree: the levels and the drawing of a company's folders."""

from __future__ import annotations

import random

from anytree import LevelOrderGroupIter, Node, PreOrderIter, RenderTree


def setup() -> list[tuple[str, int]]:
    """Names with the number of their parent, parents first; the first is its own."""
    dice = random.Random(5)
    entries = [("root", 0)]
    entries += [(f"project {number:03d}", 0) for number in range(400)]
    entries += [(f"folder {number:03d}", dice.randint(1, 400)) for number in range(900)]
    entries += [(f"file {number:04d}", dice.randint(401, 1300)) for number in range(4000)]
    return entries


def workload(data: list[tuple[str, int]]) -> list[object]:
    """Names level by level, the drawing, and the depth of every file."""
    nodes = [Node(data[0][0])]
    for name, parent in data[1:]:
        nodes.append(Node(name, parent=nodes[parent]))
    levels = [[node.name for node in level] for level in LevelOrderGroupIter(nodes[0])]
    drawing = [prefix + node.name for prefix, _, node in RenderTree(nodes[0])]
    depths = [len(node.path) for node in PreOrderIter(nodes[0])]
    return [levels, drawing, depths]
