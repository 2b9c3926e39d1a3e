"""What the forges of the tests have in common: HTTP, faults by script, git, and a clock that nobody waits for."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from loopback_git import serve_git


class FakeClock:
    """Passes time without taking any; `slept` lists the waits."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._start = 1_800_000_000.0

    def now(self) -> float:
        return self._start + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.slept.append(seconds)


@dataclass(frozen=True)
class Request:
    """One request as it arrived, query and body decoded."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One answer; `cut` closes the connection in its place."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class Fault:
    """What goes wrong with the next `times` requests that match, after their effect took place when `after`."""

    method: str
    path: str
    reply: Reply
    after: bool = False
    times: int = 1


@dataclass
class Pull:
    """A pull request as this forge keeps it; `home` is the repository of its branch, None once that is deleted."""

    number: int
    title: str
    body: str
    head: str
    base: str
    home: str | None
    draft: bool = False
    state: str = "open"
    merged: bool = False
    sha: str = "0" * 40
    author: str = "ada"
    labels: list[str] = field(default_factory=list)


class LoopbackForge:
    """A forge with one repository, whose bare git repository is real and is served over HTTP by its own name.

    Args:
        root: folder for the repository.
        listener: a socket that listens already and outlives this forge; one of its own when None.

    Attributes:
        address: of the server itself.
        url: the API's address to give to clients.
        requests: all requests of the API, in order.
        git_requests: paths of those of git.
        token: what it accepts.
    """

    user = ""  #: of git, besides the token

    def __init__(self, root: Path, listener: socket.socket | None = None) -> None:
        self.full_name = "acme/words"
        self.token = "s3cret-token"
        self.requests: list[Request] = []
        self.git_requests: list[str] = []
        self.may_push = True
        self.pulls: list[Pull] = []
        self.labels = {"bug": "d73a4a"}
        self.comments: dict[int, dict[str, Any]] = {}
        self.login: str | None = "ada"
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._root = root
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        if listener is not None:
            self.http.socket.close()
            self.http.socket = listener.dup()
            self.http.server_port = listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        self.url = self.address
        self._thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def bare(self) -> Path:
        """The forge's own git repository."""
        return self._root / f"{self.full_name}.git"

    @property
    def clone_url(self) -> str:
        return f"{self.address}/{self.full_name}.git"

    @property
    def writes(self) -> list[Request]:
        """The requests that change something."""
        return [each for each in self.requests if each.method != "GET"]

    def fail(self, method: str, path: str, reply: Reply, *, after: bool = False, times: int = 1) -> None:
        """Let the next requests go wrong whose path the expression finds."""
        self._faults.append(Fault(method, path, reply, after, times))

    def git(self, *arguments: str) -> str:
        """Git on the forge's repository."""
        command = ["git", "-C", str(self.bare), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def head(self, branch: str) -> str:
        """Where a branch points to; empty when there is none."""
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")

    def add_pull(self, head: str, **facts: Any) -> Pull:
        """A pull request that is there already."""
        given: dict[str, Any] = {"title": head, "body": "", "base": "main", "home": self.full_name, **facts}
        pull = Pull(len(self.pulls) + 1, head=head, **given)
        self.pulls.append(pull)
        return pull

    def add_comment(self, number: int, body: str, author: str) -> int:
        """A comment; hands back its id."""
        self.comments[found := len(self.comments) + 1] = {"number": number, "body": body, "author": author}
        return found

    def page(self, request: Request, items: list[Any]) -> Reply:
        """One page of a list, with the links of RFC 8288 when there are more."""
        size, number = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
        here = self.url.removesuffix(urlsplit(self.url).path) + request.path
        following = urlencode({**request.query, "page": number + 1})
        more = {"Link": f'<{here}?{following}>; rel="next"'} if number * size < len(items) else {}
        return Reply(items[(number - 1) * size : number * size], headers=more)

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Reply:
        """What a request comes to."""
        raise NotImplementedError

    def allowed(self, request: Request) -> bool:
        """Whether its token is good."""
        raise NotImplementedError

    def take(self, request: Request) -> Reply:
        """Keep a request, and answer it as the script says or as the state tells."""
        with self._lock:
            self.requests.append(request)
            fault = next((each for each in self._faults if self._hits(each, request)), None)
            if fault is not None:
                fault.times -= 1
                if fault.after:
                    self.answer(request)
                return fault.reply
            return self.answer(request)

    @staticmethod
    def _hits(fault: Fault, request: Request) -> bool:
        return fault.times > 0 and fault.method == request.method and re.search(fault.path, request.path) is not None

    def serve_git(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """Git's own requests; a push needs the token as the password."""
        import base64

        self.git_requests.append(handler.path)
        word = base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
        given = handler.headers.get_all("authorization") or []
        if "receive-pack" in handler.path and given != [f"Basic {word}"]:
            status, headers = 401, {"WWW-Authenticate": 'Basic realm="git"'}
        elif "receive-pack" in handler.path and not self.may_push:
            status, headers = 403, {}
        else:
            serve_git(handler, self._root, body)
            return
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": "0", "Connection": "close"}.items():
            handler.send_header(name, value)
        handler.end_headers()


def make_bare(work: Path, folder: Path) -> None:
    """A bare repository with one commit on `main`, made by way of the folder `work`."""
    work.mkdir(parents=True)
    (work / "words.py").write_text("WORDS = []\n")
    commit = "-c user.name=t -c user.email=t@example.org commit -qm first"
    for command in ("init -q -b main --template=", "add -A", commit):
        subprocess.run(["git", "-C", work, *command.split()], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", "--template=", work, folder], check=True)


def _handler(forge: LoopbackForge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if ".git/" in self.path:
                forge.serve_git(self, body)
                return
            address = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(address.query))
            self._send(forge.take(Request(self.command, address.path, query, json.loads(body or b"null"), headers)))

        def _send(self, reply: Reply) -> None:
            if reply.cut:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            data = b"" if reply.body is None else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            # A connection kept alive would outlive its test.
            for name, value in {"Content-Type": "application/json", "Connection": "close", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any

    return Handler
