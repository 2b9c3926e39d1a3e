"""docopt: the command line of a tool with many commands."""

from __future__ import annotations

from docopt import docopt

COMMANDS = "add remove list show move copy rename export".split()


def setup() -> tuple[str, list[list[str]]]:
    """A usage text of eight commands, and the lines typed at it."""
    options = "".join(
        f"  --option-{number}=VALUE  What number {number} is for [default: {number}].\n" for number in range(9)
    )
    usage = "".join(f"  tool {command} [options] (<name>|--all) [<target>...]\n" for command in COMMANDS)
    flags = "  -v --verbose  Say more.\n  --all  Everything.\n"
    text = f"Keeps things.\n\nUsage:\n{usage}  tool --version\n\nOptions:\n{flags}{options}"
    lines = [[command, "one", "two", "three", "-v", f"--option-{number}=9"] for number, command in enumerate(COMMANDS)]
    return text, lines


def workload(data: tuple[str, list[list[str]]]) -> list[list[tuple[str, str]]]:
    """What each line means."""
    usage, lines = data
    return [sorted((str(key), str(value)) for key, value in docopt(usage, argv=line).items()) for line in lines]
