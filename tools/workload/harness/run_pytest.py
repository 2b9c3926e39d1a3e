"""Run benchmarks written for pytest-benchmark, or plain tests, with sections around their bodies.

Started with its options, or with `serve` and the roots of all sides (see perfagent_server.py).
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from perfagent.tools.workload.harness.perfagent_plugin import Plugin
    from perfagent.tools.workload.harness.perfagent_session import (
        Session,
        leave_no_trace,
        one_line,
        read_options,
    )
else:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from perfagent_session import Session, leave_no_trace, one_line, read_options

QUIET = (
    "-q",
    "--tb=short",
    # Random order and re-seeding are for finding coupled tests; both sides of a pair must do the same.
    "-p",
    "no:randomly",
    # The repository's own options would add coverage, workers and selections; what matters of them comes in
    # by name.
    "-o",
    "addopts=",
    "-o",
    "required_plugins=",
    # Rewritten asserts have bytecode of their own, which nobody can make beforehand: each process would rewrite the
    # tests' modules and the plugins' again, and a timed body would do the rewriting's work beside its own.
    "--assert=plain",
)


def arguments(options: dict[str, Any]) -> list[str]:
    """pytest's command line.

    The cache and the storage of pytest-benchmark move to the scratch folder. Plugins that only the stripped
    options would wake (cache, xdist, coverage) are not blocked: a strict configuration that sets one up would
    break.
    """
    import importlib.util

    scratch = options["scratch"]
    moved = ["-o", "cache_dir=" + os.path.join(scratch, "pytest_cache")]
    if importlib.util.find_spec("pytest_benchmark") is not None:
        moved.append("--benchmark-storage=file://" + os.path.join(scratch, "pytest_benchmarks"))
    selected = [options["target"]]
    if options.get("only") is not None and "::" not in options["target"]:
        selected = sorted({name.split("::")[0] for name in options["only"]})
    return [*QUIET, *moved, "--rootdir", options["tree"], *options["pytest_options"], *selected]


def make_plugin(session: Session) -> Plugin:
    """The plugin; its file imports pytest, which may be missing."""
    import importlib

    plugin: Plugin = importlib.import_module("perfagent_plugin").Plugin(session)
    return plugin


def given() -> dict[str, Any]:
    """The options of this process, or, after `serve`, of the side that it was forked for."""
    if sys.argv[1] != "serve":
        return read_options(sys.argv)
    import importlib
    import json

    options: dict[str, Any] = importlib.import_module("perfagent_server").serve(json.loads(sys.argv[2]))
    return options


def main() -> int:
    """Run the node named in the options; the exit status is pytest's when it could not do its work, else 0."""
    options = given()
    sys.argv[:] = ["pytest"]
    with Session(options) as session:
        try:
            import pytest

            plugin = make_plugin(session)
        except ImportError as error:
            session.error = "pytest cannot be imported: " + one_line(error)
            return 4
        leave_no_trace()
        sys.path.append(options["tree"])
        try:
            status = int(pytest.main(arguments(options), plugins=[plugin]))
        except ImportError as error:
            session.error = "pytest-benchmark cannot be imported: " + one_line(error)
            return 4
        plugin.finish(status)
        return 0 if session.error is None else status


if __name__ == "__main__":
    sys.exit(main())
