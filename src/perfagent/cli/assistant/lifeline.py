"""The command line as a server's call: interrupted as by Ctrl-C once the server is gone, however it went.

The first argument is the number of an inherited pipe's reading end. Nothing is ever written into it: it ends when the
server, the only one with the other end, does.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

#: Seconds a call may take to stop by itself after each signal; a run ends after the sample it is measuring.
PATIENCE = ((signal.SIGINT, 30.0), (signal.SIGINT, 10.0), (signal.SIGTERM, 5.0))


def main() -> None:
    """Run the command line; never returns."""
    lifeline = int(sys.argv.pop(1))
    os.set_inheritable(lifeline, False)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    from perfagent.cli.main import main as command_line

    command_line()


def _end_with(lifeline: int) -> None:
    os.read(lifeline, 1)
    for number, patience in PATIENCE:
        os.kill(os.getpid(), number)
        time.sleep(patience)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
