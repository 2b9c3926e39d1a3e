"""The Action's scripts by themselves, and its pages against action.yml."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import yaml


def test_the_scripts_are_whole(kit: Any) -> None:
    for script in (kit.ROOT / "scripts/action").iterdir():
        subprocess.run(["bash", "-n", script], check=True)
        assert script.stat().st_mode & 0o111


def test_the_page_tells_every_input_and_output_in_action_yml_words(kit: Any) -> None:
    action = yaml.safe_load((kit.ROOT / "action.yml").read_text())
    page = (kit.ROOT / "docs/github-action.md").read_text()
    for name, each in action["inputs"].items():
        default = f"`{each['default']}`" if each["default"] else ""
        assert f"\n| `{name}` | {each['description']} | {default} |\n" in page, name
    for name, each in action["outputs"].items():
        assert f"\n| `{name}` | {each['description']} |\n" in page, name
    told = page.partition("## Inputs")[2].partition("## Permissions")[0]
    assert set(re.findall(r"^\| `([\w-]+)` \|", told, re.MULTILINE)) == {*action["inputs"], *action["outputs"]}


def test_the_page_shows_the_workflows_as_they_are(kit: Any) -> None:
    page = (kit.ROOT / "docs/github-action.md").read_text()
    for file in sorted((kit.ROOT / "examples/workflows").iterdir()):
        assert f"`examples/workflows/{file.name}`:\n\n```yaml\n{file.read_text()}```\n" in page
