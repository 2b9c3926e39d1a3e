"""Run one performance script, see perfagent_scripts.py: short, because Python compiles an entry file anew each time."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from perfagent_scripts import main  # type: ignore[import-not-found,unused-ignore]

if __name__ == "__main__":
    sys.exit(main())
