"""Run one performance script: time, profile or check its body, in the way its kind asks for (see
perfagent_record.py).
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from types import ModuleType
    from typing import Any

    from perfagent.tools.workload.harness import perfagent_record as record
    from perfagent.tools.workload.harness.perfagent_recorder import Recorder
    from perfagent.tools.workload.harness.perfagent_session import (
        HERE,
        Session,
        leave,
        leave_no_trace,
        load_file,
        read_options,
    )
    from perfagent.tools.workload.harness.perfagent_timeit import Brackets
else:
    import perfagent_record as record
    from perfagent_session import HERE, Session, leave, leave_no_trace, load_file, read_options

MODULE = "perfagent_script"
"""Name under which a script is loaded whose main guard must stay shut."""


class Script:
    """One script and the session it runs in."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.path: str = session.options["target"]
        self.name = os.path.splitext(os.path.basename(self.path))[0]
        self.recorder: Recorder | None = load_own("perfagent_recorder").Recorder() if session.mode == "values" else None
        self.module = self._parse()
        self.kind = record.classify(self.module)
        if "pyperf" in record.imported(self.module):
            raise ValueError("scripts that use pyperf start processes of their own; use a plain script or timeit")

    def _parse(self) -> ast.Module:
        with open(self.path, "rb") as stream:
            module: ast.Module = record.parse(stream.read(), self.path)
        return module

    @property
    def returned(self) -> list[Any]:
        """What each execution of the body returned, in values mode."""
        return [] if self.recorder is None else self.recorder.returned

    def execute(self, module_name: str) -> ModuleType:
        """Run the script's top level as a module of that name; returns the module."""
        code = self.compiled()
        module = self.fresh_module(module_name)
        exec(code, module.__dict__)
        return module

    def compiled(self) -> Any:
        """The script's code; with what its body computes made visible, in values mode."""
        if self.recorder is not None and self.kind in ("timeit", "workload"):
            self.recorder.instrument(self.module)
        return compile(self.module, self.path, "exec")

    def fresh_module(self, module_name: str) -> ModuleType:
        """An empty module in the place the script's module has to take."""
        module = type(sys)(module_name)
        module.__file__ = self.path
        sys.modules[module_name] = module
        return module

    def brackets(self, rounds: int) -> Brackets:
        """Put this script's sections around everything timeit times from now on."""
        once = self.session.mode in ("values", "eqcheck")
        wrap = None if self.recorder is None else self.recorder.wrap
        make = load_own("perfagent_timeit").Brackets
        brackets: Brackets = make(lambda number: self.session.section(self.name, number), rounds, once, wrap)
        brackets.install()
        return brackets

    def run_gso(self) -> None:
        """`run_test` with its own set-up for every loop; the stored result and what the body returned are the value."""
        brackets = self.brackets(rounds=1)
        if record.needs_returning_template(self.module):
            timing = load_own("perfagent_timeit")
            timing.timeit.template = timing.RETURNING_TEMPLATE
        module = self.execute(MODULE)
        mode = self.session.mode
        prefix = os.path.join(self.session.options["scratch"], "perfagent_reference")
        if mode == "eqcheck":
            write_files(os.path.dirname(prefix), self.session.options["reference"])
        for _ in range(self.session.loops(self.name)):
            self.session.seed()
            module.run_test(mode == "eqcheck", mode == "values", prefix)
        stored = take_files(prefix)
        if mode == "values":
            self.session.reference.update(stored)
            value = {"stored": readable(stored), "returned": self.returned}
            self.session.keep_value(self.name, value)
        self.require(brackets)

    def run_timeit(self) -> None:
        """The script as `__main__`, with a section around every loop of timeit."""
        brackets = self.brackets(rounds=self.session.loops(self.name))
        self.run_main()
        self.require(brackets)

    def require(self, brackets: Brackets) -> None:
        """Fail when the script finished and timed nothing."""
        if not brackets.used:
            self.session.failed[self.name] = "the script ran, but nothing in it was timed with timeit"

    def run_workload(self) -> None:
        """`workload` with a fresh `setup` for every loop, outside the section."""
        module = self.execute(MODULE)
        setup, body = getattr(module, "setup", None), module.workload
        takes_data = body.__code__.co_argcount > len(body.__defaults__ or ())
        setup_size, size = (self.scaled(function) for function in (setup, body))
        if self.session.scale != 1 and not setup_size and not size:
            raise ValueError("neither setup nor workload has a `size` with a positive whole number as its default")
        if self.recorder is not None:
            body = self.recorder.wrap(body)
        loops = self.session.loops(self.name)
        setups = record.COUNTED_SETUPS if self.session.mode == "count" else loops
        for turn in range(setups):
            self.session.seed()
            data = setup(**setup_size) if setup else None
            if turn < loops:
                self.session.call(self.name, 1, body, (data,) if takes_data else (), size)
        self.session.keep_value(self.name, self.returned)

    def scaled(self, function: Any) -> dict[str, int]:
        """The size to call a function with; nothing when it takes none, or its default is what is asked for."""
        if function is None or self.session.scale == 1:
            return {}
        import inspect

        size = inspect.signature(function).parameters.get("size")
        whole = size is not None and type(size.default) is int and size.default > 0
        return {"size": size.default * self.session.scale} if size is not None and whole else {}

    def run_plain(self) -> None:
        """The whole script as `__main__` is the body; only the first loop finds its imports not yet done."""
        if self.session.mode == "values":
            self.run_main()
            return
        code = self.compiled()
        for _ in range(self.session.loops(self.name)):
            self.session.seed()
            module = self.fresh_module("__main__")
            self.session.call(self.name, 1, run_code, (code, module.__dict__))

    def run_main(self) -> None:
        """The script as `__main__`; its variables, its output and what its bodies returned are the value."""
        import io

        console, captured = sys.stdout, io.StringIO()
        if self.session.mode == "values":
            sys.stdout = captured
        module = self.fresh_module("__main__")
        try:
            run_code(self.compiled(), module.__dict__)
        finally:
            sys.stdout = console
        names = [name for name in record.own_variables(self.module) if name in module.__dict__]
        variables = {name: module.__dict__[name] for name in names if not opaque(module.__dict__[name])}
        value = {"variables": variables, "output": captured.getvalue(), "returned": self.returned}
        self.session.keep_value(self.name, value)

    def run(self) -> None:
        """Do what the mode asks for."""
        self.session.benchmarks.append(self.name)
        if self.session.mode == "list":
            return
        if self.session.mode == "eqcheck" and self.kind != "gso":
            raise ValueError("only scripts of the GSO interface have a check of their own")
        self.session.seed_early(record.imported(self.module))
        runners = {
            "gso": self.run_gso,
            "timeit": self.run_timeit,
            "workload": self.run_workload,
            "plain": self.run_plain,
        }
        runners[self.kind]()


def load_own(name: str) -> Any:
    """A module of the harness that few samples need; its folder is not on sys.path any more."""
    return sys.modules.get(name) or load_file(name, os.path.join(HERE, name + ".py"))


def run_code(code: Any, namespace: dict[str, Any]) -> None:
    """Execute a script's code; an exit with success is an end like any other."""
    try:
        exec(code, namespace)
    except SystemExit as leaving:
        if leaving.code not in (None, 0):
            raise


def opaque(value: Any) -> bool:
    """Whether a variable is a module, a class or a function, which say nothing about a result."""
    return isinstance(value, (type(sys), type)) or (callable(value) and hasattr(value, "__code__"))


def write_files(folder: str, files: dict[str, str]) -> None:
    """Put files, given as {name: base64}, into a folder."""
    import base64

    for name, content in files.items():
        with open(os.path.join(folder, os.path.basename(name)), "wb") as stream:
            stream.write(base64.b64decode(content))


def take_files(prefix: str) -> dict[str, str]:
    """Remove the files whose path starts with a prefix; returns them as {name: base64}."""
    import base64

    folder, start = os.path.split(prefix)
    files = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name.startswith(start) and os.path.isfile(path):
            with open(path, "rb") as stream:
                files[name] = base64.b64encode(stream.read()).decode("ascii")
            os.remove(path)
    return files


def readable(files: dict[str, str]) -> dict[str, Any]:
    """The files as JSON values where they are JSON, as bytes where they are not."""
    import base64
    import json

    contents = {}
    for name, content in files.items():
        data = base64.b64decode(content)
        try:
            contents[name] = json.loads(data.decode("utf-8"))
        except ValueError:
            contents[name] = data
    return contents


def main() -> int:
    """Run the script named in the options; the exit status is 1 when it raised."""
    leave_no_trace()
    options = read_options(sys.argv)
    with Session(options) as session:
        script = Script(session)
        sys.argv[:] = [script.path]
        # Last, so that a copy of the target beside the script never hides the tree under test.
        sys.path += [options["tree"], os.path.dirname(script.path)]
        script.run()
    if options["mode"] == "time":
        leave()
    return 0
