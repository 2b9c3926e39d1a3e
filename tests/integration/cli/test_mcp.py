"""The server for coding assistants, called by the protocol's own client over a real process's input and output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import CallToolResult, ListRootsResult, Root, TextContent
from pydantic import FileUrl

SLOW = """\
def unique(items):
    out = []
    for item in items:
        if item not in out:
            out.append(item)
    return out
"""
BENCH = """\
from slow import unique


def workload():
    return unique([(i * 7919) % 900 for i in range(1800)])
"""
TEST = "from slow import unique\n\nassert unique([3, 1, 3]) == [3, 1]\n"
FASTER = """\
--- a/slow.py
+++ b/slow.py
@@ -1,6 +1,2 @@
 def unique(items):
-    out = []
-    for item in items:
-        if item not in out:
-            out.append(item)
-    return out
+    return list(dict.fromkeys(items))
"""
#: Renames a variable: the same work by another name.
NULL = """\
--- a/slow.py
+++ b/slow.py
@@ -1,6 +1,6 @@
 def unique(items):
-    out = []
+    kept = []
     for item in items:
-        if item not in out:
-            out.append(item)
-    return out
+        if item not in kept:
+            kept.append(item)
+    return kept
"""
#: The cheapest form of each step; what is tested is the way there and back.
QUICK = {"PERFAGENT_SETUP": "true", "PERFAGENT_PUBLISHED_PAIRS": "8", "PERFAGENT_NO_INSTRUCTIONS": "true"}
TOOLS = {"hotspots", "verify", "compare", "run", "resume", "show", "runs", "explain"}

Session = Callable[..., Any]
Scenario = Callable[[Client], Awaitable[None]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a repository in it, and the home of its runs beside it."""
    place = tmp_path_factory.mktemp("assistant")
    repository = place / "open" / "slow"
    repository.mkdir(parents=True)
    for name, text in {"slow.py": SLOW, "bench.py": BENCH, "check.py": TEST}.items():
        (repository / name).write_text(text)
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=n@e", *words], cwd=repository, check=True)
    return place


@pytest.fixture(scope="module")
def connected(place: Path) -> Session:
    """Opens a session with a server for the folder `open`; keywords are the client's."""

    @asynccontextmanager
    async def connect(**options: Any) -> AsyncIterator[Client]:
        words = ["-m", "perfagent", "mcp", str(place / "open")]
        server = StdioServerParameters(command=sys.executable, args=words, env=environment(place))
        async with Client(server, **options) as client:
            yield client

    return connect


@pytest.fixture(scope="module")
def within(connected: Session) -> Callable[..., None]:
    """Runs a scenario in a session."""

    def run(scenario: Scenario, **options: Any) -> None:
        async def main() -> None:
            async with connected(**options) as client:
                with anyio.fail_after(240):
                    await scenario(client)

        anyio.run(main)

    return run


def environment(place: Path) -> dict[str, str]:
    return {**os.environ, **QUICK, "PERFAGENT_HOME": str(place / "home"), "PERFAGENT_SANDBOX": "bubblewrap"}


def text_of(result: CallToolResult) -> str:
    (part,) = result.content
    assert isinstance(part, TextContent)
    return part.text


def code_of(result: CallToolResult) -> str:
    assert result.is_error and result.meta is not None
    return str(result.meta["perfagent/code"])


def test_every_tool_and_argument_is_described(within: Callable[..., None]) -> None:
    async def scenario(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == TOOLS
        for tool in tools.values():
            assert tool.description and tool.annotations is not None and tool.annotations.destructive_hint is False
            assert all(each.get("description") for each in tool.input_schema["properties"].values())
            assert "opened" not in tool.input_schema["properties"]
        assert "perfagent apply" in (client.instructions or "")

    within(scenario)


@pytest.mark.bubblewrap
def test_a_profile_and_a_patch_that_changes_nothing(within: Callable[..., None]) -> None:
    async def scenario(client: Client) -> None:
        hot = await client.call_tool("hotspots", {"repo": "slow", "top": 1})
        assert hot.structured_content is not None
        assert [spot["qualname"] for spot in hot.structured_content["hotspots"]] == ["unique"]
        asked = {
            "repo": "slow",
            "test": "python3 check.py",
            "workload": ["script:bench.py"],
            "patch": NULL,
            "min_speedup": 1.5,
        }
        null = await client.call_tool("verify", asked)
        assert not null.is_error and null.structured_content is not None
        assert null.structured_content["verdict"] == "not_faster" and "[not_faster]" in text_of(null)

    within(scenario)


@pytest.mark.bubblewrap
def test_a_cancelled_call_is_interrupted_and_goes_on_later(within: Callable[..., None], place: Path) -> None:
    heard: list[str] = []

    async def scenario(client: Client) -> None:
        async def cancel_when_measuring(progress: float, total: float | None, message: str | None) -> None:
            heard.append(message or "")
            if "verifier" in heard[-1]:
                scope.cancel()

        with anyio.CancelScope() as scope:
            asked = {"repo": "slow", "test": "python3 check.py", "patch": FASTER}
            await client.call_tool("verify", asked, progress_callback=cancel_when_measuring)
        assert scope.cancelled_caught
        run = heard[0].split()[2].rstrip(":")
        result = await resumed(client, run)
        assert '"interrupted", "by": "KeyboardInterrupt"' in (place / "home/runs" / run / "events.jsonl").read_text()
        document = result.structured_content
        assert document is not None and (document["run_id"], document["verdict"]) == (run, "faster")
        assert (await client.call_tool("show", {"run": run})).structured_content == document
        listed = (await client.call_tool("runs")).structured_content
        assert listed is not None and (run, "faster") in [(each["id"], each["verdict"]) for each in listed["runs"]]

    within(scenario)


async def resumed(client: Client, run: str) -> CallToolResult:
    """What a run comes to once the process that had it has let go of it."""
    while True:
        result = await client.call_tool("resume", {"run": run})
        if not result.is_error or code_of(result) != "PA004":
            return result
        await anyio.sleep(0.2)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("hotspots", {"repo": "/etc"}, "PA111"),
    ("hotspots", {"repo": "../beside"}, "PA111"),
    ("verify", {"repo": "link", "patch": FASTER}, "PA111"),
    ("run", {"repo": "https://git.invalid/a.git"}, "PA111"),
    ("hotspots", {"repo": "slow", "workload": ["script:../../beside/bench.py"]}, "PA111"),
    ("hotspots", {"repo": "slow", "workload": ["nonsense"]}, "PA108"),
    ("hotspots", {"repo": "nothing"}, "PA201"),
    ("hotspots", {"repo": "plain"}, "PA201"),
    ("compare", {"repo": "slow", "base": "--output=x", "head": "HEAD"}, "PA204"),
    ("verify", {"repo": "slow", "patch": ""}, "PA801"),
    ("verify", {"repo": "slow", "patch": "not a diff\n" * 50_000}, "PA801"),
    ("show", {"run": "9"}, "PA005"),
    ("show", {"run": "1-here"}, "PA006"),
    ("show", {"run": "1-elsewhere"}, "PA005"),
    ("resume", {"run": "1-here"}, "PA601"),
    ("explain", {"code": "PA999"}, "PA102"),
]


def test_errors_have_their_code_and_what_to_do(within: Callable[..., None], place: Path) -> None:
    (place / "beside").mkdir()
    (place / "open/plain").mkdir()
    (place / "open/link").symlink_to(place / "beside")
    for name, repository in (("1-here", place / "open/slow"), ("1-elsewhere", place / "beside")):
        asked = {"command": "verify", "repository": str(repository), "settings": {"sandbox": "local"}}
        (place / "home/runs" / name).mkdir(parents=True)
        (place / "home/runs" / name / "run.json").write_text(json.dumps(asked))

    async def scenario(client: Client) -> None:
        for tool, arguments, code in REFUSED:
            result = await client.call_tool(tool, arguments)
            assert code_of(result) == code, text_of(result)
            assert f"[{code}]" in text_of(result) and "## What to do" in text_of(result)
        for wrong in ({}, {"repo": 3}, {"repo": "slow", "top": 0}):
            result = await client.call_tool("hotspots", wrong)
            assert result.is_error and "validation error" in text_of(result)
        assert (await client.call_tool("show", {"run": "../../etc"})).is_error

    within(scenario)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_folders_of_the_assistants_program_narrow_ours(within: Callable[..., None], place: Path, mode: str) -> None:
    async def roots(_: Any) -> ListRootsResult:
        return ListRootsResult(roots=[Root(uri=FileUrl((place / "open" / "other").as_uri()))])

    async def scenario(client: Client) -> None:
        assert code_of(await client.call_tool("verify", {"repo": str(place / "open/slow"), "patch": ""})) == "PA111"
        assert code_of(await client.call_tool("verify", {"repo": str(place / "open/other"), "patch": ""})) == "PA801"

    (place / "open/other").mkdir(exist_ok=True)
    within(scenario, mode=mode, list_roots_callback=roots)


HELLO = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "raw", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
]


def request(tool: str, arguments: dict[str, str]) -> dict[str, Any]:
    """A call with number 2, whose progress is asked for."""
    params = {"name": tool, "arguments": arguments, "_meta": {"progressToken": "p"}}
    return {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}


def test_the_output_is_the_protocol_alone(place: Path) -> None:
    with server(place) as process:
        send(process, *HELLO, request("explain", {"code": "PA202"}), "no JSON")
        assert process.stdin is not None and process.stdout is not None
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        assert process.stdout.read() == ""
        assert (process.wait(30), [answer["id"] for answer in answers]) == (0, [1, 2])
        assert answers[1]["result"]["content"][0]["text"].startswith("# PA202: ")


@pytest.mark.bubblewrap
def test_when_the_program_goes_away_its_call_is_interrupted(place: Path) -> None:
    with server(place) as process:
        run = measuring(process, place)
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        assert process.wait(60) == 0
        rest = process.stdout.read()
    assert '"interrupted", "by": "KeyboardInterrupt"' in (run / "events.jsonl").read_text(), rest
    assert not (run / "result.json").exists(), rest


@pytest.mark.bubblewrap
def test_when_the_server_is_killed_its_call_is_interrupted(place: Path) -> None:
    with server(place) as process:
        run = measuring(process, place)
        process.kill()
    deadline = time.monotonic() + 60
    while '"accounted"' not in (said := (run / "events.jsonl").read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert '"interrupted", "by": "KeyboardInterrupt"' in said
    assert not (run / "result.json").exists()


def measuring(process: subprocess.Popen[str], place: Path) -> Path:
    """Have the server judge a patch; the run's folder, while the verdict is still far off."""
    send(process, *HELLO, request("verify", {"repo": "slow", "test": "python3 check.py", "patch": NULL}))
    assert process.stdout is not None
    heard: list[str] = []
    while "sandbox:" not in (heard or [""])[-1]:
        heard.append(json.loads(process.stdout.readline()).get("params", {}).get("message", ""))
    return place / "home/runs" / next(line.split()[2].rstrip(":") for line in heard if " run " in line)


def test_a_signal_ends_it(place: Path) -> None:
    with server(place) as process:
        send(process, {"jsonrpc": "2.0", "id": 1, "method": "ping"})
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["/no/such/folder"], "/no/such/folder is not a folder: give folders that hold repositories [PA102]"),
        (["--sandbox", "none"], "no sandbox is called none: one of auto, docker, bubblewrap, local [PA102]"),
    ],
)
def test_wrong_usage_is_one_line(perfagent: Callable[..., Any], words: list[str], line: str) -> None:
    done = perfagent("mcp", *words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"perfagent: {line}\n")


def server(place: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "perfagent", "mcp", str(place / "open")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=environment(place),
    )  # fmt: skip


def send(process: subprocess.Popen[str], *messages: object) -> None:
    assert process.stdin is not None
    process.stdin.write("".join(f"{json.dumps(each)}\n" for each in messages))
    process.stdin.flush()
