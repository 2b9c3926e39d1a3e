"""Every exchange with a model on disk: a run resumes without paying twice, and replays without a model.

A transcript is a JSONL file. Its first line names the format; each further line is one exchange:
`{"digest", "label", "time", "tools", "messages": [message ids], "new": {id: message}, "reply"}`, the time in seconds
since the epoch. A message is written
once, in the line that first uses it, because a conversation repeats all its earlier messages in every
request.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from perfagent.agent.model.ledger import Totals, used
from perfagent.agent.model.protocol import Message, Model, Reply, Request, digest_of
from perfagent.agent.model.secrets import redacted
from perfagent.tools.errors import ModelError, ModelNoTools

FORMAT = "perfagent-transcript-1"
_ID_LENGTH = 16  # hex digits of a message's digest: collisions within one file are out of the question


#: Parts of a conversation's name that differ from run to run: commits, whose time is part of their hash.
COMMIT = re.compile(r"[0-9a-f]{12,40}")


def shape(name: str) -> str:
    """The name of a conversation without the commits in it."""
    return COMMIT.sub("*", name)


class Exchange(BaseModel):
    """One request, by its digest and its shape, and the reply to it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    digest: str
    label: str
    time: float = 0.0
    tools: tuple[str, ...]
    messages: tuple[str, ...]
    reply: Reply

    def differs_from(self, request: Request) -> str:
        """In what the request does not stand at the same place of a conversation; empty when it does."""
        if len(self.messages) != len(request.messages):
            return f"the request has {len(request.messages)} messages, the recorded one {len(self.messages)}"
        now = {tool.name for tool in request.tools}
        if changed := sorted(now ^ set(self.tools)):
            return f"not both requests offer the tools {', '.join(changed)}"
        return ""


class Transcript:
    """An open transcript; each exchange is on disk before `append` returns. Safe under threads.

    Args:
        path: the file; made when missing, continued when there (a line torn by a crash is dropped).
        secrets: texts never to be written, such as keys.
    """

    def __init__(self, path: Path, secrets: Iterable[str] = ()) -> None:
        self.path = path
        self._secrets = list(secrets)
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        _drop_torn_line(path)
        self._known = set(_message_ids(path))
        if not path.exists() or path.stat().st_size == 0:
            self._write({"format": FORMAT})

    def append(self, request: Request, reply: Reply) -> None:
        """Write one exchange and wait until it is on disk."""
        with self._lock:
            dumped = [message.model_dump(mode="json", exclude_defaults=True) for message in request.messages]
            ids = [digest_of(message)[:_ID_LENGTH] for message in dumped]
            new = {id_: message for id_, message in zip(ids, dumped, strict=True) if id_ not in self._known}
            self._write(
                {
                    "digest": request.digest(),
                    "label": request.label,
                    "time": round(time.time(), 3),
                    "tools": [tool.name for tool in request.tools],
                    "messages": ids,
                    "new": new,
                    "reply": reply.model_dump(mode="json"),
                }
            )
            self._known.update(new)

    def _write(self, record: dict[str, Any]) -> None:
        line = json.dumps(self._without_secrets(record), ensure_ascii=False)
        with self.path.open("a", encoding="utf-8", errors="surrogatepass") as out:
            out.write(line + "\n")
            out.flush()
            os.fsync(out.fileno())

    def _without_secrets(self, value: Any) -> Any:
        """The JSON value with secrets cut out of its texts; keys, and thereby the record's form, stay."""
        if isinstance(value, str):
            return redacted(value, self._secrets)
        if isinstance(value, dict):
            kept = {"digest", "role", "finish_reason"}
            return {key: item if key in kept else self._without_secrets(item) for key, item in value.items()}
        return [self._without_secrets(item) for item in value] if isinstance(value, list) else value


class RecordedModel:
    """A model asked only for what the transcript does not hold yet; its answers are added to the transcript.

    Each recorded reply is given once, in order, so that equal requests of several candidates keep their own
    replies.

    Args:
        model: what answers when the transcript does not.
        transcript: what is looked up and continued.
    """

    def __init__(self, model: Model, transcript: Transcript) -> None:
        self._model = model
        self._transcript = transcript
        self._recorded: defaultdict[str, deque[Reply]] = defaultdict(deque)
        self._lock = threading.Lock()
        for exchange in read_transcript(transcript.path):
            self._recorded[exchange.digest].append(exchange.reply)

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._model.name

    def complete(self, request: Request) -> Reply:
        """The recorded reply, else the model's, which is on disk when this returns; see Model."""
        with self._lock:
            waiting = self._recorded.get(request.digest())
            recorded = waiting.popleft() if waiting else None
        if recorded is not None:
            return recorded
        reply = self._model.complete(request)
        self._transcript.append(request, reply)
        return reply


class ReplayModel:
    """Answers from a transcript alone: by the request's digest, else by its place in its conversation.

    The place serves where a request repeats what differs between runs, such as a measured time. It must match
    in number of messages and tools, and only the next unused exchange of the label is considered, commits in it aside.

    Args:
        path: the transcript.
        name: what the user called the recording.

    Raises:
        ModelError: there is no such transcript, or it is none.
    """

    def __init__(self, path: Path, name: str = "replay") -> None:
        self._name = name
        self._path = path
        self._left = read_transcript(path)
        self._given = 0
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What the user called the recording."""
        return self._name

    def skip(self, count: int) -> None:
        """Leave out replies that were given before."""
        del self._left[:count]
        self._given += count

    def complete(self, request: Request) -> Reply:
        """The recorded reply.

        Raises:
            ModelError: the run asks what the recorded one did not ask at this place.
        """
        return self.next(request).reply

    def next(self, request: Request) -> Exchange:
        """The recorded exchange, as `complete`."""
        with self._lock:
            exchange = self._find(request)
            self._left.remove(exchange)
            self._given += 1
            return exchange

    def _find(self, request: Request) -> Exchange:
        digest = request.digest()
        for exchange in self._left:
            if exchange.digest == digest:
                return exchange
        label = shape(request.label)
        following = next((one for one in self._left if shape(one.label) == label), None)
        if following is not None and request.tools and not following.tools:
            raise ModelNoTools(f"{self._name} took no tools", "write the calls in text", "no_tools")
        ended = f"{self._path.name} has no reply left for it"
        why = ended if following is None else following.differs_from(request)
        if following is not None and not why:
            return following
        raise ModelError(
            f"the run diverges from the recorded one at request {self._given + 1} of {request.label or 'all'}: {why}",
            "replay with the same version, repository and settings, or run with a model",
            code="PA708",
        )


def read_transcript(path: Path) -> list[Exchange]:
    """All exchanges of a transcript, in order; a torn last line is left out.

    Raises:
        ModelError: there is no such file, or it is no transcript.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogatepass").split("\n")
    except OSError as error:
        raise ModelError(f"no transcript at {path}", str(error.strerror), code="PA708") from error
    records = [_parsed(line, path, number) for number, line in enumerate(lines[:-1], 1)]
    if not records or records[0].get("format") != FORMAT:
        raise ModelError(f"{path} is no transcript of the format {FORMAT}", code="PA708")
    try:
        return [Exchange.model_validate_json(json.dumps(record)) for record in records[1:]]
    except ValidationError as error:
        raise ModelError(
            f"{path} holds an exchange that cannot be read", str(error).partition("\n")[0], code="PA708"
        ) from error


def read_messages(path: Path) -> dict[str, Message]:
    """The messages of a transcript by the ids its exchanges name them with.

    Raises:
        ModelError: it is no transcript.
    """
    records = [_parsed(line, path, number) for number, line in enumerate(_lines(path), 1)]
    return {id_: Message(**message) for record in records for id_, message in record.get("new", {}).items()}


def spent(exchanges: Iterable[Exchange]) -> Totals:
    """What the recorded replies cost: the totals to resume a ledger with, whatever a crash lost of them."""
    totals = Totals()
    for reply in (exchange.reply for exchange in exchanges):
        cost = used(reply.usage, reply.cost_usd, failed_attempts=reply.failed_attempts)
        totals = totals.plus(reply.model, reply.role, cost)
    return totals


def _parsed(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ModelError(f"line {number} of {path} is no JSON", code="PA708") from error
    if not isinstance(record, dict):
        raise ModelError(f"line {number} of {path} is no exchange", code="PA708")
    return record


def _drop_torn_line(path: Path) -> None:
    """Cut the file after its last whole line."""
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)


def _message_ids(path: Path) -> Sequence[str]:
    if not path.exists():
        return []
    return list(read_messages(path))


def _lines(path: Path) -> list[str]:
    """The whole lines of a file."""
    return path.read_text(encoding="utf-8", errors="surrogatepass").split("\n")[:-1]
