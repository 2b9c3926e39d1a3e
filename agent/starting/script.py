"""A first benchmark as a file: real calls as readable literals, and a `workload` that makes them."""

from __future__ import annotations

import ast
import keyword
import math
import pprint
import re
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from perfagent.tools.equivalence import RealCall, RealCalls

#: Characters of all calls up to which they stand in the script itself; longer ones in a file beside it.
INLINE = 6000

#: Seconds that one execution of the benchmark shall take: twice what a sample needs (MIN_BODY_S), so that a candidate
#: twice as fast is still timed in one execution.
BODY_S = 0.1

WIDTH = 100

#: Names that a script binds itself.
OWN_NAMES = frozenset({"ast", "Path", "REPEAT", "CALLS", "every_call", "workload", "args", "named", "made"})


@dataclass(frozen=True, slots=True)
class Script:
    """A benchmark's files.

    Attributes:
        path: of the script, relative to the repository. text: its content.
        data: content of the file with the calls beside it; empty when they stand in the script.
    """

    path: str
    text: str
    data: str = ""

    @property
    def data_path(self) -> str:
        """Path of the file with the calls."""
        return re.sub(r"\.py$", ".calls", self.path)

    @property
    def name(self) -> str:
        """The benchmark's id."""
        return self.path.rpartition("/")[2].removesuffix(".py")


def repeats(pass_s: float, body_s: float = BODY_S) -> int:
    """How often all calls are made, so that an execution takes `body_s`: rounded up to 1, 2 or 5 times a power of ten.

    Args:
        pass_s: seconds of making all calls once.
    """
    wanted = body_s / max(pass_s, 1e-7)
    if wanted <= 1:
        return 1
    power: int = 10 ** math.floor(math.log10(wanted))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted)


def script(calls: RealCalls, kept: Sequence[RealCall], repeat: int, folder: str, taken: Collection[str] = ()) -> Script:
    """The files of a benchmark that makes some calls of a function.

    Args:
        calls: what was seen of the function. kept: the calls to make.
        folder: where the script goes, relative to the repository. taken: paths that other files have.
    """
    dotted = f"{calls.module}.{calls.owner}.{calls.name}" if calls.owner else f"{calls.module}.{calls.name}"
    entries, expression, target = _making(calls, kept)
    inline = sum(map(len, entries)) <= INLINE
    name = re.sub(r"\W+", "_", f"{calls.owner}_{calls.name}" if calls.owner else calls.name).strip("_").lower()
    path = f"{folder}/bench_{name}.py"
    if path in taken:
        path = f"{folder}/bench_{calls.module.replace('.', '_')}_{name}.py".lower()
    data = "" if inline else "[\n" + "".join(f"{entry},\n" for entry in entries) + "]\n"
    reading = "import ast\nfrom pathlib import Path\n\n" if data else ""
    listed = _inline(entries) if inline else 'ast.literal_eval(Path(__file__).with_suffix(".calls").read_text("utf-8"))'
    text = (
        f'"""{_told(dotted, calls, kept)}\n"""\n\n'
        f"{reading}from {calls.module} import {calls.owner or calls.name}\n\n"
        f"#: How often all calls are made, so that one run takes long enough to be timed.\nREPEAT = {repeat}\n\n"
        f"#: {target}\nCALLS = {listed}\n\n\n"
        "def every_call():\n"
        '    """What each of the calls returns."""\n'
        f"    return [{expression} for {_names(calls, kept)} in CALLS]\n\n\n"
        "def workload():\n"
        '    """The timed body; what it returns is compared before and after a change."""\n'
        "    for _ in range(REPEAT - 1):\n        every_call()\n"
        "    return every_call()\n"
    )
    return Script(path, text, data)


def _told(dotted: str, calls: RealCalls, kept: Sequence[RealCall]) -> str:
    """The script's docstring."""
    which = f"{len(kept)} of {calls.distinct} different ones with plain arguments, the longest of each test first, "
    if len(kept) == calls.distinct:
        which = f"all {calls.distinct} different ones with plain arguments " if len(kept) > 1 else "the one "
    more = calls.test_count - len(calls.tests[:1])
    tests = calls.tests[0].partition("[")[0] + (f" and {more} other test{'s' * (more > 1)}" if more else "")
    told = (
        f"The calls are real: {which}captured while {tests} ran. Each was made again in a fresh process and gave what "
        "it gave in the test. How often they are made is not real: when you know what your users call, put that in "
        "their place. First written by `perfagent init`."
    )
    return f"Calls of {dotted} as the unit tests make them.\n\n" + "\n".join(
        textwrap.wrap(told.replace("\\", "\\\\"), WIDTH, break_long_words=False, break_on_hyphens=False)
    )


def _making(calls: RealCalls, kept: Sequence[RealCall]) -> tuple[list[str], str, str]:
    """The calls as literals in their shortest common form, the expression that makes one, and what one holds."""
    given = [ast.literal_eval(call.given) for call in kept]
    named = any(words for _, words in given)
    called = f"{calls.owner}.{calls.name}" if calls.owner else calls.name
    args = [_part(call.given) for call in kept] if not named else [call.given[1:-1] for call in kept]
    words = "(*args, **named)" if named else "(*args)"
    parts = "arguments" if not named else "positional and named arguments"
    if calls.way != "method":
        return [f"({each})" if named else each for each in args], called + words, f"The {parts} of each call."
    made = [ast.literal_eval(call.made) for call in kept]
    if not any(first or more for first, more in made):
        entries = [f"({each})" if named else each for each in args]
        return entries, f"{calls.owner}().{calls.name}{words}", f"The {parts} of each call."
    entries = [f"({call.made}, {each})" for call, each in zip(kept, args, strict=True)]
    expression = f"{calls.owner}(*made[0], **made[1]).{calls.name}{words}"
    return entries, expression, f"What the object of each call is made with, and the call's {parts}."


def _part(given: str) -> str:
    """The positional arguments' literal of a call's whole one, which ends with no named ones."""
    return given[1 : -len(", {})")]


def _names(calls: RealCalls, kept: Sequence[RealCall]) -> str:
    """The loop's variables, to go with what `_making` says one entry holds."""
    named = any(ast.literal_eval(call.given)[1] for call in kept)
    made = calls.way == "method" and any(ast.literal_eval(call.made) != ((), {}) for call in kept)
    return ", ".join([*(["made"] if made else []), "args", *(["named"] if named else [])])


def _inline(entries: Sequence[str]) -> str:
    """The calls as a list over several lines."""
    lines = []
    for entry in entries:
        shown = entry
        if len(entry) > WIDTH:
            shown = pprint.pformat(ast.literal_eval(entry), width=WIDTH, sort_dicts=False)
        lines.append(textwrap.indent(shown, "    ") + ",\n")
    return "[\n" + "".join(lines) + "]"


def importable(calls: RealCalls) -> bool:
    """Whether the function can be imported by what its module is called, beside the script's own names."""
    words = [*calls.module.split("."), calls.owner or calls.name, calls.name]
    free = (calls.owner or calls.name) not in OWN_NAMES
    return free and all(word.isidentifier() and not keyword.iskeyword(word) for word in words)
