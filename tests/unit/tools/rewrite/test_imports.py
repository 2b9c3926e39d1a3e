from __future__ import annotations

import pytest

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.edits import apply
from perfagent.tools.rewrite.imports import add_import

BODY = "\n\ndef f():\n    pass\n"
PLACES = [
    ("import os\nimport re", "import os\nimport re\nfrom collections import deque"),
    (
        "import os\nfrom abc import ABC\nfrom re import sub",
        "import os\nfrom abc import ABC\nfrom collections import deque\nfrom re import sub",
    ),
    ("from collections import Counter, namedtuple", "from collections import Counter, deque, namedtuple"),
    (
        "from collections import (\n    Counter,\n)",
        "from collections import (\n    Counter,\n)\nfrom collections import deque",
    ),
    (
        "from __future__ import annotations\n\nimport numpy",
        "from __future__ import annotations\n\nfrom collections import deque\n\nimport numpy",
    ),
    ('"""Doc."""\n', '"""Doc."""\n\n\nfrom collections import deque'),
    ("# Copyright\nimport os", "# Copyright\nimport os\nfrom collections import deque"),
]


@pytest.mark.parametrize(("head", "expected"), PLACES, ids=[head.partition("\n")[0] for head, _ in PLACES])
def test_a_new_import_goes_to_its_place(head: str, expected: str) -> None:
    context = Context(head + BODY)
    found = add_import(context, "collections", "deque")
    assert found is not None
    assert found[0] == "deque"
    assert apply(context.tree.data, found[1]).split("\ndef")[0].strip() == expected.strip()


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("from collections import deque", "deque"),
        ("from collections import deque as queue", "queue"),
        ("import collections", "collections.deque"),
        ("import collections as c", "c.deque"),
    ],
)
def test_an_import_that_is_there_is_used(head: str, name: str) -> None:
    assert add_import(Context(head + BODY), "collections", "deque") == (name, [])


@pytest.mark.parametrize("head", ["deque = 1", "from other import deque", "def g(deque):\n    pass"])
def test_a_taken_name_is_left_alone(head: str) -> None:
    assert add_import(Context(head + BODY), "collections", "deque") is None
