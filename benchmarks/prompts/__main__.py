"""python -m perfagent.benchmarks.prompts [--write FILE] [--snapshots DIR]: the prompts with examples filled in."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from perfagent.benchmarks.prompts.page import page, snapshots


def main() -> None:
    """Write the page and the snapshots where asked to, else print the page."""
    parser = argparse.ArgumentParser(prog="python -m perfagent.benchmarks.prompts", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page there (docs/prompts.md)")
    parser.add_argument("--snapshots", type=Path, metavar="DIR", help="write each prompt, filled in, into this folder")
    asked = parser.parse_args()
    if asked.snapshots:
        asked.snapshots.mkdir(parents=True, exist_ok=True)
        for old in asked.snapshots.glob("*.md"):
            old.unlink()
        for name, text in snapshots().items():
            (asked.snapshots / name).write_text(text, "utf-8")
    if asked.write:
        asked.write.write_text(page(), "utf-8")
    elif not asked.snapshots:
        sys.stdout.write(page())


if __name__ == "__main__":
    main()
