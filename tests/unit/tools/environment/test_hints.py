from __future__ import annotations

import pytest

from perfagent.tools.environment.hints import hints

NOX = """
import nox
@nox.session
def tests(session):
    session.install("pytest>=7", "mock", ".")
    session.install("-r", "requirements.txt")
@nox.session
def docs(session):
    session.install("sphinx")
"""


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("pyproject.toml", "[tool.poetry.group.test.dependencies]\npytest = '^7'\npython = '3'", ("pytest",)),
        ("pyproject.toml", "[tool.poetry.dev-dependencies]\nmock = '*'", ("mock",)),
        ("pyproject.toml", "[tool.pdm.dev-dependencies]\ntest = ['a', '-e file:///x']", ("a",)),
        ("pyproject.toml", "[tool.hatch.envs.default]\ndependencies = ['a']", ("a",)),
        ("pyproject.toml", "[tool.hatch.envs.hatch-test]\nextra-dependencies = ['a>1']", ("a>1",)),
        ("pyproject.toml", "[tool.cibuildwheel]\ntest-requires = 'a b==1'", ("a", "b==1")),
        ("pyproject.toml", "[tool.cibuildwheel]\ntest-requires = ['-r x', 'a']", ("a",)),
        ("tox.ini", "[testenv]\ndeps =\n  a>1\n  py37: b\n  -r c\n  {[x]d}\n", ("a>1",)),
        ("tox.toml", "[env_run_base]\ndeps = ['a', '-r b']", ("a",)),
        ("noxfile.py", NOX, ("pytest>=7", "mock")),
        ("noxfile.py", "def (", ()),
    ],
)
def test_a_tools_own_place(tmp_path, name, text, found):
    (tmp_path / name).write_text(text)
    assert hints(tmp_path) == found
