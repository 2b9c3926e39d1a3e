from __future__ import annotations

import pytest

from perfagent.tools.environment.locks import pins, pipfile_packages

UV = """
[[package]]
name = "a"
version = "1"
source = { registry = "https://x" }
[[package]]
name = "me"
version = "2"
source = { editable = "." }
[[package]]
name = "twice"
version = "1"
[[package]]
name = "twice"
version = "2"
"""
POETRY = """
[[package]]
name = "a"
version = "1"
[[package]]
name = "b"
version = "2"
[package.source]
type = "git"
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", UV),
        ("poetry.lock", POETRY),
        ("pylock.toml", "[[packages]]\nname = 'a'\nversion = '1'\n[[packages]]\nname = 'no version'"),
        ("Pipfile.lock", '{"default": {"a": {"version": "==1"}}, "develop": {"b": {"path": "."}}, "_meta": 1}'),
    ],
)
def test_the_pins_of(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert pins(tmp_path) == ("a==1",)


@pytest.mark.parametrize("text", ["[", "[]", "package = 1", "[[package]]", '{"default": 1}'])
@pytest.mark.parametrize("name", ["uv.lock", "Pipfile.lock"])
def test_a_broken_lock_file_pins_nothing(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert pins(tmp_path) == ()


def test_a_pipfile_asks_for_both_kinds_of_packages(tmp_path):
    (tmp_path / "Pipfile").write_text("[packages]\na = '*'\n[dev-packages]\nb = '*'\na = '*'\n")
    assert pipfile_packages(tmp_path) == ("a", "b")
