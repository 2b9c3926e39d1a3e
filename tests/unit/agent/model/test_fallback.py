"""The next model is asked when one fails for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from perfagent.agent.model import FallbackModel, Message, Reply, Request, Standing
from perfagent.tools.errors import LimitExceeded, ModelContextExceeded, ModelError, ModelNoTools

REQUEST = Request(messages=(Message(role="user", content="hi"),))
Told = list[tuple[str, str, str]]


@pytest.fixture
def named(scripted: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a scripted model with a name."""

    def make(name: str, *answers: Any) -> Any:
        model = scripted(*answers)
        model.name = name
        return model

    return make


def down(reason: str) -> ModelError:
    return ModelError(f"fails by {reason}", "", reason)


def test_the_first_model_that_answers_gives_the_answer(named: Callable[..., Any]) -> None:
    models = [named("a", down("auth")), named("b", down("server")), named("c", "there")]
    told = Told()
    model = FallbackModel(models, lambda *one: told.append(one))
    assert (model.name, model.complete(REQUEST).text) == ("a", "there")
    assert told == [("a", "b", "fails by auth"), ("b", "c", "fails by server")]


@pytest.mark.parametrize(("reason", "later"), [("auth", "fallback"), ("server", "itself"), ("policy", "itself")])
def test_what_heals_is_asked_again(named: Callable[..., Any], reason: str, later: str) -> None:
    now = 0.0
    told = Told()
    models = [named("a", down(reason), "itself"), named("b", "fallback", "fallback")]
    model = FallbackModel(models, lambda *one: told.append(one), Standing(lambda: now))
    assert model.complete(REQUEST).text == "fallback"
    now = 1000.0
    assert model.complete(REQUEST).text == later
    assert len(told) == 1


def test_a_model_that_was_down_rests_for_a_while(named: Callable[..., Any]) -> None:
    first = named("a", down("rate"))
    model = FallbackModel([first, named("b", "one", "two")])
    assert [model.complete(REQUEST).text, model.complete(REQUEST).text] == ["one", "two"]
    assert len(first.requests) == 1


def test_an_answer_that_the_provider_emptied_is_none(named: Callable[..., Any]) -> None:
    filtered = Reply(text="", finish_reason="refusal")
    assert FallbackModel([named("a", filtered), named("b", "said")]).complete(REQUEST).text == "said"


def test_a_model_that_declines_has_answered(named: Callable[..., Any]) -> None:
    declined = Reply(text="I must not", finish_reason="refusal")
    assert FallbackModel([named("a", declined), named("b", "said")]).complete(REQUEST).text == "I must not"


def test_the_last_failure_is_told(named: Callable[..., Any]) -> None:
    model = FallbackModel([named("a", down("auth")), named("b", down("quota"))])
    with pytest.raises(ModelError, match="fails by quota"):
        model.complete(REQUEST)


@pytest.mark.parametrize(
    "error", [ModelContextExceeded("too long"), ModelNoTools("no tools"), LimitExceeded("cost", 1, 1)]
)
def test_a_request_that_does_not_fit_or_is_too_dear_goes_to_no_other_model(
    named: Callable[..., Any], error: Exception
) -> None:
    other = named("b", "said")
    with pytest.raises(type(error)):
        FallbackModel([named("a", error), other]).complete(REQUEST)
    assert other.requests == []


def test_what_one_role_found_out_all_know(named: Callable[..., Any]) -> None:
    first, standing, told = named("a", down("auth")), Standing(), Told()
    for answer in ("one", "two"):
        model = FallbackModel([first, named("b", answer)], lambda *one: told.append(one), standing)
        assert model.complete(REQUEST).text == answer
    assert (len(first.requests), len(told)) == (1, 1)
