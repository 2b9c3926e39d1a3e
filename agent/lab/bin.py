"""Trees that nobody needs any more are removed by a thread of its own, beside what is not timed.

A tree has hundreds of files, and a disk that is in use takes milliseconds for each.
"""

from __future__ import annotations

import queue
import threading
import uuid
from pathlib import Path

from perfagent.agent.lab.turns import Turns
from perfagent.tools.sandbox import remove


class Bin:
    """Takes trees and removes them; safe under threads.

    Args:
        turns: who may run now: nothing is removed while something is timed.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._waiting: queue.Queue[Path] = queue.Queue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def drop(self, tree: Path) -> None:
        """Take a tree away at once, by its name; its files go later. One that is not there is none."""
        gone = tree.with_name(f"gone-{uuid.uuid4().hex[:12]}")
        try:
            tree.rename(gone)
        except FileNotFoundError:
            return
        self._waiting.put(gone)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="bin", daemon=True)
                self._thread.start()

    def empty(self) -> None:
        """Wait until all of it is removed."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            tree = self._waiting.get()
            try:
                with self._turns.shared():
                    remove(tree)
            except KeyboardInterrupt:  # the run ends: there is nothing timed to wait for
                remove(tree)
            finally:
                self._waiting.task_done()
