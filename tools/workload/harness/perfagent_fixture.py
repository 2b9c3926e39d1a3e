"""pytest-benchmark's fixture with its calibration and rounds replaced by our sections.

The public methods `__call__` and `pedantic` are replaced on the class, so `weave`, `patch` and subclasses
follow. The contract
stays: the body's value is returned, one use per test, `stats` readable afterwards; `extra_info`, `group` and
`name` are untouched.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from perfagent.tools.workload.harness.perfagent_session import Session


class BodyStats:
    """Figures for tests that read `benchmark.stats`; plausible, and never used for a verdict.

    Args:
        seconds: duration of all executions together, as seen from inside the process.
        loops: how many executions there were.
    """

    def __init__(self, seconds: float, loops: int) -> None:
        each = seconds / loops
        self.min = self.max = self.mean = self.median = self.q1 = self.q3 = self.ld15iqr = self.hd15iqr = each
        self.stddev = self.iqr = 0.0
        self.total = seconds
        self.ops = 1.0 / each if each else 0.0
        self.rounds = self.iterations = loops
        self.data = self.sorted_data = [each] * loops
        self.outliers = "0;0"
        self.has_error = False

    @property
    def stats(self) -> BodyStats:
        """Itself: the real object keeps its figures one level down."""
        return self

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


def install(session: Session) -> None:
    """Replace the fixture's methods.

    Raises:
        ImportError: pytest-benchmark is not installed.
    """
    from pytest_benchmark.fixture import BenchmarkFixture, FixtureAlreadyUsed

    def use(fixture: Any, mode: str, run: Callable[[], Any]) -> Any:
        # The fixture's own teardown warns, which may be an error, unless _mode is set.
        if fixture._mode:
            fixture.has_error = True
            raise FixtureAlreadyUsed(
                "Fixture can only be used once. Previously it was used in %s mode." % fixture._mode
            )
        fixture._mode = mode
        started = time.perf_counter()
        try:
            result = run()
        except Exception:
            fixture.has_error = True
            raise
        fixture.stats = BodyStats(time.perf_counter() - started, session.loops(fixture.fullname))
        return result

    def __call__(self: Any, function_to_benchmark: Any, *args: Any, **kwargs: Any) -> Any:
        def run() -> Any:
            name = self.fullname
            result = session.call(name, session.loops(name), function_to_benchmark, args, kwargs)
            keep(session, name, result, args)
            # Encoding an iterator uses it up, and the test wants to see what is in it.
            return function_to_benchmark(*args, **kwargs) if session.used_up(result) else result

        return use(self, "benchmark(...)", run)

    def pedantic(
        self: Any,
        target: Any,
        args: Any = (),
        kwargs: Any = None,
        setup: Any = None,
        teardown: Any = None,
        **_rounds: Any,  # how often to execute is not the test's decision here
    ) -> Any:
        body = Pedantic(session, self.fullname, target, setup, teardown)
        return use(self, "benchmark.pedantic(...)", lambda: body.run(args, kwargs or {}))

    target: Any = BenchmarkFixture
    target.__call__, target.pedantic = __call__, pedantic


def keep(session: Session, name: str, result: Any, args: Any) -> None:
    """Keep a body's value; its arguments when it returned nothing, for then it must have changed something."""
    session.keep_value(name, {"returned": result} if result is not None else {"arguments": list(args)})


class Pedantic:
    """One use of `benchmark.pedantic`: set-up and teardown stay outside the section, rounds are ours to choose."""

    def __init__(self, session: Session, name: str, target: Any, setup: Any, teardown: Any) -> None:
        self.session = session
        self.name = name
        self.target = target
        self.setup = setup
        self.teardown = teardown

    def prepare(self, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """What the next execution is called with."""
        given = self.setup() if self.setup else None
        if not given:
            return args, kwargs
        if args or kwargs:
            raise TypeError("Can't use `args` or `kwargs` if `setup` returns the arguments.")
        args, kwargs = given
        return args, kwargs

    def run(self, args: Any, kwargs: Any) -> Any:
        """Execute as often as asked: in one section when nothing happens in between, else each in its own."""
        loops = self.session.loops(self.name)
        separate = self.setup is not None or self.teardown is not None
        result = None
        for _ in range(loops if separate else 1):
            now_args, now_kwargs = self.prepare(args, kwargs)
            result = self.session.call(self.name, 1 if separate else loops, self.target, now_args, now_kwargs)
            keep(self.session, self.name, result, now_args)
            if self.teardown is not None:
                self.teardown(*now_args, **now_kwargs)
        return result
