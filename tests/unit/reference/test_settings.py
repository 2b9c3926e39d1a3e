"""The settings' page holds every setting, and what it says of one is so."""

import pytest

from perfagent.agent.settings import USER_ONLY, Settings, load_settings
from perfagent.reference.commands import leaves
from perfagent.reference.settings import FLAGS, GROUPS, OTHERS, groups, page


def section(name: str) -> str:
    return page().split(f"### {name}\n", 1)[1].split("\n#", 1)[0]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_once_with_its_variable(name: str) -> None:
    assert page().count(f"### {name}\n") == 1
    assert f"`PERFAGENT_{name.upper()}`" in section(name)


def test_no_setting_is_without_a_group_and_no_group_names_what_is_gone() -> None:
    assert OTHERS not in groups()
    assert {name for names in GROUPS.values() for name in names} == set(Settings.model_fields)


@pytest.mark.parametrize("name", USER_ONLY)
def test_what_a_repository_may_not_decide_has_no_key(name: str) -> None:
    assert "*user only*" in section(name)
    assert "[tool.perfagent" not in section(name)


def test_flag_key_range_and_default_are_told() -> None:
    told = section("min_speedup")
    assert "`--min-speedup`" in told
    assert "`min_speedup` in `[tool.perfagent]`" in told
    assert "at least 1.01, at most 10; by default `1.03`" in told


def test_flags_of_another_name_are_flags_of_pr() -> None:
    pr = next(leaf.command for leaf in leaves() if leaf.words == ("pr",))
    assert set(FLAGS.values()) <= {option for each in pr.params for option in each.opts}


def test_choices_are_listed() -> None:
    assert "One of `shell`, `refine`, `best-of`, `tree`, `evolve`; by default `refine`" in section("strategy")


def test_a_list_in_the_environment_is_separated_as_the_page_says() -> None:
    assert load_settings({}, {"PERFAGENT_PATHS": "a/*;b/*"}, None).paths == ("a/*", "b/*")
