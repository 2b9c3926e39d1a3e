"""Data sets from a hub: a server on loopback that answers as the Hugging Face hub does for one public data set."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

NAME, COMMIT = "swefficiency/swefficiency_lite", "c" * 40
ROW = {"instance_id": "own__words-8", "repo": "own/words", "base_commit": "0" * 40, "workload": "print(1)"}


def table() -> bytes:
    """The data set's one file."""
    buffer = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist([ROW]), buffer)
    return buffer.getvalue()


class Hub(BaseHTTPRequestHandler):
    """Knows one data set of one file, and keeps what it was asked for."""

    asked: list[str]
    file = table()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith(f"/api/datasets/{NAME}/tree/"):
            entry = {
                "type": "file",
                "path": "data/test-00000-of-00001.parquet",
                "size": len(self.file),
                "oid": "e" * 40,
            }
            self.answer(200, json.dumps([entry]).encode())
        elif self.path.startswith(f"/api/datasets/{NAME}"):
            self.answer(200, json.dumps({"id": NAME, "sha": COMMIT, "siblings": []}).encode())
        elif self.path.startswith(f"/datasets/{NAME}/resolve/"):
            self.answer(200, self.file)
        else:
            self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    do_HEAD = do_GET

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """A whole answer, without its body to HEAD."""
        self.send_response(status)
        told = {"Content-Length": str(len(body)), "ETag": '"e1"', "X-Repo-Commit": COMMIT, **(headers or {})}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        """Quietly."""


@pytest.fixture
def hub() -> Iterator[tuple[str, list[str]]]:
    """The server's address and the paths it was asked for."""
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OneHub", (Hub,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def listed(address: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "perfagent", "eval", "swefficiency", "list", *words]
    environment = os.environ | {"HF_ENDPOINT": address, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=home)


@pytest.mark.parametrize("name", [NAME, NAME.replace("_", "-")])
def test_a_set_is_found_under_both_spellings_and_kept(hub: tuple[str, list[str]], tmp_path: Path, name: str) -> None:
    address, asked = hub
    done = listed(address, tmp_path, "--dataset", name, "--json")
    assert done.returncode == 0, done.stderr
    assert [entry["instance_id"] for entry in json.loads(done.stdout)] == ["own__words-8"]
    fetched = [path for path in asked if path.startswith("/datasets/")]
    again = listed(address, tmp_path, "--dataset", NAME, "--json")
    assert again.stdout == done.stdout
    assert [path for path in asked if path.startswith("/datasets/")] == fetched


def test_without_a_network_what_was_fetched_is_read(hub: tuple[str, list[str]], tmp_path: Path) -> None:
    first = listed(hub[0], tmp_path, "--dataset", NAME)
    assert "own__words-8" in first.stdout
    assert listed("http://127.0.0.1:9", tmp_path, "--dataset", NAME).stdout == first.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dataset", "no/such"], "the hub has no public data set no/such: check the name; a private one needs"),
        (["--dataset", NAME, "--split", "train"], "no file of the split 'train': it has data/test-00000"),
    ],
)
def test_what_the_hub_does_not_have(hub: tuple[str, list[str]], tmp_path: Path, words: list[str], said: str) -> None:
    done = listed(hub[0], tmp_path, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr.splitlines()[-1]


def test_no_hub_at_all_is_one_line(tmp_path: Path) -> None:
    done = listed("http://127.0.0.1:9", tmp_path)
    said = "the Hugging Face hub cannot be reached for swefficiency/swefficiency: download the data set where"
    assert done.stderr.startswith(f"perfagent: {said}")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
