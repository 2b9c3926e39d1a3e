"""The pytest plugin that puts sections around benchmark bodies or test calls, and reports how each test ended."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from perfagent.tools.workload.harness import perfagent_fixture as fixture
    from perfagent.tools.workload.harness.perfagent_session import Session
else:
    import perfagent_fixture as fixture


class Sibling:
    """Stands for "another test of the same class or module follows", so that only the test's own fixtures
    are torn down.
    """

    def __init__(self, item: Any) -> None:
        self._item = item

    def listchain(self) -> list[Any]:
        """The collectors above the test, and this."""
        return [*self._item.listchain()[:-1], self]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._item, name)


def message(report: Any) -> str:
    """One line on why a phase failed or was skipped."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(report.longrepr)
    if text == "AssertionError":  # of an assert without words: the statement says more
        text = statement(report.longrepr) or text
    lines = [line for line in text.strip().splitlines() if line.strip()]
    # A crash message starts with the error; a collection error ends with it.
    return str(lines[0 if crash is not None else -1]).strip() if lines else "no message"


def statement(failure: Any) -> str:
    """The line of code at which a short traceback ends; empty when it shows none."""
    entries = getattr(getattr(failure, "reprtraceback", None), "reprentries", ())
    lines = entries[-1].lines if entries else ()
    return next((line.strip() for line in lines if line.strip(" ^~") and not line.startswith("E ")), "")


class Plugin:
    """Selects the benchmarks, surrounds them, and keeps their outcomes in the session's report.

    Args:
        session: the harness's session of this process.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.tests = session.options["pytest_kind"] == "test"
        only = session.options.get("only")
        self.only = None if only is None else frozenset(only)
        self.broken: list[str] = []

    def pytest_configure(self) -> None:
        """Replace the bodies of pytest-benchmark's fixture."""
        if not self.tests:
            fixture.install(self.session)

    def wanted(self, item: Any) -> bool:
        """Whether an item is a benchmark, and one that was asked for."""
        if self.only is not None and item.nodeid not in self.only:
            return False
        return self.tests or "benchmark" in getattr(item, "fixturenames", ())

    @pytest.hookimpl(trylast=True)  # type: ignore[untyped-decorator,unused-ignore]
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Keep the benchmarks."""
        items[:] = [item for item in items if self.wanted(item)]
        self.session.benchmarks = [item.nodeid for item in items]
        if self.session.mode == "list":
            items[:] = []

    def pytest_collectreport(self, report: Any) -> None:
        """Remember what could not be collected."""
        if report.failed:
            self.broken.append("{}: {}".format(report.nodeid, message(report)))

    @pytest.hookimpl(tryfirst=True)  # type: ignore[untyped-decorator,unused-ignore]
    def pytest_runtest_setup(self) -> None:
        """Seed each test alike, whichever tests run before it."""
        self.session.seed()

    @pytest.hookimpl(hookwrapper=True, trylast=True)  # type: ignore[untyped-decorator,unused-ignore]
    def pytest_runtest_call(self, item: Any) -> Iterator[None]:
        """Put a section around the call phase, when tests are what is timed."""
        if not self.tests:
            yield
            return
        section = self.session.section(item.nodeid, 1)
        section.start()
        yield
        section.stop()

    @pytest.hookimpl(tryfirst=True)  # type: ignore[untyped-decorator,unused-ignore]
    def pytest_runtest_protocol(self, item: Any, nextitem: Any) -> bool | None:
        """Run set-up, call and teardown again for every loop; the fixtures of the module stay as pytest scopes them."""
        loops = self.session.loops(item.nodeid) if self.tests else 1
        if loops == 1:
            return None
        from _pytest.runner import runtestprotocol

        following: Any = Sibling(item)
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for left in range(loops - 1, -1, -1):
            reports = runtestprotocol(item, log=False, nextitem=following if left else nextitem)
            if not left or any(report.failed for report in reports):
                break
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep how a phase of a test ended."""
        if report.failed:
            self.session.failed.setdefault(report.nodeid, message(report))
        elif report.skipped:
            reason = getattr(report, "wasxfail", None)
            self.session.skipped[report.nodeid] = (
                "expected to fail: " + reason if reason is not None else message(report)
            )

    def finish(self, status: int) -> None:
        """Complete the report after pytest returned with an exit status."""
        session = self.session
        for name in session.benchmarks:
            ended = name in session.failed or name in session.skipped
            if session.mode != "list" and not ended and name not in session.executed:
                session.skipped[name] = "the test passed without calling its benchmark"
        if not session.benchmarks and self.broken:
            session.error = self.broken[0]
        elif status in (2, 3, 4) and not self.broken:
            session.error = "pytest ended with status {}".format(status)
