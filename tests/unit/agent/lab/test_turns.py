"""Turns between real threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from perfagent.agent.lab.turns import Turns

PATIENCE_S = 20.0


def started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def waiting(turns: Turns, number: int) -> None:
    """Wait until so many threads wait for their turn."""
    end = time.monotonic() + PATIENCE_S
    while len(turns._queue) != number:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_many_share_and_nobody_is_there_when_one_is_alone() -> None:
    turns, lock = Turns(), threading.Lock()
    inside: list[str] = []
    seen: list[tuple[str, ...]] = []

    def work(number: int) -> None:
        kind = "alone" if number % 5 == 0 else "shared"
        for _ in range(30):
            with turns.alone() if kind == "alone" else turns.shared():
                with lock:
                    inside.append(kind)
                    seen.append(tuple(inside))
                time.sleep(0.0002)
                with lock:
                    inside.remove(kind)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(10)))
    assert all(now == ("alone",) for now in seen if "alone" in now)
    assert max(map(len, seen)) > 1


def test_who_came_first_goes_first_so_that_none_starves() -> None:
    turns, order, first, left = Turns(), [], threading.Event(), threading.Event()

    def hold() -> None:
        with turns.shared():
            first.set()
            left.wait(PATIENCE_S)

    def go(name: str, turn: Callable[[], object]) -> threading.Thread:
        def work() -> None:
            with turn():  # type: ignore[attr-defined]
                order.append(name)
                time.sleep(0.01)

        before = len(turns._queue)
        thread = started(work)
        waiting(turns, before + 1)
        return thread

    holder = started(hold)
    first.wait(PATIENCE_S)
    threads = [go("alone", turns.alone), go("shared after it", turns.shared), go("alone again", turns.alone)]
    left.set()
    for thread in [holder, *threads]:
        thread.join(PATIENCE_S)
    assert order == ["alone", "shared after it", "alone again"]


def test_a_thread_may_take_turns_within_its_own() -> None:
    turns = Turns()
    with turns.alone(), turns.shared(), turns.alone():
        pass
    with turns.shared(), turns.shared(), pytest.raises(RuntimeError, match="asks to be alone"), turns.alone():
        pass
    with turns.alone():
        pass


def test_who_waits_is_let_go_when_the_user_interrupts() -> None:
    turns, caught = Turns(threading.Event()), []

    def wait() -> None:
        try:
            with turns.alone():
                pass
        except KeyboardInterrupt:
            caught.append(True)

    with turns.shared():
        thread = started(wait)
        waiting(turns, 1)
        turns.interrupted.set()
        thread.join(PATIENCE_S)
    assert caught and not turns._queue
