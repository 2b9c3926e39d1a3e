"""The folder is cheap to import."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("litellm", "openai", "httpx", "langgraph", "docker", "git", "libcst", "jinja2", "tenacity")


def test_no_provider_is_imported_with_the_folder() -> None:
    code = f"import sys, perfagent.agent.model; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
