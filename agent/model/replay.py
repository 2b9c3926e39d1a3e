"""A whole run's transcripts in the place of its models: no model, no key, no network."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

from perfagent.agent.model.protocol import Message, Reply, Request
from perfagent.agent.model.transcript import COMMIT, Exchange, ReplayModel, read_messages, read_transcript, shape
from perfagent.tools.errors import ModelError

#: What differs between two runs that do the same: figures, and paths of runs and of folders made for one time.
_FLEETING = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?|[0-9a-f]{8,}|/[^\s:]+")


class Recording:
    """The conversations of a run, each to be replayed once. Safe under threads.

    A conversation is found by its name; where that holds a commit made by the run itself, whose hash depends on the
    time, by the same name but for the commits, the one whose commits were met before, whose first request is the same,
    or the earliest, in this order.

    Args:
        folder: a run's folder, or one with its transcripts.
        bound: file of the replaying run, in which is kept what was replayed for what.
        say: told, in one line, when a replayed conversation is not what it was.

    Raises:
        ModelError: there are no transcripts, or one cannot be read.
    """

    def __init__(self, folder: Path, bound: Path | None = None, say: Callable[[str], None] = lambda _: None) -> None:
        place = folder / "transcripts" if (folder / "transcripts").is_dir() else folder
        read = {path.stem: read_transcript(path) for path in sorted(place.glob("*.jsonl"))}
        self._exchanges = {name: exchanges for name, exchanges in read.items() if exchanges}
        if not self._exchanges:
            raise ModelError(
                f"there are no transcripts in {folder}", "give a run that had a model, or its transcripts", code="PA708"
            )
        self._place = place
        self._bound_file = bound
        self._bound: dict[str, str] = {}
        self._commits: dict[str, str] = {}
        self._say = say
        self._lock = threading.Lock()
        if bound is not None and bound.exists():
            for line in bound.read_text("utf-8").splitlines():
                self._bind(*json.loads(line))

    def conversation(self, name: str, answered: int = 0) -> ReplayedConversation:
        """The conversation of that name; `answered` of its replies were given in an earlier session."""
        return ReplayedConversation(self, name, answered)

    def open(self, name: str, request: Request) -> ReplayModel:
        """The recorded conversation that this request begins, or continues.

        Raises:
            ModelError: the recorded run has none like it.
        """
        with self._lock:
            if name not in self._bound:
                found = self._find(name, request)
                self._bind(name, found)
                if self._bound_file is not None:
                    with self._bound_file.open("a", encoding="utf-8") as out:
                        out.write(json.dumps([name, found]) + "\n")
        return ReplayModel(self._place / f"{self._bound[name]}.jsonl", name)

    def compare(self, name: str, request: Request, exchange: Exchange) -> None:
        """Tell which message of a replayed request is not what it was, figures and paths aside."""
        recorded = read_messages(self._place / f"{self._bound[name]}.jsonl")
        for number, (now, id_) in enumerate(zip(request.messages, exchange.messages, strict=False), 1):
            if _settled(now) != _settled(recorded[id_]):
                self._say(f"replaying {name}: message {number} ({now.role}) is not what it was when it was recorded")
                return

    def _find(self, name: str, request: Request) -> str:
        if name in self._exchanges:
            return name
        taken = set(self._bound.values())
        alike = [other for other in self._exchanges if other not in taken and shape(other) == shape(name)]
        if not alike:
            raise ModelError(
                f"the run diverges from the recorded one: that has no conversation like {name}",
                "replay with the same version, repository and settings, or run with a model",
                code="PA708",
            )
        digest = request.digest()
        return min(alike, key=lambda other: self._rank(name, other, digest))

    def _rank(self, name: str, other: str, digest: str) -> tuple[bool, bool, float, str]:
        """Sorts the likeliest recorded conversation first."""
        pairs = zip(COMMIT.findall(name), COMMIT.findall(other), strict=True)
        strange = any(self._commits.get(mine, theirs) != theirs for mine, theirs in pairs)
        first = self._exchanges[other][0]
        return strange, first.digest != digest, first.time, other

    def _bind(self, name: str, other: str) -> None:
        self._bound[name] = other
        self._commits.update(zip(COMMIT.findall(name), COMMIT.findall(other), strict=False))


class ReplayedConversation:
    """One conversation of a recording, found with its first request; its answers cost nothing."""

    name = "replay"

    def __init__(self, recording: Recording, name: str, answered: int) -> None:
        self._recording = recording
        self._name = name
        self._answered = answered
        self._model: ReplayModel | None = None
        self._told = False

    def complete(self, request: Request) -> Reply:
        """The recorded reply.

        Raises:
            ModelError: the run asks what the recorded one did not ask at this place.
        """
        if self._model is None:
            self._model = self._recording.open(self._name, request)
            self._model.skip(self._answered)
        exchange = self._model.next(request)
        if not self._told and exchange.digest != request.digest():
            self._told = True
            self._recording.compare(self._name, request, exchange)
        return exchange.reply.model_copy(update={"cost_usd": 0.0, "failed_attempts": 0})


def _settled(message: Message) -> tuple[str, str]:
    return message.role, _FLEETING.sub("#", message.content)
