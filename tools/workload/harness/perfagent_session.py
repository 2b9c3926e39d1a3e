"""What both entry scripts share: the options, the modes, the report.

Options (one dictionary, as Python writes it): `mode` (time, values, profile, trace, count, list or eqcheck), `report`
(path of the JSON file to write), `tree` (root of the code under test), `target` (file or node), `loops` ({benchmark:
executions of the body}, 1 when absent), `only` (benchmarks to run, None for all), `seed` (for random numbers),
`values_module` (path of the encoder), `scratch` (folder for files), `scale` (the multiple of its size that a script
runs at, 1 when absent), `reference` ({file name: base64} for eqcheck), `pytest_options` (list), `pytest_kind`
(benchmark or test), `trace` (in the modes trace and values: `module`, the path of a file with a class Tracer, and what
that is told).

Report: `benchmarks` (ids in order), `failed` and `skipped` ({id: one line}), `values`, `profile` and `trace` ({id:
tree}), `loops` ({id: executions marked}), `imported` (modules that came from the tree), `reference` ({file name:
base64}), `error` (one line or null).
"""

from __future__ import annotations

import os
import sys
from itertools import repeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    import cProfile
    from types import ModuleType, TracebackType
    from typing import Any, Callable, Protocol

    from perfagent.tools.workload.harness.perfagent_marks import MarkedSection, Marks

    class Section(Protocol):
        """What surrounds a body: marks, a profiler, or nothing."""

        def start(self) -> None: ...  # noqa: D102
        def stop(self) -> None: ...  # noqa: D102
else:
    from perfagent_marks import MarkedSection, Marks

HERE = os.path.dirname(os.path.abspath(__file__))


def leave_no_trace() -> None:
    """Take this folder off sys.path, so that the code under test finds there what it would find without us."""
    # Python puts a script's folder there with its links resolved.
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or ".") != os.path.realpath(HERE)]


def leave() -> None:
    """End this process with success as the interpreter would, but without taking every object apart, which costs a
    sample a millisecond and more, and tells nothing: threads are waited for, atexit runs, output is flushed.
    """
    import atexit

    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def read_options(argv: list[str]) -> dict[str, Any]:
    """The options of this process: its first argument, or standard input when that is `-`."""
    text = sys.stdin.read() if argv[1] == "-" else argv[1]
    # The host wrote it; a literal is read without a module, unlike JSON.
    options: dict[str, Any] = eval(text, {"__builtins__": {}})
    return options


def plain_json(value: Any) -> str:
    """JSON of dictionaries, lists, text, whole numbers and None; importing json would cost a timed sample as much as
    starting Python does."""
    from _json import encode_basestring_ascii

    if isinstance(value, dict):
        return "{%s}" % ",".join(plain_json(name) + ":" + plain_json(each) for name, each in value.items())
    if isinstance(value, list):
        return "[%s]" % ",".join(map(plain_json, value))
    if value is None:
        return "null"
    return encode_basestring_ascii(value) if isinstance(value, str) else str(int(value))


def load_file(name: str, path: str) -> ModuleType:
    """Import one file by its path, without its folder becoming importable."""
    import importlib.util

    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("cannot load " + path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def one_line(error: BaseException) -> str:
    """The last line a traceback would show."""
    text = str(error).strip().splitlines()
    return type(error).__name__ + (": " + text[-1] if text else "")


class Nothing:
    """A section that surrounds nothing."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class ProfiledSection:
    """A section whose body cProfile watches; bound methods of the profiler itself leave the fewest frames of ours."""

    def __init__(self, profiler: cProfile.Profile) -> None:
        self.start: Callable[[], None] = profiler.enable
        self.stop: Callable[[], None] = profiler.disable


class Session:
    """One process's work on one workload; used as a context manager that always leaves a report."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.mode: str = options["mode"]
        self.scale = int(options.get("scale", 1))
        self.marks = Marks()
        self.profilers: dict[str, cProfile.Profile] = {}
        self.tracers: dict[str, Any] = {}
        self.executed: dict[str, int] = {}
        self.benchmarks: list[str] = []
        self.failed: dict[str, str] = {}
        self.skipped: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.reference: dict[str, str] = {}
        self.error: str | None = None
        self._encode: Callable[[Any], Any] | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self.error = one_line(error)
        report = {
            "benchmarks": self.benchmarks,
            "failed": self.failed,
            "skipped": self.skipped,
            "values": self.values,
            "profile": {name: dump_profile(profiler) for name, profiler in self.profilers.items()},
            "trace": {name: tracer.report() for name, tracer in self.tracers.items()},
            "loops": self.executed,
            "imported": self.imported(),
            "reference": self.reference,
            "error": self.error,
        }
        with open(self.options["report"], "w", encoding="utf-8") as stream:
            if self.mode == "time":
                stream.write(plain_json(report))
            else:
                import json

                json.dump(report, stream)

    def loops(self, name: str) -> int:
        """How often to execute a benchmark's body: as asked in the modes that measure, else once."""
        if self.mode not in ("time", "profile", "trace", "count"):
            return 1
        return int((self.options.get("loops") or {}).get(name, 1))

    def section(self, name: str, loops: int) -> Section:
        """What to put around `loops` executions of a benchmark's body in this mode."""
        self.executed[name] = self.executed.get(name, 0) + loops
        if self.mode == "time":
            return MarkedSection(self.marks, name, loops)
        if self.options.get("trace"):
            return self.tracer(name)
        if self.mode != "profile":
            return Nothing()
        if name not in self.profilers:
            import cProfile

            self.profilers[name] = cProfile.Profile()
        return ProfiledSection(self.profilers[name])

    def tracer(self, name: str) -> Section:
        """What traces a benchmark's body: a section like any other, made at its first use."""
        if name not in self.tracers:
            trace = self.options["trace"]
            file = sys.modules.get("_perfagent_tracer") or load_file("_perfagent_tracer", trace["module"])
            self.tracers[name] = file.Tracer(trace)
        tracer: Section = self.tracers[name]
        return tracer

    def call(self, name: str, loops: int, function: Callable[..., Any], args: Any = (), kwargs: Any = None) -> Any:
        """Execute one body `loops` times between one pair of marks; returns what the last execution returned."""
        kwargs = kwargs or {}
        section = self.section(name, loops)
        result = None
        section.start()
        try:
            for _ in repeat(None, loops):
                result = function(*args, **kwargs)
        finally:
            section.stop()
        return result

    def keep_value(self, name: str, value: Any) -> None:
        """Encode what a body returned, in values mode."""
        if self.mode != "values":
            return
        if self._encode is None:
            self._encode = load_file("_perfagent_values", self.options["values_module"]).encode
        # What a body returns lazily is computed here.
        section = self.tracers.get(name) or Nothing()
        section.start()
        self.values[name] = self._encode(value)
        section.stop()

    def imported(self) -> int:
        """How many modules came from the tree, the workload's own files and tests not counted."""
        tree = os.path.join(self.options["tree"], "")
        files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
        inside = [file for file in files if file.startswith(tree) and not file.endswith(self.options["target"])]
        aside = ("test_", "conftest.")
        return sum(not os.path.basename(file).startswith(aside) and "site-packages" not in file for file in inside)

    def used_up(self, value: Any) -> bool:
        """Whether keeping a value consumed it."""
        return self.mode == "values" and hasattr(value, "__next__")

    def seed(self) -> None:
        """Give the global random generators this sample's seed, so that both sides of a pair draw the same inputs."""
        import random

        random.seed(self.options["seed"])
        numpy = sys.modules.get("numpy")
        if numpy is not None and hasattr(numpy, "random"):
            numpy.random.seed(self.options["seed"] % 2**32)

    def seed_early(self, imported: set[str]) -> None:
        """Seed before a script draws at its top level, which for numpy means importing it first."""
        if "numpy" in imported:
            try:
                import numpy  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
            except ImportError:
                pass  # the script will say so itself
        self.seed()


def dump_profile(profiler: cProfile.Profile) -> list[list[Any]]:
    """A profile as rows [file, line, name, calls, self seconds, cumulative seconds, callers], callers being
    [row number, calls, self seconds, cumulative seconds] of the calls made by that row; our own frames left
    out.
    """
    profiler.create_stats()
    stats: dict[Any, Any] = profiler.stats
    keys = sorted(key for key in stats if not key[0].startswith(HERE) and "_lsprof.Profiler" not in key[2])
    number = {key: index for index, key in enumerate(keys)}
    rows = []
    for key in keys:
        _, calls, self_s, cumulative_s, callers = stats[key]
        edges = [[number[who], edge[1], edge[2], edge[3]] for who, edge in sorted(callers.items()) if who in number]
        path = key[0] if key[0].startswith(("~", "<")) else os.path.abspath(key[0])
        rows.append([path, key[1], key[2], calls, self_s, cumulative_s, edges])
    return rows
