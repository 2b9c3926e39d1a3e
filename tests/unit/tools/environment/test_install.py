from __future__ import annotations

import pytest

from perfagent.tools.environment.builder import write_new
from perfagent.tools.environment.reading import FROM_INDEX


@pytest.mark.parametrize(
    "requirement", ["numpy", "pytest>=7,<9", "a.b_c [x,y] ~= 1.0", "tomli (>=1) ; python_version < '3.11'", "a==1.*"]
)
def test_a_name_with_versions_comes_from_an_index(requirement):
    assert FROM_INDEX.fullmatch(requirement)


@pytest.mark.parametrize(
    "requirement",
    ["evil @ file:///tree/evil", "evil@git+https://localhost/x", "-e .", "./evil", "/tree", "evil/", "--no-index"],
)
def test_an_address_does_not(requirement):
    assert not FROM_INDEX.fullmatch(requirement)


def test_a_file_is_written_and_not_what_a_link_leads_to(tmp_path):
    (tmp_path / "mine").write_text("whole")
    (tmp_path / "link").symlink_to("mine")
    write_new(tmp_path / "link", "new")
    assert (tmp_path / "mine").read_text() == "whole"
    assert (tmp_path / "link").read_text() == "new" and not (tmp_path / "link").is_symlink()
