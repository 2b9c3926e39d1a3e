"""Fixtures every test may use: a small repository, and an OpenAI-compatible endpoint with scripted answers.

The markers `docker` and `bubblewrap` say what a test needs of the machine; whether that works is found out by trying.

    def test_something(scripted_server):
        scripted_server.script(
            scripted_server.tools(("read_file", {"path": "a.py"})),
            scripted_server.text("done"),
        )
        settings = GatewaySettings(model="test-model", api_base=scripted_server.url)
        ...
        assert scripted_server.requests[0]["messages"][0]["role"] == "system"

A request that asks for a stream gets the answer as one. For parallel conversations set `scripted_server.respond`, a
function from the request's body to an answer.
"""

from __future__ import annotations

import fcntl
import functools
import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from perfagent.tools.sandbox import Availability, SandboxKind, probe

pytest_plugins = ("loopback_plugin",)

# A test that fails fails again; looking for new examples is fuzzing, not testing.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@dataclass(frozen=True)
class Answer:
    """One HTTP answer: sent after `delay_s` seconds and when all of `meeting` came, and cut off half way when `cut`.

    Attributes:
        events: sent as they are in place of the events made of the body; the connection is closed behind them.
        drip_s: seconds before every byte.
        whole: sent as one document also to who asked for a stream.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    cut: bool = False
    meeting: threading.Barrier | None = None
    events: tuple[str, ...] | None = None
    drip_s: float = 0.0
    whole: bool = False


class ScriptedServer:
    """Answers chat completions in the scripted order, and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.respond: Callable[[dict[str, Any]], Answer] | None = None
        self._answers: list[Answer] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The api_base to give to a client."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def script(self, *answers: Answer) -> None:
        """Append answers, given one a request."""
        self._answers.extend(answers)

    @staticmethod
    def text(content: str, finish_reason: str = "stop") -> Answer:
        """A plain answer."""
        return Answer(_completion({"role": "assistant", "content": content}, finish_reason))

    @staticmethod
    def tools(*calls: tuple[str, Mapping[str, Any] | str], content: str | None = None) -> Answer:
        """Native tool calls; arguments given as a string are sent as they are, well formed or not."""
        made = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {"name": name, "arguments": args if isinstance(args, str) else json.dumps(args)},
            }
            for number, (name, args) in enumerate(calls)
        ]
        return Answer(_completion({"role": "assistant", "content": content, "tool_calls": made}, "tool_calls"))

    @staticmethod
    def refusal(reason: str) -> Answer:
        """The model declines in the field made for it."""
        return Answer(_completion({"role": "assistant", "content": None, "refusal": reason}, "stop"))

    @staticmethod
    def status(code: int, message: str, headers: Mapping[str, str] | None = None, kind: str = "error") -> Answer:
        """An error answer."""
        return Answer({"error": {"message": message, "type": kind, "code": kind}}, code, headers or {})

    @staticmethod
    def event(delta: Mapping[str, Any], finish_reason: str | None = None) -> str:
        """One event of a stream."""
        return _event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})

    @staticmethod
    def cut() -> Answer:
        """A connection that breaks in the middle of a good answer."""
        return Answer(_completion({"role": "assistant", "content": "never seen " * 50}, "stop"), cut=True)

    @staticmethod
    def stall(seconds: float) -> Answer:
        """A good answer that comes late."""
        return Answer(_completion({"role": "assistant", "content": "late"}, "stop"), delay_s=seconds)

    def pause(self, seconds: float) -> bool:
        """Wait; whether the server is to go on."""
        return not self._closing.wait(seconds)

    def close(self) -> None:
        """Stop serving and let stalled answers go."""
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def take(self, body: dict[str, Any], headers: Iterable[tuple[str, str]]) -> Answer:
        """The answer to one request, which is kept."""
        with self._lock:
            self.requests.append(body)
            self.headers.append({name.lower(): value for name, value in headers})
            if self.respond is None:
                unplanned = self.status(400, "the script has no more answers")
                answer = self._answers.pop(0) if self._answers else unplanned
            else:
                answer = self.respond(body)
        self._closing.wait(answer.delay_s)
        if answer.meeting is not None:
            answer.meeting.wait(timeout=60)
        return answer


def _completion(message: dict[str, Any], finish_reason: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "test-model",
        "choices": [{"index": 0, "finish_reason": finish_reason, "message": message}],
        "usage": {
            "prompt_tokens": 100,
            "completion_tokens": 10,
            "total_tokens": 110,
            "prompt_tokens_details": {"cached_tokens": 40},
        },
    }


def _event(part: Mapping[str, Any]) -> str:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "test-model"}
    return f"data: {json.dumps({**head, **part})}\n\n"


def _pieces(text: str | None) -> list[str]:
    """A text in three pieces, as tokens would come."""
    size = len(text or "") // 3 + 1
    return [(text or "")[start : start + size] for start in range(0, len(text or ""), size)]


def _events(completion: Mapping[str, Any]) -> Iterator[str]:
    """A completion as a stream: its texts and arguments in pieces, how it ended, and the usage."""
    (choice,) = completion["choices"]
    message = choice["message"]
    deltas: list[dict[str, Any]] = [{"role": "assistant"}]
    deltas += [{name: piece} for name in ("content", "refusal") for piece in _pieces(message.get(name))]
    for number, call in enumerate(message.get("tool_calls") or ()):
        function = call["function"]
        deltas.append({"tool_calls": [{**call, "index": number, "function": {**function, "arguments": ""}}]})
        deltas += [
            {"tool_calls": [{"index": number, "function": {"arguments": piece}}]}
            for piece in _pieces(function["arguments"])
        ]
    for delta in deltas:
        yield ScriptedServer.event(delta)
    yield ScriptedServer.event({}, choice["finish_reason"])
    yield _event({"choices": [], "usage": completion["usage"]})
    yield "data: [DONE]\n\n"


def _sent(answer: Answer, stream: bool) -> tuple[bytes, bool]:
    """The body of an answer, and whether it is a stream of events."""
    completion = answer.status == 200 and isinstance(answer.body, dict) and answer.body.get("choices")
    if answer.events is None and not (stream and completion and not answer.whole):
        return json.dumps(answer.body).encode(), False
    return "".join(_events(answer.body) if answer.events is None else answer.events).encode(), True


def _drip(server: ScriptedServer, out: BufferedIOBase, data: bytes, drip_s: float) -> None:
    """Write all at once, or a byte at a time."""
    size = 1 if drip_s else len(data) or 1
    for start in range(0, len(data), size):
        if drip_s and not server.pause(drip_s):
            return
        out.write(data[start : start + size])
        out.flush()


def _handler(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self._send(Answer({"object": "list", "data": [{"id": "test-model", "object": "model"}]}))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            try:
                self._send(server.take(body, self.headers.items()), bool(body.get("stream")))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _send(self, answer: Answer, stream: bool = False) -> None:
            data, streamed = _sent(answer, stream)
            self.send_response(answer.status)
            self.send_header("content-type", "text/event-stream" if streamed else "application/json")
            if answer.events is None:
                self.send_header("content-length", str(len(data)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            _drip(server, self.wfile, data[: len(data) // 2] if answer.cut else data, answer.drip_s)
            self.close_connection = self.close_connection or answer.cut or answer.events is not None

    return Handler


WORDS = """\
def unique(words):
    out = []
    for word in words:
        if word not in out:
            out.append(word)
    return out


def count(words):
    return len(unique(words))
"""


@pytest.fixture
def words_repository(tmp_path: Path) -> Path:
    """A git repository of one commit with `pkg/words.py`, whose `unique` is slow, and a test of it."""
    root = tmp_path / "words"
    for name, text in {"pkg/words.py": WORDS, "tests/test_words.py": "def test_words():\n    pass\n"}.items():
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(text)
    for command in ("init -q", "add -A", "-c user.name=t -c user.email=t@example.org commit -qm first"):
        subprocess.run(["git", "-C", root, *command.split()], check=True)
    return root


@pytest.fixture(scope="session")
def scripted_servers() -> Callable[[], ScriptedServer]:
    """Opens endpoints for fixtures of a wider scope, which close them."""
    return ScriptedServer


@pytest.fixture
def scripted_server() -> Iterator[ScriptedServer]:
    """A fresh endpoint on loopback."""
    server = ScriptedServer()
    yield server
    server.close()


#: Tests that make images or remove those nobody needs: never two of them at a time.
IMAGES = (
    "tests/integration/tools/environment/",
    "tests/integration/benchmarks/gso_swe_perf/places/test_images.py",
    "tests/integration/agent/test_cleaning.py",
    "tests/unit/agent/test_cleaning.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Hear Ctrl-C, and under pytest-xdist give each process cores of its own.

    A shell makes what it starts in the background ignore the signal, and so all that the tests start would. Two that
    measure on one core would wait for each other.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    if name:
        cores, number = sorted(os.sched_getaffinity(0)), int(name.removeprefix("gw"))
        share = max(len(cores) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"]), 1)
        first = number * share % len(cores)
        os.sched_setaffinity(0, cores[first : first + share])


@pytest.fixture(autouse=True)
def images_alone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that make or remove images wait for one another, whichever process of the tests runs them."""
    if not request.node.nodeid.startswith(IMAGES):
        yield
        return
    with Path(tempfile.gettempdir(), "perfagent-tests-images.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this session share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "common"
    folder.mkdir(exist_ok=True)
    return folder


ENGINES: tuple[SandboxKind, ...] = ("docker", "bubblewrap")


@functools.cache
def probed(kind: SandboxKind) -> Availability:
    return probe(kind)


def require(kind: SandboxKind) -> None:
    """Skip the test where the engine does not work; on CI that is a failure, not an excuse."""
    found = probed(kind)
    if not found.ok:
        reason = f"{kind}: {found.detail} ({found.remedy})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest) -> None:
    for kind in ENGINES:
        if request.node.get_closest_marker(kind):
            require(kind)
