from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.official import gso

ASK = """
import runpy, sys
runpy.run_path(sys.argv[1])
import {package}
for word in sys.argv[3:]:
    print({package}.get(sys.argv[2] + word).text)
"""


@pytest.fixture
def served() -> Iterator[tuple[str, list[str]]]:
    """An address, and the paths it was asked for; it answers with their number, and 404 for `/no`."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            paths.append(self.path)
            body = str(len(paths)).encode()
            self.send_response(404 if self.path == "/no" else 200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", paths
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ask(served: tuple[str, list[str]], tmp_path: Path) -> Callable[..., list[str]]:
    """Answers that a process of its own gets, one after the other."""

    def asked(package: str, *paths: str) -> list[str]:
        command = [sys.executable, "-c", ASK.format(package=package), http_cache_file(), served[0], *paths]
        environ = {**os.environ, "GSO_HTTP_CACHE": str(tmp_path / "cache")}
        return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout.split()

    return asked


def http_cache_file() -> str:
    return str(Path(gso.__file__).with_name("http_cache.py"))


@pytest.mark.parametrize("package", ["requests", "httpx"])
def test_an_address_is_asked_once_by_all_processes(package: str, ask: Callable[..., list[str]]) -> None:
    assert ask(package, "/a", "/a", "/b") == ["1", "1", "2"]
    assert ask(package, "/b", "/a") == ["2", "1"]


@pytest.mark.parametrize("package", ["requests", "httpx"])
def test_a_refusal_is_not_kept(package: str, ask: Callable[..., list[str]]) -> None:
    assert ask(package, "/no", "/no") == ["1", "2"]
