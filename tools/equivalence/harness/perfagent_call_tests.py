"""A pytest plugin that records calls while tests run; see perfagent_calls.py.

PERFAGENT_CALLS holds the tracer's options as JSON, with `report`, the path of the JSON file to write: {test's node id:
the tracer's report}. Each test has a tracer of its own, which sees its set-up and tear-down too.
"""

from __future__ import annotations

import json
import os

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from perfagent.tools.equivalence.harness.perfagent_calls import Tracer
else:
    from perfagent_calls import Tracer

VARIABLE = "PERFAGENT_CALLS"


class Calls:
    """Traces each test, and writes what was seen when all have ended."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.reports: dict[str, Any] = {}

    @pytest.hookimpl(hookwrapper=True)  # type: ignore[untyped-decorator,unused-ignore]
    def pytest_runtest_protocol(self, item: Any) -> Iterator[None]:
        """Trace one test."""
        tracer = Tracer(self.options)
        tracer.start()
        yield
        tracer.stop()
        self.reports[item.nodeid] = tracer.report()

    @pytest.hookimpl(trylast=True)  # type: ignore[untyped-decorator,unused-ignore]
    def pytest_sessionfinish(self) -> None:
        """Write the report."""
        with open(self.options["report"], "w", encoding="utf-8") as stream:
            json.dump(self.reports, stream)


def pytest_configure(config: Any) -> None:
    """Register the tracer."""
    text = os.environ.pop(VARIABLE, None)
    if text:
        config.pluginmanager.register(Calls(json.loads(text)), "perfagent-calls")
