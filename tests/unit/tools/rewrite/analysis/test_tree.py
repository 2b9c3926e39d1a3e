from __future__ import annotations

import libcst as cst
import pytest

from perfagent.tools.rewrite.analysis.tree import ModuleTree

SOURCE = """\
# é
class A:
    @decorated
    def f(self, xs=[1]):
        for x in xs:  # all
            while x:
                x = (x +
                     1)
"""


@pytest.fixture
def tree() -> ModuleTree:
    return ModuleTree(SOURCE)


def test_code_keeps_parentheses_and_span_leaves_them(tree: ModuleTree) -> None:
    [sum_] = tree.nodes(cst.BinaryOperation)
    assert tree.code(sum_).startswith("(x +")
    assert tree.slice(*tree.span(sum_)).startswith("x +")


def test_lines_count_from_one_also_after_other_letters(tree: ModuleTree) -> None:
    assert tree.line(tree.nodes(cst.For)[0]) == 5


def test_qualname_and_function(tree: ModuleTree) -> None:
    [loop] = tree.nodes(cst.For)
    assert tree.qualname(loop) == "A.f"
    assert tree.function_of(tree.nodes(cst.List)[0]) is None


def test_loops_come_innermost_first(tree: ModuleTree) -> None:
    [sum_] = tree.nodes(cst.BinaryOperation)
    assert [type(loop) for loop in tree.loops(sum_)] == [cst.While, cst.For]


def test_the_iterable_is_not_repeated_by_its_loop(tree: ModuleTree) -> None:
    assert list(tree.loops(tree.nodes(cst.For)[0].iter)) == []


def test_indentation_is_none_behind_other_code() -> None:
    tree = ModuleTree("if x: y = 1\n")
    assert tree.indentation(tree.nodes(cst.Assign)[0]) is None


def test_comments_are_seen(tree: ModuleTree) -> None:
    start, end = tree.span(tree.nodes(cst.For)[0])
    assert tree.has_comment(start, end)


def test_atoms_need_no_parentheses() -> None:
    tree = ModuleTree("a + b\nf(x)\n")
    assert tree.atom(tree.nodes(cst.BinaryOperation)[0]) == "(a + b)"
    assert tree.atom(tree.nodes(cst.Call)[0]) == "f(x)"


def test_what_is_not_python_raises() -> None:
    with pytest.raises(cst.ParserSyntaxError):
        ModuleTree("def f(:\n")
