"""The server: our tools over standard input and output, until the assistant's program closes them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.types import ToolAnnotations

from perfagent import __version__
from perfagent.cli.assistant.calls import Calls
from perfagent.cli.assistant.folders import Folders
from perfagent.cli.assistant.tools import Tools

#: Tools that only read what is kept here; the others run the repository's code in a sandbox and keep a run.
READING = ("show", "runs", "explain")
MEASURING = ("hotspots", "verify", "compare", "run", "resume")


def serve(folders: Folders, sandbox: str) -> None:
    """Serve until standard input ends or a signal comes; calls under way are interrupted first."""
    anyio.run(_serve, folders, sandbox)


def make_server(tools: Tools) -> MCPServer:
    """The server with its tools; nothing but the protocol goes to standard output while it runs."""
    instructions = Path(__file__).with_name("instructions.md").read_text("utf-8")
    server = MCPServer("perfagent", version=__version__, instructions=instructions, log_level="WARNING")
    for name in (*MEASURING, *READING):
        hints = ToolAnnotations(
            read_only_hint=name in READING, destructive_hint=False, idempotent_hint=True, open_world_hint=name == "run"
        )
        server.add_tool(getattr(tools, name), annotations=hints)
    return server


async def _serve(folders: Folders, sandbox: str) -> None:
    calls = Calls()
    server = make_server(Tools(folders, calls, sandbox))
    async with anyio.create_task_group() as group:
        group.start_soon(_end_on_signal, calls)
        await server.run_stdio_async()
        group.cancel_scope.cancel()


async def _end_on_signal(calls: Calls) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for number in signals:
            await calls.stop()
            # The thread that reads standard input cannot be woken, and would keep the process.
            os._exit(128 + number)
