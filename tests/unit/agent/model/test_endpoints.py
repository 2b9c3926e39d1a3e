"""A model's name says where it is asked; a key goes nowhere else."""

from __future__ import annotations

import pytest

from perfagent.agent.model.endpoints import key_variable, own_key, placed, split_name

HERE, THERE = "http://127.0.0.1:8000/v1", "https://llm.example.org/v1"


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("gpt-5", ("gpt-5", None)),
        ("qwen3@http://127.0.0.1:8000/v1", ("qwen3", HERE)),
        ("Org/Model@https://llm.example.org/v1", ("Org/Model", THERE)),
        ("vertex_ai/claude@20250101", ("vertex_ai/claude@20250101", None)),
        ("claude@20250101@https://llm.example.org/v1", ("claude@20250101", THERE)),
    ],
)
def test_an_endpoint_may_stand_behind_the_name(name: str, split: tuple[str, str | None]) -> None:
    assert split_name(name) == split


@pytest.mark.parametrize(
    ("name", "main", "api_base", "place"),
    [
        ("gpt-5", "gpt-5", None, ("gpt-5", None, True)),
        ("m", "m", HERE, ("m", HERE, True)),
        ("anthropic/x", "anthropic/x", HERE, ("anthropic/x", HERE, True)),
        ("small", "m", HERE, ("small", HERE, True)),
        ("Org/Small", "m", HERE, ("Org/Small", HERE, True)),
        ("anthropic/x", "m", HERE, ("anthropic/x", None, False)),
        (f"m@{THERE}", "m", HERE, ("m", THERE, False)),
        (f"m@{THERE}", f"big@{THERE}", None, ("m", THERE, True)),
        ("gpt-5", f"big@{THERE}", None, ("gpt-5", None, False)),
    ],
)
def test_where_a_model_is_asked_and_whether_the_main_key_is_its_own(
    name: str, main: str, api_base: str | None, place: tuple[str, str | None, bool]
) -> None:
    assert placed(name, main, api_base) == place


@pytest.mark.parametrize(("name", "same"), [("gpt-4o", True), ("openai/gpt-4o", True), ("anthropic/x", False)])
def test_the_main_key_is_for_models_of_the_same_provider(
    monkeypatch: pytest.MonkeyPatch, name: str, same: bool
) -> None:
    monkeypatch.setenv("PERFAGENT_API_KEY", "p")
    assert placed(name, "gpt-5", None) == (name, None, same)


ALL = {"PERFAGENT_API_KEY": "main", "PERFAGENT_API_KEY_LLM_EXAMPLE_ORG": "own", "OPENAI_API_KEY": "openai"}


@pytest.mark.parametrize(
    ("api_base", "main", "environ", "key"),
    [
        (None, True, ALL, "main"),
        (None, False, ALL, None),
        (HERE, True, ALL, "main"),
        (HERE, False, ALL, "none"),
        (THERE, True, ALL, "own"),
        (THERE, False, ALL, "own"),
        (HERE, True, {"OPENAI_API_KEY": "openai"}, "openai"),
        (HERE, True, {}, "none"),
        (None, True, {}, None),
    ],
)
def test_a_key_is_sent_only_where_it_was_meant_for(
    api_base: str | None, main: bool, environ: dict[str, str], key: str | None
) -> None:
    assert own_key(api_base, main=main, environ=environ) == key


def test_the_variable_of_an_endpoint_is_named_by_its_host() -> None:
    assert key_variable("https://my-llm.example.org:8443/v1") == "PERFAGENT_API_KEY_MY_LLM_EXAMPLE_ORG"
