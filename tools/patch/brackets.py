"""Brackets that do not match, in languages whose compiler is not asked: C, C++, JavaScript, TypeScript.

Strings, comments, regular expressions and the second branches of `#if` are left out. What cannot be told without
a parser, such as a regular expression after `)`, may be read wrongly; a file is therefore only called broken by a
change when it was read as whole before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

C_SUFFIXES = (".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp")
JS_SUFFIXES = (".js", ".mjs", ".cjs", ".ts")

_PAIRS = {")": "(", "]": "[", "}": "{"}
_C_TOKEN = re.compile(
    r"""
    (?P<skip> //(?:\\\n|[^\n])* | /\*.*?\*/ | R"(?P<end>[^()\s\\]{0,16})\(.*?\)(?P=end)" | "(?:\\.|[^"\\\n])*"
      | \d(?:'?[\w.])* | [^\W\d]\w* | '(?:\\.|[^'\\\n])+'
      | ^[ \t]*\#[ \t]*(?!if|el|endif)(?:/\*.*?\*/|\\\n|[^\n])* )
    | ^[ \t]*\#[ \t]*(?P<branch>if|el|endif)(?P<rest>(?:\\\n|[^\n])*)
    | (?P<bracket>[()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_JS_TOKEN = re.compile(
    r"""
    (?P<skip> \s+ | //[^\n]* | /\*.*?\*/ )
    | (?P<operand> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | \d[\w.]* )
    | (?P<word> [\w$]+ )
    | (?P<regex> /(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/\w* )
    | (?P<bracket> [()\[\]{}] )
    | (?P<tick> ` )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*(`|\$\{)", re.DOTALL)
# After these a slash begins a regular expression, as after any operator.
_BEFORE_REGEX = frozenset(
    {"return", "typeof", "case", "in", "of", "delete", "void", "instanceof", "new", "else", "do", "throw", "yield"}
    | {"await"}
)


def unbalanced(path: str, text: str) -> str | None:
    """The first bracket without its partner, with its line; None when all match or the language is another."""
    if path.endswith(C_SUFFIXES):
        return _first_alone(_c_brackets(text), text)
    if path.endswith(JS_SUFFIXES):
        return _first_alone(_js_brackets(text), text)
    return None


def _first_alone(brackets: Iterator[tuple[int, str]], text: str) -> str | None:
    opened: list[tuple[int, str]] = []
    for at, bracket in brackets:
        if bracket not in _PAIRS:
            opened.append((at, bracket))
        elif opened and opened[-1][1] == _PAIRS[bracket]:
            opened.pop()
        else:
            return _told(text, at, bracket, opened)
    return _told(text, *opened[-1], []) if opened else None


def _told(text: str, at: int, bracket: str, opened: list[tuple[int, str]]) -> str:
    line = text.count("\n", 0, at) + 1
    if bracket not in _PAIRS:
        return f"{bracket} is never closed (line {line})"
    if not opened:
        return f"{bracket} closes nothing (line {line})"
    begun = text.count("\n", 0, opened[-1][0]) + 1
    return f"{bracket} does not close the {opened[-1][1]} of line {begun} (line {line})"


def _c_brackets(text: str) -> Iterator[tuple[int, str]]:
    """The brackets of C with their offsets; of several branches of `#if` those of the first that may be compiled."""
    branches: list[str] = []  # for each open #if, whether a branch is still to come, stands here, or is over
    for token in _C_TOKEN.finditer(text):
        branch = token["branch"]
        if branch == "if":
            branches.append("to come" if token["rest"].strip() == "0" else "here")
        elif branch == "el" and branches:
            branches[-1] = "here" if branches[-1] == "to come" else "over"
        elif branch == "endif" and branches:
            branches.pop()
        elif token["bracket"] and set(branches) <= {"here"}:
            yield token.start(), token["bracket"]


def _js_brackets(text: str) -> Iterator[tuple[int, str]]:
    """The brackets of JavaScript with their offsets, those inside the `${}` of templates too."""
    at, operand = 0, False
    templates: list[int] = []  # for each template left by `${`, how many braces are open since
    while at < len(text):
        token = _JS_TOKEN.match(text, at)
        if token is None:
            return
        kind, end = token.lastgroup, token.end()
        if kind == "regex" and operand:
            kind, end = "other", at + 1
        if kind == "bracket":
            bracket = token[0]
            if bracket == "}" and templates and not templates[-1]:
                templates.pop()
                end = _end_of_template(text, end, templates)
            else:
                if templates:
                    templates[-1] += {"{": 1, "}": -1}.get(bracket, 0)
                yield at, bracket
            operand = bracket in ")]}"
        elif kind == "tick":
            end = _end_of_template(text, end, templates)
            operand = True
        elif kind != "skip":
            operand = kind in {"operand", "regex"} or (kind == "word" and token[0] not in _BEFORE_REGEX)
        at = end


def _end_of_template(text: str, at: int, templates: list[int]) -> int:
    """Where code goes on after a template's text: behind its end or behind a `${`, which is noted."""
    found = _TEMPLATE.match(text, at)
    if found is None:
        return len(text)
    if found[1] == "${":
        templates.append(0)
    return found.end()
