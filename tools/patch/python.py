"""Reading Python source on this machine, in any thread and without warnings."""

from __future__ import annotations

import ast
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# The filters of warnings belong to the whole process: two threads that change them would not restore them.
_FILTERS = threading.Lock()


@contextmanager
def quiet() -> Iterator[None]:
    """No warning about the source that is read is shown or raised."""
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parsed(text: str) -> ast.Module | str:
    """The module, or one line on why it is none."""
    return _read(text, compiled=False)


def compiled(text: str) -> ast.Module | str:
    """As `parsed`, but what only the compiler refuses, such as `return` in a module, makes it none too."""
    return _read(text, compiled=True)


def _read(text: str, *, compiled: bool) -> ast.Module | str:
    try:
        with quiet():
            tree = ast.parse(text)
            if compiled:
                compile(tree, "<text>", "exec", dont_inherit=True)
            return tree
    except SyntaxError as error:
        return f"{error.msg} (line {error.lineno})"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"cannot be parsed: {error}"
