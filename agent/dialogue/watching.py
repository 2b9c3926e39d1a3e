"""Whether a model goes in circles: the same calls, edits made and undone, errors or texts again and again.

A measurement or a test may be repeated (its tool says so): only the same call with the same result on the same tree
counts, and of such tools only a pattern of several.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field

from perfagent.agent.model.protocol import ToolCall, digest_of

SAME_CALLS = 3  # equal calls with equal results on an equal tree
WITHIN_CALLS = 12  # the latest calls, among which they are counted
ALTERNATING = 6  # calls that are two by turns: A,B,A,B,A,B
FAILURES = 6  # calls in a row that failed
SAME_TEXTS = 3  # equal replies without a call
CONDENSED = 10  # turns in a row for which old results had to be shortened, without a new state of the tree
TREES = 4  # states of the tree that are two by turns

_SECONDS = re.compile(r"\b\d+(\.\d+)? m?s\b")  # a shell's result tells how long it took


@dataclass(slots=True)
class Watch:
    """What the last calls and texts of a loop were.

    Args:
        tree: digest of the tree it begins with.
    """

    tree: str
    failures: int = 0
    narrow: int = 0
    calls: deque[str] = field(default_factory=lambda: deque(maxlen=WITHIN_CALLS))
    texts: Counter[str] = field(default_factory=Counter)
    trees: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.trees.append(self.tree)
        self.known.add(self.tree)

    def called(self, call: ToolCall, result: str, tree: str, *, ok: bool, repeatable: bool) -> str:
        """Take note of a call; why the model seems stuck, empty when it does not."""
        if tree != self.trees[-1]:
            self.trees.append(tree)
        self.failures = 0 if ok else self.failures + 1
        said = _SECONDS.sub("", result)
        self.calls.append(digest_of([call.name, call.arguments, tree, said]))
        if self._by_turns(self.trees, TREES):
            return "edits are made and undone by turns"
        if not repeatable and self.calls.count(self.calls[-1]) >= SAME_CALLS:
            return f"{call.name} was called {SAME_CALLS} times alike on the same files"
        if self._by_turns(list(self.calls), ALTERNATING):
            return "the same two calls are made by turns, with the same results"
        if self.narrow >= CONDENSED:
            return f"what you look at no longer fits, and was shortened {CONDENSED} times in a row"
        return f"{self.failures} calls in a row failed" if self.failures >= FAILURES else ""

    def said(self, text: str) -> str:
        """Take note of a reply without calls; why the model seems stuck, empty when it does not."""
        self.texts[text] += 1
        return f"the same text was sent {SAME_TEXTS} times" if self.texts[text] >= SAME_TEXTS else ""

    def fitted(self, *, shortened: bool) -> None:
        """Take note of whether old results had to be shortened for a turn: they may then be asked for again."""
        self.narrow = self.narrow + 1 if shortened else 0
        if shortened:
            self._begin_anew()

    def is_progress(self, tree: str) -> bool:
        """Whether the tree is in a state that it never was in before."""
        new = tree not in self.known
        self.known.add(tree)
        self.narrow = 0 if new else self.narrow
        return new

    def forget(self) -> None:
        """Begin anew: the model was told."""
        self.narrow = 0
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.failures = 0
        self.calls.clear()
        self.texts.clear()
        del self.trees[:-1]

    @staticmethod
    def _by_turns(states: list[str], number: int) -> bool:
        last = states[-number:]
        return len(last) == number and last[0] != last[1] and last == (last[:2] * number)[:number]
