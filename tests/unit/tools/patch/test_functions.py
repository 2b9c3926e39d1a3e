"""Whole definitions, replaced or refused."""

from __future__ import annotations

import pytest

from perfagent.tools.errors import EditError
from perfagent.tools.patch import FunctionEdit
from perfagent.tools.patch.functions import replace_definition

SOURCE = '''\
import functools

LIMIT = 10
first = last = None


# How reports are made.
class Report:
    """A report."""

    width: int = 80

    # Renders.
    @functools.cache
    def render(self, lines):
        """All lines.

        One each.
        """
        text = ""
        for line in lines:
            text += line
        return text
        # done

    @property
    def size(self):
        return 1

    @size.setter
    def size(self, value):
        pass


if LIMIT:

    def outer():
        def inner(x):
            return x

        return inner


def last_one(): return """
two
"""
'''


def replaced(qualname: str, code: str, content: str = SOURCE, path: str = "a.py") -> str:
    return replace_definition(content, FunctionEdit(path, qualname, code))


def refused(qualname: str, code: str, content: str = SOURCE, path: str = "a.py") -> EditError:
    with pytest.raises(EditError) as caught:
        replaced(qualname, code, content, path)
    return caught.value


RENDER = '''\
@functools.cache
def render(self, lines):
    """All lines.

    One each.
    """
    return "".join(lines)
'''
RENDERED = SOURCE.replace(
    """\
        text = ""
        for line in lines:
            text += line
        return text
        # done
""",
    """\
        return "".join(lines)
""",
)


@pytest.mark.parametrize("margin", ["", "    ", "\t", "            "])
def test_a_method_is_replaced_with_its_decorators_and_indented_as_it_was(margin: str) -> None:
    code = "".join(f"{margin}{line}\n" if line else "\n" for line in RENDER.split("\n"))
    assert replaced("Report.render", code) == RENDERED


def test_comments_above_stay_and_are_not_doubled() -> None:
    assert replaced("Report.render", f"# Renders.\n{RENDER}") == RENDERED


def test_a_nested_function_under_a_condition_is_found() -> None:
    wanted = SOURCE.replace("return x\n", "return x + 1\n")
    for name in ("outer.inner", "outer.<locals>.inner"):
        assert replaced(name, "def inner(x):\n    return x + 1\n") == wanted


@pytest.mark.parametrize(
    ("qualname", "code", "line"),
    [("LIMIT", "LIMIT = 20", "LIMIT = 10"), ("Report.width", "width: int = 90\n", "width: int = 80")],
)
def test_simple_assignments_are_replaced(qualname: str, code: str, line: str) -> None:
    assert replaced(qualname, code) == SOURCE.replace(line, code.strip())


def test_a_class_is_replaced_whole() -> None:
    got = replaced("Report", "class Report:\n    pass\n")
    above, below = SOURCE.partition("class Report")[0], SOURCE[SOURCE.index("\n\nif LIMIT") :]
    assert got == f"{above}class Report:\n    pass\n{below}"


def test_several_definitions_are_ambiguous_with_their_lines() -> None:
    error = refused("Report.size", "def size(self):\n    return 2\n")
    assert (error.reason, error.message) == ("ambiguous", "a.py: Report.size is defined at lines 26, 30")


@pytest.mark.parametrize(
    ("qualname", "said"),
    [
        ("render", "did you mean Report.render (line 14)?"),
        ("Report.rendr", "Report.render (line 14)"),
        ("zzz", "to add"),
    ],
)
def test_a_name_that_is_not_there_is_told_with_those_like_it(qualname: str, said: str) -> None:
    error = refused(qualname, "def render(self): pass")
    assert error.reason == "not_found"
    assert said in error.remedy


@pytest.mark.parametrize(
    ("code", "reason", "said"),
    [
        ("def show(self):\n    pass\n", "malformed", "holds show"),
        (f"import re\n{RENDER}", "malformed", "a statement (line 1)"),
        (f"{RENDER}\n{RENDER}", "malformed", "render 2 times"),
        ("# nothing\n", "malformed", "holds render 0 times"),
        ("def render(self):\n    pass\n", "malformed", "has @functools.cache"),
        ("def render(self:\n", "syntax", "no Python"),
        ("    def render(self):\n  pass\n", "syntax", "no Python"),
        (RENDER.replace('"".join', '"""\nx\n""".join'), "malformed", "string of several lines"),
    ],
)
def test_code_that_is_something_else_is_refused(code: str, reason: str, said: str) -> None:
    error = refused("Report.render", code)
    assert error.reason == reason
    assert said in error.message


def test_equal_code_is_told_so() -> None:
    assert refused("outer.inner", "def inner(x):\n    return x\n").reason == "already_applied"


def test_a_definition_that_shares_its_line_is_refused() -> None:
    assert "shares its line" in refused("x", "x = 3\n", "x = 1; y = 2\n").message


@pytest.mark.parametrize(("path", "content"), [("a.c", "int f(void) { return 1; }\n"), ("a.py", "def f(: pass\n")])
def test_what_is_no_python_is_refused(path: str, content: str) -> None:
    assert "SEARCH/REPLACE" in refused("f", "def f():\n    pass\n", content, path).remedy


def test_windows_line_ends_and_a_missing_final_newline_stay() -> None:
    assert replaced("f", "def f():\n    return 2\n", "x = 1\r\ndef f():\r\n    return 1") == (
        "x = 1\r\ndef f():\r\n    return 2"
    )


QUERY = '''\
class Store:
    def all(self):
        return self.run("""
            SELECT *
        """, 1)
'''


def test_a_string_that_was_there_keeps_its_value_in_outdented_code() -> None:
    wanted = QUERY.replace("1)", "2)")
    moved = 'def all(self):\n    return self.run("""\n        SELECT *\n    """, 2)\n'
    kept = 'def all(self):\n    return self.run("""\n            SELECT *\n        """, 2)\n'
    assert replaced("Store.all", moved, QUERY) == wanted
    assert replaced("Store.all", kept, QUERY) == wanted


def test_a_new_string_is_taken_as_it_is_in_code_indented_as_the_file() -> None:
    code = '    def all(self):\n        return """\nnew\n"""\n'
    assert replaced("Store.all", code, QUERY) == f"class Store:\n{code}"
