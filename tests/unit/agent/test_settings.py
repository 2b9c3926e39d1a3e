from pathlib import Path

import pytest

from perfagent.agent.settings import load_settings
from perfagent.tools.errors import UsageError


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.perfagent]\nmin-speedup = 1.5\nmax-candidates = 3\ntest = "make test"\n'
    )
    return tmp_path


def test_flags_beat_the_environment_which_beats_the_target(target: Path) -> None:
    settings = load_settings(
        {"max_candidates": 9}, {"PERFAGENT_MAX_CANDIDATES": "7", "PERFAGENT_MIN_SPEEDUP": "1.2"}, target
    )
    assert (settings.max_candidates, settings.min_speedup, settings.test) == (9, 1.2, "make test")


def test_flags_that_were_not_given_do_not_count(target: Path) -> None:
    settings = load_settings({"test": None, "workload": (), "no_model": False}, {}, target)
    assert settings.test == "make test"


def test_lists_come_from_the_environment_separated_by_semicolons() -> None:
    assert load_settings({}, {"PERFAGENT_PATHS": "a/*;b/*"}, None).paths == ("a/*", "b/*")


@pytest.mark.parametrize(
    ("flags", "told"),
    [({"min_speedup": 0.5}, "min_speedup"), ({"sandbox": "moon"}, "sandbox"), ({"python": "snake"}, "python"),
     ({"max_candidates": 0}, "max_candidates")],
)  # fmt: skip
def test_values_out_of_range_are_named(flags: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=f"the command line sets {told}"):
        load_settings(flags, {}, None)


def test_a_setting_nobody_knows_is_refused_with_its_origin(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.perfagent]\nspeed = 9\n")
    with pytest.raises(UsageError, match=r"\[tool.perfagent\] sets 'speed'"):
        load_settings({}, {}, tmp_path)


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ('sandbox = "local"', "--sandbox"),
        ('api-base = "http://x"', "--api-base"),
        ("memory-limit = 9999", "PERFAGENT_"),
        ('model = "elsewhere/m"', "--model"),
        ('fallback-model = ["elsewhere/m"]', "--fallback-model"),
        ('critic-model = "m"', "--critic-model"),
        ('reasoning-effort = "high"', "--reasoning-effort"),
        ('replay = "transcripts"', "--replay"),
    ],
)
def test_a_repository_cannot_loosen_its_containment_nor_say_who_gets_its_code(
    tmp_path: Path, line: str, instead: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.perfagent]\n{line}\n")
    with pytest.raises(UsageError, match=f"which a repository may not decide: give {instead}"):
        load_settings({}, {}, tmp_path)


def test_limits_come_from_the_environment() -> None:
    settings = load_settings({}, {"PERFAGENT_DISK_LIMIT": "64", "PERFAGENT_TIME_LIMIT": "2.5"}, None)
    assert (settings.disk_limit, settings.time_limit) == (64, 2.5)


def test_the_core_to_measure_on_comes_from_the_environment_alone(tmp_path: Path) -> None:
    assert load_settings({}, {"PERFAGENT_CORE": "3"}, None).core == 3
    (tmp_path / "pyproject.toml").write_text("[tool.perfagent]\ncore = 3\n")
    with pytest.raises(UsageError, match=r"may not decide.*PERFAGENT_CORE"):
        load_settings({}, {}, tmp_path)


def test_a_broken_pyproject_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool")
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings({}, {}, tmp_path)


def test_no_model_wins_over_model() -> None:
    assert not load_settings({"model": "x", "no_model": True}, {}, None).uses_model


def test_the_environment_has_a_table_of_its_own(tmp_path: Path) -> None:
    text = (
        '[tool.perfagent]\ntest = "t"\n[tool.perfagent.environment]\npython = "3.9"\nextras = ["a"]\npackages = ["b"]\n'
    )
    (tmp_path / "pyproject.toml").write_text(text)

    found = load_settings({"python": "3.10"}, {"PERFAGENT_PACKAGES": "c;d"}, tmp_path)

    assert (found.test, found.python, found.extras, found.packages) == ("t", "3.10", ("a",), ("c", "d"))


@pytest.mark.parametrize(
    ("text", "told"), [("environment = 1", "make it a table"), ("[tool.perfagent.environment]\nseed = 1", "'seed'")]
)
def test_what_is_no_part_of_an_environment_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.perfagent]\n{text}\n")
    with pytest.raises(UsageError, match=told):
        load_settings({}, {}, tmp_path)


def test_a_repository_may_not_decide_whose_code_is_shown_to_a_model(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.perfagent]\nmemory = "all"\n')
    with pytest.raises(UsageError, match=r"which a repository may not decide.*give --memory"):
        load_settings({}, {}, tmp_path)
    assert load_settings({"memory": "off"}, {}, None).memory == "off"


def test_a_repository_may_spare_the_users_money(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.perfagent]\nmax-tokens = 9\nmax-calls = 8\nmax-cost = 7\n")
    settings = load_settings({"max_calls": 80}, {}, tmp_path)
    assert (settings.max_tokens, settings.max_calls, settings.max_cost) == (9, 80, 7)


def test_models_by_role_come_from_the_environment() -> None:
    environ = {"PERFAGENT_MODEL": "m", "PERFAGENT_CRITIC_MODEL": "c", "PERFAGENT_FALLBACK_MODEL": "x;y@http://z/v1"}
    settings = load_settings({}, environ, None)
    assert (settings.critic_model, settings.fallback_model) == ("c", ("x", "y@http://z/v1"))


def test_a_model_for_one_role_needs_one_for_the_others() -> None:
    with pytest.raises(UsageError, match="critic_model is set, but no model: give --model too"):
        load_settings({"critic_model": "c"}, {}, None)


def test_a_recording_stands_in_for_the_model() -> None:
    assert load_settings({"replay": "run"}, {}, None).uses_model
