"""Run one performance script, see perfagent_scripts.py: short, because Python compiles an entry file anew each time."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from perfagent.tools.workload.harness.perfagent_scripts import main
else:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from perfagent_scripts import main

if __name__ == "__main__":
    sys.exit(main())
