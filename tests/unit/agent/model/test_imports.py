"""The folder is cheap to import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HEAVY = ("litellm", "openai", "httpx", "langgraph", "docker", "git", "libcst", "jinja2", "tenacity")


#: Prints every address that is looked up or connected to, and the level at which LiteLLM would log.
WATCHED = """
import sys
met = []
sys.addaudithook(lambda event, given: met.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
from perfagent.agent.model.library import load_litellm
litellm = load_litellm()
assert litellm.model_cost
import logging
print(met, [logging.getLogger(n).disabled for n in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")])
"""


def test_litellm_fetches_nothing_reads_no_env_file_and_logs_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_BASE=http://evil.example.org\n")
    code = WATCHED + "import os; print(os.environ.get('OPENAI_API_BASE'))"
    environ = {**os.environ, "LITELLM_LOG": "DEBUG"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=environ
    )
    assert (done.stdout, done.stderr) == ("[] [True, True, True]\nNone\n", "")


def test_no_provider_is_imported_with_the_folders() -> None:
    folders = "perfagent.agent.model, perfagent.agent.dialogue"
    code = f"import sys, {folders}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
