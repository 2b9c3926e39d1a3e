"""Rewrite a SWE-fficiency workload so that none of its samples can profit from another.

The script times itself with `runtimes = timeit.repeat(workload, number=..., repeat=..., setup=...)`, which runs all
samples in one process: a memo that the first one fills makes the others free. Rewritten, each of the `repeat` samples
runs in a child forked from the script as it stands behind its imports, with the set-up of its own; the time comes back
through a pipe. What was warm at import stays warm, what a sample remembers dies with it.

As the SWE-fficiency harness (run_to_run_isolation.py) does it:
- the last slice of the run times that the script takes (the last N of them) is what mean and deviation are of;
- statements between the timing and the first print of a mean or deviation come behind the prints; those that remove
  files run in any case;
- a top-level call of the workload alone warms up the parent, behind one set-up. Its memo all children inherit: the one
  way left to warm one up, and the script's own;
- `number` and `repeat` that are no literals count as 1 and 5, and a `setup` that is no function of the script is
  dropped.

Otherwise than there, the kept statements are the script's own text (made anew from the tree, they would have the syntax
of our Python rather than of the project's), those behind the prints stay behind the timing, and a child that is killed
ends the script, rather than leaving it waiting until its time is up.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass

from perfagent.tools.errors import WorkloadError

#: Instances whose workload runs as it is. Source: SWE-fficiency harness, constants.py: the first starts processes of
#: its own (loky), the others need too much memory.
EXEMPT = frozenset(
    {
        "scikit-learn__scikit-learn-29330",
        "pydata__xarray-9808",
        "scikit-learn__scikit-learn-15615",
        "scikit-learn__scikit-learn-24856",
    }
)
#: `timeit.repeat`'s own defaults, which the harness also takes for values it cannot read.
_NUMBER, _REPEAT = 1, 5
_REMOVERS = frozenset({"remove", "unlink", "rmtree"})

# Standard library of Python 3.6 and later: it runs in the project's environment.
_HARNESS = """
import multiprocessing as _multiprocessing
import statistics as _statistics
import timeit as _timeit


def _sample(_pipe):
    _pipe.send(_timeit.Timer({workload}, setup={setup}).timeit({number}))
    _pipe.close()


def _isolated():
    _context = _multiprocessing.get_context("fork")
    for _ in range({repeat}):
        _reader, _writer = _context.Pipe(duplex=False)
        _child = _context.Process(target=_sample, args=(_writer,))
        _child.start()
        _writer.close()
        try:
            _seconds = _reader.recv()
        except EOFError:
            _seconds = None
        _child.join()
        _reader.close()
        if _seconds is None or _child.exitcode != 0:
            raise RuntimeError("a sample of the workload failed; its traceback stands above")
        yield _seconds
"""
_SUMMARY = """
{runtimes} = list(_isolated())
_view = {runtimes}{view}
print("Mean:", _statistics.mean(_view))
print("Std Dev:", _statistics.stdev(_view) if len(_view) > 1 else 0.0)
"""


@dataclass(frozen=True, slots=True)
class _Timing:
    """The script's one timing statement."""

    statement: ast.Assign
    runtimes: str
    workload: str
    setup: str
    number: int
    repeat: int


def isolate(script: str) -> str:
    """The script with every sample in a forked child of its own; prints the same two lines, `Mean:` and `Std Dev:`.

    Raises:
        WorkloadError: the script does not parse, or does not time itself as described above.
    """
    body = _parsed(script)
    timing = _timing(body)
    at = body.index(timing.statement)
    summaries = [node for node in body if _is_summary(node)]
    first = next((body.index(node) for node in summaries if body.index(node) > at), at)
    warm = next((node for node in body if _is_bare_call(node, timing.workload)), None)
    gone = [timing.statement, *summaries, *([warm] if warm else [])]
    between = [node for node in body[at + 1 : first] if node not in gone]
    removing = [node for node in between if _removes_files(node)]
    behind = [node for node in between if node not in removing] + [n for n in body[first + 1 :] if n not in gone]

    def text(nodes: list[ast.stmt]) -> str:
        return "\n".join(_source(script, node) for node in nodes)

    warming = "\n".join(
        f"{name}()" for name in ([_function(timing.setup, body), timing.workload] if warm else []) if name
    )
    harness = _HARNESS.format(
        workload=timing.workload,
        setup=_function(timing.setup, body) or '"pass"',
        number=timing.number,
        repeat=timing.repeat,
    )
    core = _SUMMARY.format(runtimes=timing.runtimes, view=_slice(script, body, timing.runtimes))
    ending = _whatever_happens(f"{warming}\n{core}{text(behind)}\n", text(removing))
    return f"{text([node for node in body[:at] if node not in gone])}\n{harness}\n{ending}"


def samples(script: str) -> int:
    """How many samples a script takes, each of one set-up and `number` calls.

    Raises:
        WorkloadError: as of `isolate`.
    """
    return _timing(_parsed(script)).repeat


def _parsed(script: str) -> list[ast.stmt]:
    try:
        return ast.parse(script).body
    except SyntaxError as error:
        raise WorkloadError(f"the workload does not parse: {error.msg} in line {error.lineno}") from None


def _whatever_happens(core: str, removing: str) -> str:
    """`core`, with the removal of files behind it even when it raises; files that are gone are no error."""
    if not removing:
        return core
    core, removing = textwrap.indent(core, " " * 4), textwrap.indent(removing, " " * 8)
    return f"try:\n{core}finally:\n    try:\n{removing}\n    except FileNotFoundError:\n        pass\n"


def _timing(body: list[ast.stmt]) -> _Timing:
    """The first top-level `NAME = timeit.repeat(FUNCTION, ...)`."""
    for node in body:
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_repeat(node.value.func)):
            continue
        target, arguments = node.targets[0], node.value.args
        if isinstance(target, ast.Name) and arguments and isinstance(arguments[0], ast.Name):
            given = {keyword.arg: keyword.value for keyword in node.value.keywords}
            setup = given.get("setup")
            return _Timing(
                node,
                target.id,
                arguments[0].id,
                setup.id if isinstance(setup, ast.Name) else "",
                _literal(given.get("number"), _NUMBER),
                _literal(given.get("repeat"), _REPEAT),
            )
    raise WorkloadError("the workload has no statement `runtimes = timeit.repeat(workload, ...)`")


def _is_repeat(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "repeat" and isinstance(function.value, ast.Name) and function.value.id == "timeit"
    return isinstance(function, ast.Name) and function.id == "repeat"


def _literal(node: ast.expr | None, default: int) -> int:
    try:
        return int(ast.literal_eval(node)) if node is not None else default
    except (ValueError, TypeError):
        return default


def _function(name: str, body: list[ast.stmt]) -> str:
    """The name when it is a function of the script, else nothing."""
    return name if any(isinstance(node, ast.FunctionDef) and node.name == name for node in body) else ""


def _is_summary(node: ast.stmt) -> bool:
    """Whether a statement prints the mean or the deviation."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    call = node.value
    if not (isinstance(call.func, ast.Name) and call.func.id == "print"):
        return False
    texts = [part.value for argument in call.args for part in ast.walk(argument) if isinstance(part, ast.Constant)]
    return any(isinstance(text, str) and ("Mean:" in text or "Std Dev:" in text) for text in texts)


def _is_bare_call(node: ast.stmt, name: str) -> bool:
    """Whether a statement is a call of that function, without arguments and with its result thrown away."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    call = node.value
    return isinstance(call.func, ast.Name) and call.func.id == name and not call.args and not call.keywords


def _removes_files(node: ast.stmt) -> bool:
    calls = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    names = [call.id for call in calls if isinstance(call, ast.Name)]
    methods = [
        call.attr
        for call in calls
        if isinstance(call, ast.Attribute)
        and (call.attr == "unlink" or (isinstance(call.value, ast.Name) and call.value.id in {"os", "shutil"}))
    ]
    return bool(_REMOVERS.intersection(names + methods))


def _slice(script: str, body: list[ast.stmt], runtimes: str) -> str:
    """The last slice taken of the run times, brackets and all; empty when all of them count."""
    found = [
        part.slice
        for node in body
        for part in ast.walk(node)
        if isinstance(part, ast.Subscript)
        and isinstance(part.value, ast.Name)
        and part.value.id == runtimes
        and isinstance(part.slice, ast.Slice)
    ]
    last = max(found, key=lambda node: (node.lineno, node.col_offset), default=None)
    return f"[{ast.get_source_segment(script, last)}]" if last is not None else ""


def _source(script: str, node: ast.stmt) -> str:
    """A statement's own text, decorators included."""
    segment = ast.get_source_segment(script, node) or ""
    decorators = getattr(node, "decorator_list", [])
    return "".join(f"@{ast.get_source_segment(script, one)}\n" for one in decorators) + segment
